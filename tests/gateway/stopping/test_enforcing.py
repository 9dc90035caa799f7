"""A stop only ever tightens, and reaches what a stopped rule had a part in, however it had it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import PolicyRefusal, Unavailable
from gateway.exchange import Candidate
from gateway.state.stops import Stop, Stops, stopped
from gateway.stopping.enforcing import STOPPED, before_attempt, going, ruling_now, tightened
from policies.ruling import RuleHit, Ruling
from tests.policies.decide_cases import Call, Destination, compiled, finding, judge, policy
from tests.policies.guard_cases import compiled as compiled_answers
from tests.policies.guard_cases import engine, rule

IBAN = "FR7630006000011234567890189"
DENY = {"id": "no-iban", "when": {"findings": {"any_of": ["fin.iban"]}}, "action": "deny", "overridable": True}
RULES = ("r-1", "r-2", "EX-1", "r_0123456789")


def runtime(*rules: str, destinations: tuple[str, ...] = ()) -> Any:
    stops = Stops()
    for kind, names in (("rule", rules), ("destination", destinations)):
        for name in names:
            stops.hear(f"{kind}/{name}", stopped(Stop(kind, name, "2026-03-01T12:00:00+00:00")))
    return SimpleNamespace(stops=stops)


def candidate(ruling: Ruling, name: str = "alpha", rerouted_from: str | None = None) -> Candidate:
    return Candidate(SimpleNamespace(name=name), ruling, rerouted_from)  # type: ignore[arg-type]


def hit(rule: str, action: str = "allow", mode: str = "enforce", lifted_by: str = "") -> RuleHit:
    return RuleHit(rule, "p", action, mode, (), 0, None, lifted_by)


HITS = st.builds(
    hit,
    st.sampled_from(["r-1", "r-2", "r-3"]),
    st.sampled_from(["allow", "redact", "deny", "reroute", "warn"]),
    st.sampled_from(["enforce", "shadow", "lifted"]),
    st.sampled_from(["", "EX-1", "r_0123456789"]),
)
RULINGS = st.builds(
    lambda verdict, hits: Ruling(verdict, rules=tuple(hits)),
    st.sampled_from(["allow", "reroute", "deny"]),
    st.lists(HITS, max_size=4),
)


@given(st.lists(RULINGS, min_size=1, max_size=4), st.sets(st.sampled_from(RULES)), st.sampled_from(RULES))
def test_a_stop_only_tightens(rulings: list[Ruling], rules: set[str], more: str) -> None:
    before = [candidate(ruling, f"d{n}") for n, ruling in enumerate(rulings)]
    after = tightened(runtime(*rules), before)
    further = tightened(runtime(*rules, more), before)
    for was, now, then in zip(before, after, further, strict=True):
        assert now == was or now.ruling.verdict == "deny"
        assert now.ruling.verdict != "deny" or then.ruling.verdict == "deny"
        assert now.destination is was.destination
        assert ruling_now(runtime(*rules), was.ruling) == now.ruling
        named = {name for one in was.ruling.rules if one.mode != "shadow" for name in (one.rule, one.lifted_by)}
        assert (now == was) == (was.ruling.verdict == "deny" or not named & rules)


def test_what_a_stopped_rule_sent_elsewhere_goes_nowhere() -> None:
    here = candidate(Ruling("reroute", rules=(hit("eu-only", "reroute"),), reroute="beta"), "alpha")
    there = candidate(Ruling("allow", rules=(hit("open"),)), "beta", "alpha")
    own = candidate(Ruling("allow", rules=(hit("open"),)), "gamma")
    after = tightened(runtime("eu-only"), [here, there, own])
    assert [one.ruling.verdict for one in after] == ["deny", "deny", "allow"]
    assert after[1].ruling.decided_by is not None and after[1].ruling.decided_by.rule == "eu-only"
    assert after[1].ruling.reason == STOPPED and set(after[1].ruling.message) == {"en", "fr"}


def test_a_call_that_waits_where_a_rule_sent_it_starts_no_attempt_once_that_is_stopped() -> None:
    here = candidate(Ruling("reroute", rules=(hit("eu-only", "reroute"),), reroute="beta"), "alpha")
    there = candidate(Ruling("allow", rules=(hit("open"),)), "beta", "alpha")
    caller = SimpleNamespace(key_id="k", user="anne")
    call: Any = SimpleNamespace(
        caller=caller, use_case="sandbox", candidates=[here, there], refused_by=None, call="c", unread=(), ask=None
    )
    house = runtime("eu-only")
    house.follower, house.keys = SimpleNamespace(stale=False), SimpleNamespace(holds=lambda _: True)
    with pytest.raises(PolicyRefusal):
        before_attempt(house, call, there)
    before_attempt(house, call, candidate(Ruling("allow", rules=(hit("open"),)), "gamma"))


def test_what_a_stopped_exception_lifted_is_refused() -> None:
    exception = {"id": "EX-1", "lifts": ["no-iban"], "who": {"users": ["m.*"]}, "reason": "r", "owner": "o"}
    lifted = policy(DENY, exceptions=[{**exception, "expires": date(2026, 6, 1)}])
    ruling = judge(compiled(lifted), [finding("fin.iban")])
    assert ruling.verdict == "allow"
    assert ruling_now(runtime("EX-1"), ruling).verdict == "deny"
    assert ruling_now(runtime("no-iban"), ruling).verdict == "deny"
    assert ruling_now(runtime("another"), ruling) is ruling


@pytest.mark.parametrize("action", ["redact", "deny"])
def test_a_stopped_rule_on_answers_stops_where_it_matches(action: str) -> None:
    policies = compiled_answers(rule("no-iban", action, "fin.iban"))
    guard = policies.guard(Call(), Destination(), engine(), frozenset({"no-iban"}))
    assert guard is not None
    assert guard.whole("0", "text", "Tout va bien.").stop is None
    stop = guard.whole("1", "text", f"Le compte {IBAN}.").stop
    assert stop is not None and stop.decided_by is not None and stop.decided_by.rule == "no-iban"
    shadow = compiled_answers(rule("no-iban", action, "fin.iban", mode="shadow", shadow_until=date(2026, 9, 1)))
    watched = shadow.guard(Call(), Destination(), engine(), frozenset({"no-iban"}))
    assert watched is None or watched.whole("1", "text", f"Le compte {IBAN}.").stop is None


def test_a_stopped_destination_is_passed_over_and_told_where_it_was_the_last() -> None:
    both = [candidate(Ruling("allow"), "alpha"), candidate(Ruling("allow"), "beta")]
    assert going(runtime(), both) is both
    assert [one.destination.name for one in going(runtime(destinations=("alpha",)), both)] == ["beta"]
    with pytest.raises(Unavailable) as refused:
        going(runtime(destinations=("alpha", "beta")), both)
    assert refused.value.code == "destination_stopped"
    assert going(runtime(destinations=("alpha",)), []) == []
