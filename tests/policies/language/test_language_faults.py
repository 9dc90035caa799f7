"""What refuses a bundle, with the place and the nearest valid name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from decide_cases import OPEN, VOCABULARY, compiled, policy

from policies.decide import Policies
from policies.language import Doc, Problem, compile, overdue

IBAN = {"findings": {"any_of": ["fin.iban"]}}
SOUND = {"id": "r", "when": IBAN, "action": "deny"}
LIFT = {"id": "EX-1", "lifts": ["r"], "who": {"users": ["a"]}, "reason": "x", "owner": "o", "expires": date(2026, 8, 1)}


def problems(*documents: Doc) -> list[Problem]:
    made = compile(list(documents), VOCABULARY)
    assert isinstance(made, list), "accepted"
    return made


def only(*documents: Doc) -> Problem:
    (found,) = problems(*documents)
    return found


def rule(**changes: Any) -> Doc:
    value = {**SOUND, **changes}
    return policy({k: v for k, v in value.items() if v is not ...})


@pytest.mark.parametrize(
    ("document", "path", "words", "near"),
    [
        (rule(actoin="deny"), ("actoin",), "unknown key actoin", "action"),
        (rule(action="dney"), ("action",), "must be one of", "deny"),
        (rule(action="pseudonimise"), ("action",), "must be one of", "pseudonymise"),
        (rule(action="pseudonymise", when=...), ("when",), "needs findings", None),
        (rule(**{"as": "surrogate"}), ("as",), "pseudonymise only", None),
        (rule(action=...), (), "action is missing", None),
        (rule(id=...), (), "id is missing", None),
        (rule(id="two words"), ("id",), "one word", None),
        (rule(id="built-in.x"), ("id",), "taken", None),
        (rule(when={"findings": {"any_of": ["fin.ibna"]}}), ("when", "findings", "any_of", 0), "detectors", "fin.iban"),
        (rule(when={"findings": {"any_of": ["none.*"]}}), ("when", "findings", "any_of", 0), "none of", None),
        (rule(when={"findings": {"any_of": ["*"]}}), ("when", "findings", "any_of", 0), "prefix", None),
        (rule(when={"findings": {"any_of": ["fin.*n"]}}), ("when", "findings", "any_of", 0), "prefix", None),
        (rule(when={"findings": {"any_of": ["*.iban"]}}), ("when", "findings", "any_of", 0), "prefix", None),
        (rule(when=None), ("when",), "when is empty", None),
        (rule(when={"findings": {"any_of": []}}), ("when", "findings", "any_of"), "empty", None),
        (rule(when={"findings": {}}), ("when", "findings"), "any_of or all_of", None),
        (rule(when={"findings": {**IBAN["findings"], "count": "<=3"}}), ("when", "findings", "count"), ">=", None),
        (
            rule(when={"findings": {**IBAN["findings"], "confidence": 0.8}}),
            ("when", "findings", "confidence"),
            "quotes",
            None,
        ),
        (rule(when={"destination": {"region": ["ue"]}}), ("when", "destination", "region", 0), "regions", None),
        (
            rule(when={"destination": {"vendor": "simulator-uk"}}),
            ("when", "destination", "vendor"),
            "vendors",
            "simulator-us",
        ),
        (rule(when={"destination": {"training": "no"}}), ("when", "destination", "training"), "true or false", None),
        (rule(when={"use_cases": ["hx-*"]}), ("when", "use_cases", 0), "matches none", None),
        (
            rule(when={"use_cases": {"in": ["sandbox"], "not_in": ["sandbox"]}}),
            ("when", "use_cases"),
            "one of the two",
            None,
        ),
        (rule(when={"users": ["a*b"]}), ("when", "users", 0), "beginning or its end", None),
        (rule(when={"labels": {"not_in": ["c0"]}}), ("when", "labels"), "itself", None),
        (rule(when={"size": "<10"}), ("when", "size"), ">=", None),
        (rule(unless={"labels": ["public"]}), ("unless", "labels"), "can't loosen", None),
        (rule(action="allow", when={}, unless={"labels": ["c3"]}), ("unless", "labels"), "stand in texts too", None),
        (
            rule(action="allow", when={"findings": {"any_of": ["class.not_inspectable"], "count": ">=2"}}),
            ("when", "findings", "count"),
            "no count",
            None,
        ),
        (rule(unless=IBAN), ("unless", "findings"), "can't loosen", None),
        (rule(unless={"tools": ["read"]}), ("unless", "tools"), "can't loosen", None),
        (rule(unless={"data_class": ">=C3"}), ("unless", "data_class"), "can't loosen", None),
        (rule(mode="shadow"), ("mode",), "go together", None),
        (rule(shadow_until=date(2026, 8, 1)), ("mode",), "go together", None),
        (rule(message={"en": "x", "de": "y"}), ("message", "de"), "unknown key", None),
        (rule(action="redact", when={}), ("when",), "needs findings", None),
        (rule(action="reroute"), (), "needs to", None),
        (rule(action="reroute", to="intrenal"), ("to",), "destinations", "internal"),
        (rule(to="internal"), ("to",), "reroute only", None),
        (rule(overridable="yes"), ("overridable",), "true or false", None),
        (rule(action="allow"), ("when", "findings"), "can't permit", None),
        (rule(action="allow", when={"labels": ["x"]}), ("when", "labels"), "can't loosen", None),
        (rule(action="allow", when={"roles": ["tool"]}), ("when", "roles"), "can't permit", None),
        (rule(action="allow", when={"findings": {"any_of": ["class.remote_url"]}}), ("when",), "list its hosts", None),
        (
            rule(action="allow", when={"findings": {"any_of": ["class.vendor_state"]}}),
            ("when", "findings"),
            "can't permit",
            None,
        ),
    ],
)
def test_a_fault_in_a_rule(document, path, words, near):
    found = only(document)
    assert found.path == ("p.yaml", "rules", 0, *path)
    assert words in found.message
    assert found.nearest == near


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"applies_to": {"directions": ["responses"]}}, "must be one of"),
        ({"owner": None}, "owner is empty"),
        ({"table": []}, "unknown key table"),
        ({"exceptions": [LIFT]}, "isn't overridable"),
        (
            {"exceptions": [LIFT], "rules": [{"id": "r", "action": "allow", "overridable": True}]},
            "there is nothing to be spared",
        ),
        ({"exceptions": [{**LIFT, "lifts": ["q"]}]}, "q is no rule"),
        ({"exceptions": [{**LIFT, "who": {}}]}, "whom the exception is for"),
        ({"exceptions": [{**LIFT, "expires": "soon"}]}, "must be a date"),
        ({"tests": [{"name": "n", "text": "t", "to": "alpa", "expect": {"verdict": "deny"}}]}, "destinations"),
        (
            {"tests": [{"name": "n", "text": "t", "to": "alpha", "expect": {"verdict": "deny", "rules": ["q"]}}]},
            "no rule",
        ),
        ({"tests": [{"name": "n", "text": "t", "to": {"region": "xx"}, "expect": {"verdict": "deny"}}]}, "regions"),
    ],
)
def test_a_fault_around_the_rules(changes, words):
    assert any(words in p.message for p in problems(policy(SOUND, **changes)))


def test_responses_take_local_actions_only():
    to = {"directions": ["response"]}
    assert "needs findings" in only(policy({**SOUND, "when": {}}, applies_to=to)).message
    assert "means nothing" in only(policy({**SOUND, "action": "reroute", "to": "internal"}, applies_to=to)).message


def test_names_stand_once():
    assert "already" in only(policy(SOUND), policy(SOUND, name="q")).message
    assert "already" in only(policy(SOUND), policy({**SOUND, "id": "s"})).message
    assert "already" in only(OPEN, OPEN._replace(file="b.yaml")).message


def test_an_unknown_destination_is_never_allowed():
    given = {"kind": "Defaults", "when_no_rule_matches": {"unknown": "allow"}}
    assert only(Doc("Defaults", "d.yaml", given)).path == ("d.yaml", "when_no_rule_matches", "unknown")


def test_every_fault_is_told_at_once():
    assert len(problems(rule(action="x", when={"users": ["a*b"]}, mode="shadow"))) == 3


def test_values_of_the_wrong_type_are_faults_not_crashes():
    for value in (None, 5, "x", [], [1], {"a": 1}, True, date(2026, 1, 1)):
        for key in ("when", "unless", "action", "message", "id", "mode", "to", "contact", "overridable", "in_history"):
            compile([rule(**{key: value})], VOCABULARY)
        for key in ("rules", "exceptions", "tests", "applies_to", "owner", "policy"):
            compile([policy(SOUND, **{key: value})], VOCABULARY)
        for inner in ("findings", "destination", "use_cases", "labels", "size", "roles", "hosts"):
            compile([rule(when={inner: value})], VOCABULARY)
        compile([Doc("Defaults", "d", {"kind": "Defaults", "when_no_rule_matches": value})], VOCABULARY)


def test_time_fails_the_check_and_never_the_load():
    document = policy(
        {**SOUND, "overridable": True},
        {**SOUND, "id": "s", "mode": "shadow", "shadow_until": date(2026, 6, 1)},
        exceptions=[LIFT],
    )
    made = compiled(document)
    assert isinstance(made, Policies)
    day = datetime(2026, 6, 1, tzinfo=UTC)
    assert overdue(made, day) == []
    assert [p.path for p in overdue(made, day.replace(day=2))] == [("p.yaml", "rules", 1, "shadow_until")]
    late = overdue(made, datetime(2026, 9, 1, tzinfo=UTC))
    assert {p.path[-1] for p in late} == {"shadow_until", "expires"}
    early = overdue(made, datetime(2026, 1, 1, tzinfo=UTC))
    assert "at most 90 days" in early[0].message
