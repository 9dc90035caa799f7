"""The simulator as the gateway sees it: a vendor of every dialect that takes no credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.errors import UpstreamError
from adapters.vendors.anthropic import PATHS as ANTHROPIC_PATHS
from adapters.vendors.base import RawHeaders, Vendor, VendorKind
from adapters.vendors.bearer import BearerVendor
from adapters.vendors.gemini import VERBS, Gemini
from adapters.vendors.openai import PATHS as OPENAI_PATHS

PATHS: Mapping[str, str] = {**OPENAI_PATHS, **ANTHROPIC_PATHS, "rerank": "/v1/rerank"}
DIALECTS = frozenset(PATHS) | frozenset(VERBS)


@dataclass(frozen=True, slots=True)
class Simulator(BearerVendor):
    """One simulated vendor; call ids are sent to it, so that its record can be laid beside the ledger."""

    google: Gemini = field(default_factory=Gemini)

    @property
    def dialects(self) -> frozenset[str]:
        """All."""
        return DIALECTS

    def path(self, dialect: str, model: str, query: Mapping[str, str], *, stream: bool = False) -> str:
        """As each dialect's own vendor has it."""
        if dialect in VERBS:
            return self.google.path(dialect, model, query, stream=stream)
        return self.paths[dialect]

    def classify(self, status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
        """As each dialect's own vendor would: Google's errors name their status beside the message."""
        if b'"status":"' in body:
            return self.google.classify(status, headers, body)
        return BearerVendor.classify(self, status, headers, body)


def build(options: Mapping[str, str]) -> Vendor:
    """One simulated vendor."""
    return Simulator("simulator", PATHS, stores=True, trace_headers=True)


SIMULATOR = VendorKind("simulator", DIALECTS, (), None, build)
