"""The simulator as the gateway sees it: a vendor of every dialect that takes no credential."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.vendors.anthropic import PATHS as ANTHROPIC_PATHS
from adapters.vendors.base import Vendor, VendorKind
from adapters.vendors.bearer import BearerVendor
from adapters.vendors.openai import PATHS as OPENAI_PATHS

PATHS: Mapping[str, str] = {**OPENAI_PATHS, **ANTHROPIC_PATHS, "rerank": "/v1/rerank"}


def build(options: Mapping[str, str]) -> Vendor:
    """One simulated vendor; call ids are sent to it, so that its record can be laid beside the ledger."""
    return BearerVendor("simulator", PATHS, stores=True, trace_headers=True)


SIMULATOR = VendorKind("simulator", frozenset(PATHS), (), None, build)
