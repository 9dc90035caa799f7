"""Findings that must stand together, and cases of several texts."""

from __future__ import annotations

from typing import Any

import pytest
from decide_cases import VOCABULARY, Text, compiled, finding, judge, policy
from guard_cases import engine
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.asks import FindingsTest, by_detector
from policies.language import compile, run_inline_tests

BOTH = {"all_of": ["fin.iban", "contact.email"], "within": 50}
TEXTS = [Text(), Text()]


def matched(*findings: Any, test: dict[str, Any] = BOTH) -> list[tuple[int, int]]:
    made = compiled(policy({"id": "r", "when": {"findings": test}, "action": "redact"}))
    return [(r.passage, r.start) for r in judge(made, findings, TEXTS).rewrites]


def mail(start: int, passage: int = 0):
    return finding("contact.email", start, start + 4, passage)


def iban(start: int, passage: int = 0):
    return finding("fin.iban", start, start + 4, passage)


def test_only_what_stands_together_counts():
    assert matched(mail(0), iban(50)) == [(0, 0), (0, 50)]
    assert matched(mail(0), iban(51)) == matched(mail(0), iban(10, 1)) == matched(mail(0), mail(10)) == []
    assert matched(mail(0), iban(200), mail(220), iban(230), mail(500)) == [(0, 200), (0, 220), (0, 230)]
    assert matched(iban(0), mail(40), iban(80)) == [(0, 0), (0, 40), (0, 80)]


def test_several_of_a_kind_may_have_to_stand_together():
    three = {"any_of": ["contact.email"], "count": ">=3", "within": 100}
    assert matched(mail(0), mail(50), mail(101), test=three) == []
    assert matched(mail(0), mail(50), mail(100), mail(300), test=three) == [(0, 0), (0, 50), (0, 100)]


@pytest.mark.parametrize("findings", [{"any_of": ["fin.iban"], "within": 5}, {**BOTH, "within": 0}])
def test_one_finding_stands_with_nothing(findings):
    found = compile([policy({"id": "r", "when": {"findings": findings}, "action": "deny"})], VOCABULARY)
    assert isinstance(found, list) and "several findings" in found[0].message


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 120), st.integers(0, 1)), max_size=8),
    st.integers(1, 60),
    st.integers(1, 3),
    st.booleans(),
)
def test_it_is_what_trying_every_stretch_finds(places, within, count, every):
    found = [finding(d, start, start + 2, passage) for d, start, passage in dict.fromkeys(places)]
    test = FindingsTest(frozenset("ab"), every, count=count, within=within)
    enough = {"a", "b"} if every else set()
    near: set[Any] = set()
    for first in found:
        inside = {f for f in found if f.passage == first.passage and 0 <= f.start - first.start <= within}
        if len(inside) >= count and enough <= {f.detector for f in inside}:
            near |= inside
    met = test.met(by_detector(found), TEXTS)
    assert set(met) == near and len(met) == len(near)


CASE = {"name": "n", "to": "alpha", "expect": {"verdict": "redact", "rules": ["r"]}}
MAIL, IBAN = "odile.marchand@exemple-sas.fr", "IBAN FR76 3000 6000 0112 3456 7890 189"


def failures(*cases: dict[str, Any], **rule: Any) -> list[str]:
    apart = {"id": "r", "when": {"findings": {"all_of": BOTH["all_of"]}}, "action": "redact", **rule}
    made = compiled(policy(apart, tests=[{**CASE, **case} for case in cases]))
    return [p.message for p in run_inline_tests(made, engine(), VOCABULARY)]


def test_a_case_may_have_several_texts():
    said = [{"role": "user", "text": MAIL}, {"role": "tool", "text": IBAN, "tool": "read"}]
    assert failures({"messages": said}) == []
    assert failures({"messages": said[:1], "expect": {"verdict": "allow", "rules": []}}) == []
    assert failures({"messages": said}, when={"findings": {"any_of": ["fin.iban"]}, "tools": ["read"]}) == []
    history = [{**one, "history": True} for one in said]
    assert failures({"messages": history}, action="deny") == []
    fresh = {"messages": [history[0], said[1]], "expect": {"verdict": "deny"}}
    assert failures(fresh, action="deny") == []


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ({"messages": []}, "empty"),
        ({"messages": [{"text": "t"}]}, "role is missing"),
        ({"messages": [{"role": "user"}]}, "text is missing"),
        ({"messages": [{"role": "usr", "text": "t"}]}, "must be one of"),
        ({"messages": [{"role": "user", "text": "t", "direction": "response"}]}, "must be one of"),
        ({"messages": [{"role": "user", "text": "t"}], "text": "t"}, "one of these"),
        ({"messages": [{"role": "user", "text": "t"}], "role": "tool"}, "each message has its own role"),
        ({"messages": "t"}, "must be a list"),
    ],
)
def test_a_fault_in_the_texts_of_a_case(case, words):
    made = compile([policy(tests=[{**CASE, "expect": {"verdict": "allow"}, **case}])], VOCABULARY)
    assert isinstance(made, list) and any(words in p.message for p in made)
