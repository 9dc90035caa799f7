"""The names that exist: a policy that names anything else is refused at load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.ruling import DestinationFacts

_Names = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names by kind. None: nothing keeps a register of that kind, so any name is taken as it stands.

    detectors: ids, classes of parts (`class.remote_url`) not included. models, vendor_models: also patterns, of which
    any name is one. confidential: those of `detectors` whose name is never shown. markers: those of `detectors` that
    find labels. facts: destination name -> its facts, for the `to:` of inline tests.
    """

    detectors: _Names = frozenset()
    vendors: _Names = frozenset()
    destinations: _Names = frozenset()
    models: _Names = frozenset()
    vendor_models: _Names = None
    groups: _Names = None
    teams: _Names = None
    use_cases: _Names = frozenset()
    regions: _Names = frozenset()
    trusts: _Names = frozenset()
    contracts: _Names = frozenset()
    processors: _Names = None
    labels: _Names = None
    confidential: frozenset[str] = frozenset()
    markers: frozenset[str] = frozenset({"doc.label"})
    facts: Mapping[str, DestinationFacts] = field(default_factory=dict)

    def register(self, name: str) -> frozenset[str] | None:
        """The names of one kind, by the field's name."""
        found = getattr(self, name)
        if found is not None and not isinstance(found, frozenset):
            raise TypeError(f"{name} is no register of names")
        return found
