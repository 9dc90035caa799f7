"""What rules can read against what the ledger keeps: whoever adds a matcher keeps its input, or says that it isn't."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from gateway.replay.inputs import FACTS, KEPT, KEPT_IN_PART, NOT_KEPT
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
