"""What rules can read against what the ledger keeps: whoever adds a matcher keeps its input, or says that it isn't."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from gateway.replay.inputs import KEPT, KEPT_IN_PART, NOT_KEPT
from observability.ledger import Found, Intent, Place, Ruled, Terms, Who
from policies import ruling
from policies.asks import FindingsTest
from policies.language.conditions import APPLIES_TO, PLACES, UNLESS, WHEN, WHO
from policies.language.facts import CALL, DESTINATION

RECORDS: dict[str, type] = {
    "INTENT": Intent,
    "Found": Found,
    "Place": Place,
    "Ruled": Ruled,
    "Terms": Terms,
    "Who": Who,
}
SHOWN = ("CallFacts", "DestinationFacts", "PassageFacts", "FindingFacts", "ClassificationFacts")
SHAPES = {"findings", "destination"}  # that have keys of their own


FACTS = {
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


def readable() -> set[str]:
    """Every key by which a rule can ask."""
    return (
        ({*WHEN, *UNLESS, *WHO, *APPLIES_TO, *PLACES, *CALL} - SHAPES)
        | {f"destination.{key}" for key in DESTINATION}
        | {f"findings.{field.name}" for field in fields(FindingsTest)}
    )


def shown() -> set[str]:
    """Everything that a ruling is shown."""
    return {
        f"{name}.{attribute}"
        for name in SHOWN
        for attribute in vars(getattr(ruling, name))
        if not attribute.startswith("_")
    }


def test_every_input_of_the_language_is_kept_or_declared_unknown() -> None:
    told = {*KEPT, *KEPT_IN_PART, *NOT_KEPT}
    assert readable() - told == set(), "name the ledger's field in gateway/replay/inputs.py, or say why it isn't kept"
    assert told - readable() - {"response", "places"} == set(), "nothing of this kind can be asked for any more"


def test_everything_a_ruling_is_shown_is_kept_or_said_not_to_matter() -> None:
    assert shown() ^ FACTS.keys() == set()


@pytest.mark.parametrize("kept", sorted({*KEPT.values(), *FACTS.values()} - {""}))
def test_the_fields_that_keep_it_exist(kept: str) -> None:
    for field in kept.split(", "):
        name, *rest = field.split(".")
        record: Any = RECORDS[name]
        if rest[0] == "who":
            record, rest = Who, rest[1:]
        assert rest[0] in {f.name for f in fields(record)}, field
