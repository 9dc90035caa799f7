"""How calls to vendors of kind litellm leave the gateway: to the bridge's Unix socket instead of the vendor's host."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from adapters.vendors.litellm import Asked, LiteLLM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.transport import Endpoint
    from adapters.vendors.base import Vendor
    from gateway.config.settings import Settings

KIND = "litellm"
_BRIDGE = "http://bridge.invalid"  # no such host exists: what doesn't go to the socket goes nowhere


def through_bridge(vendor: Vendor, endpoint: Endpoint, socket: Path) -> tuple[Vendor, Endpoint]:
    """A vendor and where it is asked: itself, but for kind litellm, where the bridge is and is told the way."""
    if not isinstance(vendor, LiteLLM):
        return vendor, endpoint
    asked = Asked(
        vendor.provider, endpoint.base_url, vendor.api_version, endpoint.ca_bundle or "", endpoint.egress_proxy or "",
        endpoint.connect_seconds,
    )  # fmt: skip
    local = replace(endpoint, base_url=_BRIDGE, ca_bundle=None, egress_proxy=None, socket=str(socket))
    return replace(vendor, asked=asked), local


def needs_bridge(settings: Settings) -> bool:
    """Whether a vendor of the configuration is asked through it."""
    return any(vendor.kind == KIND for vendor in settings.vendors.values())


def unbridged(settings: Settings) -> Iterator[str]:
    """A note where litellm is needed and isn't installed here. It isn't loaded to find out."""
    if needs_bridge(settings) and find_spec(KIND) is None:
        yield (
            "vendors of kind litellm can't be asked: litellm isn't installed here; install what "
            "requirements/litellm.txt locks, or the package with its extra (ecluse[litellm])"
        )
