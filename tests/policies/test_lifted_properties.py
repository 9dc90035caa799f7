"""What holds of rules that a caller lifted for values: nothing else is let through, and nothing by more text."""

from __future__ import annotations

from typing import Any

from decide_cases import ALPHA, CALL, Found, Text, compiled, finding, policy
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decide import Policies, Ruling
from policies.findings import Finding

STRICT = {"allow": 0, "reroute": 1, "deny": 2}
NAMES = ("fin.iban", "fr.nir", "contact.email")
TEXTS = [Text(), Text(history=True), Text(role="tool", direction="tool_results")]

VALUES = st.tuples(st.sampled_from(NAMES), st.integers(0, 40), st.integers(0, 2), st.integers(0, 3))
TESTS = st.one_of(
    st.fixed_dictionaries(
        {"any_of": st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)},
        optional={"count": st.sampled_from([">=1", ">=2", ">=3"])},
    ),
    st.fixed_dictionaries({"all_of": st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True)}),
)
RULES = st.lists(
    st.fixed_dictionaries(
        {
            "when": st.fixed_dictionaries({"findings": TESTS}),
            "action": st.sampled_from(["deny", "redact", "warn"]),
            "overridable": st.booleans(),
            "in_history": st.sampled_from(["redact", "deny"]),
        }
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, Any, set[Any]]:
    """Rules, values and what is lifted of these values."""
    rules, values = draw(RULES), draw(st.lists(VALUES, min_size=1, max_size=6))
    own = [(number, d, value) for number in range(len(rules)) for d, _, _, value in values]
    return rules, values, draw(st.sets(st.sampled_from(own), max_size=8))


def digest(detector: str, value: int) -> bytes:
    return f"{detector} {value}".encode()


def found(values: list[tuple[str, int, int, int]]) -> list[Finding]:
    """Findings of few values, so that some are of the same."""
    return [finding(d, start, start + 4, passage, digest=digest(d, value)) for d, start, passage, value in values]


def made(rules: list[dict[str, Any]]) -> Policies:
    return compiled(policy(*({"id": f"p-{n}", **rule} for n, rule in enumerate(rules))))


def judged(policies: Policies, values: list[Any], lifts: set[Any]) -> Ruling:
    lifted = {(f"p-{n}", digest(detector, value)): "r_1" for n, detector, value in lifts}
    return policies.judge(CALL, TEXTS, Found(tuple(found(values))), ALPHA, lifted=lifted)


def covered(ruling: Ruling) -> set[tuple[int, int]]:
    return {(r.passage, at) for r in ruling.rewrites for at in range(r.start, r.end)}


def no_looser(before: Ruling, after: Ruling) -> bool:
    if STRICT[after.verdict] != STRICT[before.verdict]:
        return STRICT[after.verdict] > STRICT[before.verdict]
    return after.verdict == "deny" or covered(before) <= covered(after)


@given(cases())
@settings(max_examples=200, deadline=None)
def test_a_rule_that_is_not_overridable_is_never_lifted(case: Any) -> None:
    rules, values, lifts = case
    policies = made([{**rule, "overridable": False} for rule in rules])
    assert judged(policies, values, lifts) == judged(policies, values, set())


@given(cases(), VALUES)
@settings(max_examples=300, deadline=None)
def test_more_text_never_permits_more_under_a_lift(case: Any, more: Any) -> None:
    rules, values, lifts = case
    policies = made(rules)
    assert no_looser(judged(policies, values, lifts), judged(policies, [*values, more], lifts))


@given(cases())
@settings(max_examples=200, deadline=None)
def test_what_is_not_lifted_is_judged_as_if_nothing_were(case: Any) -> None:
    """A rule none of whose findings here is lifted is asked as ever; a lift only ever loosens, and only its rule."""
    rules, values, lifts = case
    policies = made(rules)
    with_lifts, without = judged(policies, values, lifts), judged(policies, values, set())
    assert no_looser(with_lifts, without)
    present = {digest(detector, value) for detector, _, _, value in values}
    touched = {f"p-{n}" for n, detector, value in lifts if digest(detector, value) in present}
    kept = [hit for hit in without.rules if hit.rule not in touched]
    assert [hit for hit in with_lifts.rules if hit.rule not in touched] == kept


@given(cases())
@settings(max_examples=300, deadline=None)
def test_a_rule_that_meets_a_value_of_its_own_beside_lifted_ones_is_kept(case: Any) -> None:
    """What takes several values together is lifted for those alone: never for one of them in other company."""
    rules, values, lifts = case
    policies = made(rules)
    kept = {hit.rule for hit in judged(policies, values, lifts).rules if hit.mode == "enforce"}
    for hit in judged(policies, values, set()).rules:
        number = int(hit.rule.removeprefix("p-"))
        named = {
            name for names in rules[number]["when"]["findings"].values() if isinstance(names, list) for name in names
        }
        own = [(number, d, value) for d, _, _, value in values if d in named]
        assert hit.rule in kept or set(own) <= lifts
