"""Records as JSON, call ids, and the page that explains them."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from observability.ledger import (
    Attempt,
    AttemptStart,
    Event,
    Found,
    Intent,
    Outcome,
    Pair,
    Place,
    Ruled,
    RuleFired,
    Terms,
    Tokens,
    Who,
    uuid7,
)
from observability.ledger import made_at as made
from observability.ledger.records import Record
from observability.scribe import segments

DOCS = Path(__file__).parents[2] / "docs/reference/ledger.md"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHAPES = (Intent, AttemptStart, Attempt, Outcome, Event, Pair, Who, Found, Place, Ruled, RuleFired, Tokens, Terms)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_field_is_explained(shape: type) -> None:
    text = DOCS.read_text()
    title = shape.kind if issubclass(shape, Record) else shape.__name__
    section = text.split(f"### {title}\n", 1)[1].split("\n### ", 1)[0]
    explained = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert explained == [field.name for field in fields(shape)]


def test_the_scribe_s_own_events_have_the_shape_of_the_others() -> None:
    ours = Event(at=NOW, event="ledger.lost", detail={"records": 3}).to_bytes()
    assert segments.event("ledger.lost", NOW, records=3) == ours


def test_the_kind_comes_first_and_times_are_utc() -> None:
    raw = Outcome(call="c", at=NOW, outcome="left", status=499).to_bytes()
    assert raw.startswith(b'{"record":"OUTCOME","call":"c","at":"2026-11-23T12:00:00+00:00"')
    assert orjson.loads(raw)["tokens"] == dict.fromkeys(("input", "output", "cached", "reasoning", "written", "kept"))


def test_ids_are_uuids_of_version_7_that_rise() -> None:
    ids = [uuid7() for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {(UUID(one).version, UUID(one).variant) for one in ids} == {(7, "specified in RFC 4122")}
    when = made(ids[0])
    assert when is not None
    assert abs((datetime.now(UTC) - when).total_seconds()) < 60


def test_what_is_no_such_id_has_no_time() -> None:
    assert made("no id") is None
    assert made("00000000-0000-4000-8000-000000000000") is None
