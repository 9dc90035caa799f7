"""What rules can read, and what of it the ledger keeps: nothing is judged anew from an input that isn't here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEPT: Final[Mapping[str, str]] = {
    "organisations": "INTENT.who.organisation",
    "teams": "INTENT.who.team",
    "groups": "INTENT.who.groups",
    "keys": "INTENT.who.key",
    "use_cases": "INTENT.who.use_case",
    "models": "INTENT.model",
    "dialects": "INTENT.dialect",
    "labels": "Found.label",
    "data_class": "Found.detector, Found.label, INTENT.who.use_case",
    "size": "INTENT.bytes_in",
    "time": "INTENT.at",
    "destination.name": "Ruled.destination",
    "destination.vendor": "Terms.vendor",
    "destination.model": "Terms.model, Ruled.model",
    "destination.region": "Terms.region",
    "destination.trust": "Terms.trust",
    "destination.contract": "Terms.contract",
    "destination.processor": "Terms.processor",
    "destination.retention_days": "Terms.retention_days",
    "destination.training": "Terms.training",
    "destination.external": "Terms.external",
    "destination.known": "Ruled.known",
    "roles": "Found.role, Place.role",
    "directions": "Found.direction, Place.direction",
    "findings.detectors": "Found.detector",
    "findings.every": "Found.detector",
    "findings.confidence": "Found.sure",
    "findings.count": "Found.count",
    "findings.labels": "Found.label",
    "findings.within": "Found.at",
}
"""By the key that a rule asks by, the field of the ledger."""

KEPT_IN_PART: Final[Mapping[str, str]] = {
    "users": "the ledger knows people by pseudonym: names match through the keyring, patterns can't",
    "tools": "of the names of tools the ledger keeps only those that rules asked for then",
    "hosts": "of the names of hosts the ledger keeps only those that rules asked for then",
    "server_tools": "of the names of tools the ledger keeps only those that rules asked for then",
}
"""By key, why a rule that reads it may be unknown."""

NOT_KEPT: Final[Mapping[str, str]] = {
    "response": "what was found in answers isn't kept",
    "places": "where findings stand isn't kept of calls with very many",
}
"""By key, why a rule that reads it is unknown."""
