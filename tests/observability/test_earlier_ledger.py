"""A ledger that an earlier version wrote: its records have fewer fields, and are read, shown and continued as ever.

`tests/data/ledger` holds five calls of a version that knew no costs, routes or workers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from observability.ledger import Event, Hits, Ledger, read, render_show, render_tail, show, tail

EARLIER = Path(__file__).parents[1] / "data" / "ledger"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(copytree(EARLIER, tmp_path / "ledger"))


def test_its_calls_are_shown(folder: Path) -> None:
    calls = [r["call"] for r in read(folder) if r["record"] == "OUTCOME"]
    assert len(calls) == 5
    said = [render_show(show(folder, call)) for call in calls]
    assert "served by alpha/gpt-4o-mini after 1 attempt, HTTP 200" in said[0]
    assert "beta/gpt-4o-mini" in said[-1]
    assert all(call in render_tail(tail(folder, 20)) for call in calls)


def test_its_rules_are_counted(folder: Path) -> None:
    hits = Hits(folder, datetime(2026, 11, 1, tzinfo=UTC))
    assert "secrets-stay-home" in {hit.rule for hit in hits.read()}
    assert hits.ends == {"served": 3, "failed": 1, "refused": 1}


def test_it_goes_on_in_the_same_folder(folder: Path) -> None:
    before = list(read(folder))
    ledger = Ledger.open(folder, clock=lambda: datetime.now(UTC))
    ledger.post(Event(at=datetime.now(UTC), event="start", detail={}))
    ledger.close()
    after = list(read(folder))
    assert after[: len(before)] == before
    assert [r["event"] for r in after[len(before) :] if r["record"] == "EVENT"] == ["start"]
