"""Everything that the gateway can speak, by name: vendor kinds and dialects."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.vendors.anthropic import ANTHROPIC
from adapters.vendors.azure_openai import AZURE_OPENAI
from adapters.vendors.base import VendorKind
from adapters.vendors.openai import OPENAI
from adapters.vendors.openai_compatible import OPENAI_COMPATIBLE
from adapters.vendors.simulator.vendor import SIMULATOR

VENDORS: Mapping[str, VendorKind] = {
    kind.kind: kind for kind in (OPENAI, ANTHROPIC, AZURE_OPENAI, OPENAI_COMPATIBLE, SIMULATOR)
}
