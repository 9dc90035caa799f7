"""Files of the authorities that somebody else's certificate is held against: good or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config.settings import Settings


def untrusted(file: Path) -> str | None:
    """Why nothing can be held against it, as OpenSSL finds; None where all is well."""
    import ssl  # most commands need none

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(file)
    except ssl.SSLError:
        return f"{file} holds no certificate in PEM, or a damaged one"
    except OSError as failed:
        return f"{file} can't be read: {failed.strerror}"
    if not context.cert_store_stats()["x509"]:
        return f"{file} holds no certificate in PEM"
    return None


def bundles(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Each file of a configuration, with the dotted place of what it is for."""
    named = {
        **{f"vendors.{name}": vendor.ca_bundle for name, vendor in settings.vendors.items()},
        **{f"webhooks.{name}": webhook.ca_bundle for name, webhook in settings.webhooks.items()},
        "tracing": settings.tracing.ca_bundle,
    }
    for place, file in named.items():
        if file is not None:
            yield place, file
