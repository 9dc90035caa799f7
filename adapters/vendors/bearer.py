"""Vendors whose paths are one table and whose credential is a bearer token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.errors import UpstreamError
from adapters.vendors import taxonomy
from adapters.vendors.base import RawHeaders


@dataclass(frozen=True, slots=True)
class BearerVendor:
    """A vendor of the OpenAI sort. paths: by dialect. fixed: headers that every request has. words: what its failures
    are called beside the words that all share."""

    kind: str
    paths: Mapping[str, str]
    stores: bool = False
    fixed: tuple[tuple[str, str], ...] = ()
    trace_headers: bool = False
    words: taxonomy.Words = taxonomy.NO_MORE

    @property
    def dialects(self) -> frozenset[str]:
        """What it speaks."""
        return frozenset(self.paths)

    def path(self, dialect: str, model: str, query: Mapping[str, str], *, stream: bool = False) -> str:
        """From the table; no query of the client's is passed on."""
        return self.paths[dialect]

    def credential_headers(self, secret: str) -> list[tuple[str, str]]:
        """`Authorization: Bearer`."""
        return [("authorization", f"Bearer {secret}")] if secret else []

    def fixed_headers(self) -> list[tuple[str, str]]:
        """Those it was built with."""
        return list(self.fixed)

    def classify(self, status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
        """By the shared taxonomy, and its own words."""
        return taxonomy.classify(status, headers, body, self.words)
