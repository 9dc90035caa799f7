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

FACTS: Final[Mapping[str, str]] = {
    "CallFacts.organisation": "Who.organisation",
    "CallFacts.team": "Who.team",
    "CallFacts.groups": "Who.groups",
    "CallFacts.user": "Who.person",
    "CallFacts.key": "Who.key",
    "CallFacts.use_case": "Who.use_case",
    "CallFacts.dialect": "INTENT.dialect",
    "CallFacts.model": "INTENT.model",
    "CallFacts.labels": "INTENT.labels",
    "CallFacts.size": "INTENT.bytes_in",
    "CallFacts.now": "INTENT.at",
    "DestinationFacts.name": "Terms.name",
    "DestinationFacts.vendor": "Terms.vendor",
    "DestinationFacts.model": "Terms.model, Ruled.model",
    "DestinationFacts.region": "Terms.region",
    "DestinationFacts.trust": "Terms.trust",
    "DestinationFacts.contract": "Terms.contract",
    "DestinationFacts.processor": "Terms.processor",
    "DestinationFacts.retention_days": "Terms.retention_days",
    "DestinationFacts.training": "Terms.training",
    "DestinationFacts.external": "Terms.external",
    "DestinationFacts.known": "Ruled.known",
    "PassageFacts.role": "Found.role, Place.role",
    "PassageFacts.part": "Found.part, Place.part",
    "PassageFacts.direction": "Found.direction, Place.direction",
    "PassageFacts.history": "Found.history, Place.history",
    "PassageFacts.message": "Found.message",
    "PassageFacts.tool": "Found.names, Place.names",
    "PassageFacts.note": "Found.names, Place.names, Found.issuer",
    "PassageFacts.rewritable": "Found.edit",
    "PassageFacts.renamable": "Found.edit",
    "PassageFacts.text": "",
    "PassageFacts.path": "",
    "PassageFacts.file": "",
    "FindingFacts.detector": "Found.detector",
    "FindingFacts.confidence": "Found.sure",
    "FindingFacts.passage": "Found.count",
    "FindingFacts.start": "Found.at, Found.overlap",
    "FindingFacts.end": "Found.overlap",
    "FindingFacts.digest": "Found.lifted",
    "FindingFacts.label": "Found.label",
    "ClassificationFacts.findings": "INTENT.findings",
    "ClassificationFacts.failed": "INTENT.failed",
}
"""By what a ruling is shown, the field of the ledger; "" for what no verdict depends on (words of texts and places)."""
