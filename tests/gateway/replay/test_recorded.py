"""Calls read off a ledger with what ruled them, and what can be told of a rule for one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.replay.anew import Anew, anew
from gateway.replay.comparing import Comparison
from gateway.replay.recorded import Recorded, recorded
from gateway.replay.side import Judge, Side
from observability.ledger import Found, Intent, Outcome, Pair, Terms, Who
from observability.ledger.records import Record
from observability.scribe.frames import frame
from policies.decide import Policies
from tests.policies.decide_cases import compiled, policy

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WHO = Who("acme", "hr", (), "p_1", "k_1", "letters")
ALPHA = Terms("alpha", "simulator-us", region="us")
REVISIONS = {"fin.iban": "1", "fr.nir": "1", "secret.jwt": "1"}


def intent(call: str, *found: Found, at: datetime = NOW, config: str = "c1", **more: Any) -> Intent:
    return Intent(
        call,
        at,
        WHO,
        "openai_chat",
        "chat",
        "m",
        False,
        10,
        findings=found,
        config_revision=config,
        **{"kept": 1, **more},
    )


def pair(config: str = "c1", **more: Any) -> Pair:
    given: dict[str, Any] = {"detectors": REVISIONS, "destinations": (ALPHA,), **more}
    return Pair(NOW, "w0", config, "b1", "r1", "d1", **given)


def write(path: Path, *given: Record) -> None:
    path.write_bytes(b"".join(frame(n, one.to_bytes()) for n, one in enumerate(given)))


def test_calls_come_with_what_was_in_force_wherever_it_stands(tmp_path: Path) -> None:
    write(tmp_path / "1.ecl", pair(), intent("1"), intent("2", config="c2"), pair("c2"))
    write(tmp_path / "2.ecl", intent("3"), intent("4", config="lost"), intent("5", at=NOW - 9 * DAY))
    told: list[tuple[int, int]] = []
    found = list(recorded(tmp_path, NOW - DAY, progress=lambda done, of: told.append((done, of))))
    assert [(one.call, one.pair["config_revision"] if one.pair else None) for one in found] == [
        ("1", "c1"),
        ("2", "c2"),
        ("3", "c1"),
        ("4", None),
    ]
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert [one.call for one in recorded(tmp_path, NOW - 10 * DAY, NOW)] == ["5"]


def test_a_call_that_was_refused_before_its_intent_is_read_from_its_end_once(tmp_path: Path) -> None:
    end = Outcome("1", NOW, "refused", 400, intent=intent("1"))
    write(tmp_path / "1.ecl", pair(), end, end, Outcome("2", NOW, "served", 200))
    (one,) = recorded(tmp_path, NOW - DAY)
    assert (one.call, one.sent) == ("1", False)


def test_too_little_is_not_judged(tmp_path: Path) -> None:
    comparison = Comparison(None, Side(compiled(), REVISIONS, True), None)
    write(tmp_path / "1.ecl", pair(), intent("1"), intent("2", kept=0), intent("3", config="lost"))
    assert [comparison.compared(one) is not None for one in recorded(tmp_path, NOW - DAY)] == [True, False, False]


def call(*found: Found) -> Anew:
    plain: dict[str, Any] = {"findings": [vars(f) for f in found], "places": [], "failed": None, "labels": [],
                             "who": vars(WHO), "dialect": "openai_chat", "model": "m", "bytes_in": 10}  # fmt: skip
    return anew(Recorded("c", NOW, plain, {}, True), lambda organisation, person: person, placed=False)


def found(detector: str, count: int = 1) -> Found:
    return Found(detector, count, 0.9, "text", "user", "request")


def unsure(when: dict[str, Any], given: Anew, action: str = "deny", **changed: str) -> bool:
    policies: Policies = compiled(policy({"id": "r", "action": action, "when": when}))
    judge = Judge(Side(policies, {**REVISIONS, **changed}, True), {"detectors": REVISIONS, "rules_revision": ""})
    return judge.unsure(given, ALPHA) == {"r"}


NEW = {"fr.nir": "2"}
ANY = {"findings": {"any_of": ["fin.iban", "fr.nir"]}}
TWO = {"findings": {"any_of": ["fin.iban", "fr.nir"], "count": ">=2"}}
ALL = {"findings": {"all_of": ["fin.iban", "fr.nir"]}}


@pytest.mark.parametrize(
    ("when", "given", "told"),
    [
        (ANY, call(found("secret.jwt")), False),
        (ANY, call(found("fin.iban")), True),
        (ANY, call(found("fr.nir")), False),
        (TWO, call(found("fin.iban")), False),
        (TWO, call(found("fin.iban", 2)), True),
        (ALL, call(found("fr.nir")), True),
        (ALL, call(found("fin.iban"), found("fr.nir")), False),
        ({**ANY, "destination": {"region": ["eu"]}}, call(), True),
        ({**ANY, "teams": ["finance"]}, call(), True),
    ],
    ids=str,
)
def test_a_rule_of_which_a_detector_changed_is_told_where_the_others_suffice(
    when: dict[str, Any], given: Anew, told: bool
) -> None:
    assert unsure(when, given, **NEW) is not told
    assert not unsure(when, given), "nothing changed"
