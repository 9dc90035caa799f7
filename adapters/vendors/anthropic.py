"""Anthropic itself, and servers that speak its dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.errors import UpstreamError
from adapters.vendors import taxonomy
from adapters.vendors.base import RawHeaders, Vendor, VendorKind

PATHS: Mapping[str, str] = {
    "anthropic_messages": "/v1/messages",
    "anthropic_count_tokens": "/v1/messages/count_tokens",
}


@dataclass(frozen=True, slots=True)
class Anthropic:
    """Messages, with `?beta=true` where the client asked so; what betas may be named is the header's matter."""

    kind: str = "anthropic"
    stores: bool = False
    trace_headers: bool = False

    @property
    def dialects(self) -> frozenset[str]:
        """What it speaks."""
        return frozenset(PATHS)

    def path(self, dialect: str, model: str, query: Mapping[str, str], *, stream: bool = False) -> str:
        """From the table."""
        return PATHS[dialect] + ("?beta=true" if query.get("beta") == "true" else "")

    def credential_headers(self, secret: str) -> list[tuple[str, str]]:
        """`x-api-key`."""
        return [("x-api-key", secret)] if secret else []

    def fixed_headers(self) -> list[tuple[str, str]]:
        """None: the version of the interface is the client's to choose (adapters.wire.headers)."""
        return []

    def classify(self, status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
        """By the shared taxonomy."""
        return taxonomy.classify(status, headers, body)


def build(options: Mapping[str, str]) -> Vendor:
    """Anthropic takes no options."""
    return Anthropic()


ANTHROPIC = VendorKind("anthropic", frozenset(PATHS), (), "https://api.anthropic.com", build)
