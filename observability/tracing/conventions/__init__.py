"""What OpenTelemetry's conventions on generative AI call things, by version: one JSON file each.

The conventions are not stable: names changed between versions, and boards of collectors read one of them. A file says
what each fact of an attempt is called (`attributes`; what a version has no name for is left out), what a kind of vendor
is called (`providers`), and what an operation is (`operations` by its name, `dialects` where an API has its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

import orjson

VERSIONS = ("1.36.0", "1.37.0", "1.41.1")
LATEST = VERSIONS[-1]

AS_THEY_ARE = ("model", "stream", "first_chunk", "input", "output", "cached", "written", "reasoning")
"""Fields of an attempt that are told under the names of a version."""

FACTS = ("operation", "provider", *AS_THEY_ARE)
"""All that is told so; these two have words of their own in each version."""


class Conventions(NamedTuple):
    """The names of one version. schema_url: where collectors find what it is."""

    version: str
    schema_url: str
    attributes: Mapping[str, str]
    providers: Mapping[str, str]
    operations: Mapping[str, str]
    dialects: Mapping[str, str]

    def provider(self, kind: str) -> str:
        """What a kind of vendor is called; one that the version doesn't know keeps its own name."""
        return self.providers.get(kind, kind)

    def operation(self, operation: str, dialect: str) -> str:
        """What an operation is called that a vendor is asked for in a dialect."""
        return self.dialects.get(dialect) or self.operations.get(operation, operation)


def conventions(version: str) -> Conventions:
    """The names of one of VERSIONS."""
    if version not in VERSIONS:
        raise KeyError(version)
    return Conventions(**orjson.loads((files(__package__) / f"{version}.json").read_bytes()))
