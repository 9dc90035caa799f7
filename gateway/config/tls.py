"""TLS on the listener that staff tools connect to."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.config import kinds as k
from gateway.config.table import Path as Place
from gateway.config.table import setting
from gateway.documents import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """Where the certificate is. The files are read again when they change; the settings take a restart."""

    certificate: Path | None = setting(
        k.PATH,
        "PEM file of the data listener's certificate, then of those between it and its authority.",
        default=None,
    )
    key: Path | None = setting(k.PATH, "PEM file of its private key, which isn't encrypted.", default=None)
    min_version: str = setting(
        k.choice("TLSv1.2", "TLSv1.3"), "Oldest version of TLS that is spoken.", default="TLSv1.2"
    )
    client_ca: Path | None = setting(
        k.PATH,
        "PEM file of the authorities of which clients must show a certificate, beside their key.",
        default=None,
        shown="clients show none",
    )

    @property
    def on(self) -> bool:
        """Whether the data listener speaks TLS."""
        return self.certificate is not None


def half(settings: TlsSettings, place: Place) -> Iterator[Problem]:
    """Settings that mean nothing without the other ones."""
    if settings.certificate is not None and settings.key is None:
        yield Problem((*place, "certificate"), "a certificate needs its key")
    for name in ("key", "client_ca"):
        if getattr(settings, name) is not None and settings.certificate is None:
            yield Problem((*place, name), f"{name} without a certificate: the listener would speak plain HTTP")
