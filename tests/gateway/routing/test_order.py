from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.routing.order import EXPLORED, plan, routed
from gateway.routing.routes import Route
from tests.gateway.routing.route_cases import Call, Seen, names, options, planned, route

ORDERS = ("written", "weight", "latency", "cost", "least_busy", "affinity")


def first(by: Route, seen: Seen, calls: int = 2000, whom: str = "a b c") -> Counter[str]:
    """How often each was asked first, over many calls of many callers."""
    draw = Random(7)
    return Counter(names(planned(whom, by, Call(who=f"u{n}"), seen, draw))[0] for n in range(calls))


def test_a_model_that_names_no_route_is_asked_in_the_order_written() -> None:
    found = planned("b a c", Route("default"))
    assert (names(found), found.route, found.why) == ("b a c", "default", "")
    assert routed(found) is None


@given(
    st.sampled_from(ORDERS), st.lists(st.sampled_from("abcd"), min_size=1, unique=True), st.integers(0, 10**6),
    st.dictionaries(st.sampled_from("abcd"), st.floats(0, 5)),
    st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1)), st.integers(0, 100), st.booleans(),
)  # fmt: skip
def test_what_comes_out_is_what_was_permitted(
    order: str,
    permitted: list[str],
    seed: int,
    some: dict[str, float],
    shares: dict[str, float],
    percent: int,
    only: bool,
) -> None:
    """Whatever the route says and however destinations are: never one that wasn't ruled on, never one twice."""
    said = (
        f"{{order: {order}, objectives: {{availability: 99}}, splits: [{{name: s, to: [b], percent: {percent}}}],"
        f" cases: [{{name: k, when: {{stream: true}}, to: [c, d], only: {str(only).lower()}}}]}}"
    )
    seen = Seen(some, set(some), some, shares, some, dict.fromkeys(shares, 0.02))
    given = options(" ".join(permitted))
    found = plan(given, route(said), Call(who=str(seed)), seen, Random(seed).random)
    left = [c for c in given if not only or c.destination.name in "cd"]
    assert sorted(found.candidates) == sorted(left)
    assert all(any(c is one for one in given) for c in found.candidates)


@given(st.sampled_from(ORDERS), st.integers(0, 10**6), st.lists(st.sampled_from("abcd")))
def test_a_tier_comes_after_the_one_before_it(order: str, seed: int, demoted: list[str]) -> None:
    by = route(f"{{order: {order}, objectives: {{availability: 99}}}}", "{c: 2, d: 3}")
    seen = Seen(trials=dict.fromkeys(demoted, 0.02), shares=dict.fromkeys(demoted, 0.5))
    found = names(planned("a b c d", by, Call(who=str(seed)), seen, Random(seed)))
    assert found in ("a b c d", "b a c d")


def test_what_stands_for_another_has_its_tier_and_weight() -> None:
    by = route("{order: weight, weights: {b: 0}}", "{a: 2}")
    assert names(planned("x<a y<b c", by)) == "c y x"


def test_weights_share_calls_out_and_nought_is_only_for_failures() -> None:
    shares = first(route("{order: weight, weights: {a: 3, c: 0}}"), Seen())
    assert shares["c"] == 0 and 2.6 < shares["a"] / shares["b"] < 3.4


def test_a_destination_that_is_spared_gets_a_part_of_its_share() -> None:
    assert 150 < first(route("{order: weight}"), Seen(shares={"a": 0.25}))["a"] < 260
    assert 400 < first(route("{order: cost}"), Seen(shares={"a": 0.25}, prices={"a": 1.0, "b": 2.0}))["a"] < 600


@pytest.mark.parametrize("said", ["{order: affinity}", "{order: weight, by: caller, weights: {a: 3}}"])
def test_adding_a_destination_moves_calls_to_it_alone(said: str) -> None:
    by, moved = route(said), 0
    for n in range(1000):
        call = Call(who=f"u{n}")
        before, after = names(planned("a b c", by, call)), names(planned("a b c d", by, call))
        assert planned("a b c", by, call).candidates == planned("a b c", by, call, None, Random(n)).candidates
        moved += after[0] == "d"
        assert after.replace("d", "").split() == before.split()
    assert 100 < moved < 350


def test_the_cheapest_first_and_the_unknown_last() -> None:
    assert names(planned("a b c", route("{order: cost}"), seen=Seen(prices={"b": 2.0, "c": 1.0}))) == "c b a"


def test_the_fast_are_asked_by_their_load_and_the_slow_after_them() -> None:
    seen = Seen(waits={"a": 0.5, "b": 0.55, "c": 5.0}, loads={"a": 3.0, "b": 1.0, "c": 0.2})
    assert names(planned("a b c", route("{order: latency}"), seen=seen)) == "b a c"
    assert names(planned("a b c", route("{order: least_busy}"), seen=seen)) == "b c a"


def test_among_equals_nobody_runs_to_the_same() -> None:
    shares = first(route("{order: latency}"), Seen(waits={"a": 0.5, "b": 0.52, "c": 0.61}))
    assert all(500 < shares[name] < 850 for name in "abc")


def test_a_slow_destination_is_asked_now_and_then_once_nothing_is_heard_of_it() -> None:
    by = route("{order: latency}")
    waits = {"a": 0.5, "b": 0.5, "c": 9.0}
    assert first(by, Seen(waits))["c"] == 0
    explored = first(by, Seen(waits, silent={"a", "c"}), calls=5000)["c"]
    assert 0.5 * EXPLORED < explored / 5000 < 2 * EXPLORED
    assert "tries c" in planned("a c", by, seen=Seen(waits, {"c"}), draw=Random(7)).why or explored


def test_of_equally_busy_ones_a_slow_one_comes_last() -> None:
    seen = Seen(waits={"a": 0.5, "b": 0.5, "c": 9.0}, loads=dict.fromkeys("abc", 1.0))
    assert first(route("{order: least_busy}"), seen)["c"] == 0


def test_what_breaks_promises_comes_after_the_others_but_for_a_few_trials() -> None:
    by = route("{order: written, objectives: {first_token_seconds: 2}}")
    seen = Seen(trials={"a": 0.02})
    found = planned("a b c", by, seen=seen)
    assert (names(found), found.why) == ("b c a", "written, demoted a")
    assert 50 < first(by, seen, calls=4000)["a"] < 120


def test_a_tier_that_is_not_reached_tries_nobody() -> None:
    by = route("{order: latency, objectives: {first_token_seconds: 2}}", "{c: 2, d: 2}")
    seen = Seen({"a": 1.0, "b": 1.0, "c": 1.0, "d": 9.0}, silent={"d"}, trials={"c": 1.0})
    assert "tries" not in planned("a b c d", by, seen=seen).why


def test_where_all_break_promises_the_order_stays() -> None:
    by = route("{order: written, objectives: {first_token_seconds: 2}}")
    assert names(planned("a b c", by, seen=Seen(trials={"a": 1.0, "b": 1.0, "c": 1.0}))) == "a b c"


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10**9))
def test_ramping_a_split_only_adds_callers(one: int, other: int, who: int) -> None:
    low, high = sorted((one / 100, other / 100))
    splits = "{{splits: [{{name: s, to: [b], percent: {}}}, {{name: t, to: [c], percent: 30}}]}}"
    before = planned("a b c", route(splits.format(low)), Call(who=str(who)))
    after = planned("a b c", route(splits.format(high)), Call(who=str(who)))
    assert after == before or after.split == "s"
    assert before.split != "s" or after == before


def test_a_split_takes_its_share_and_names_it() -> None:
    by = route("{splits: [{name: canary, to: [c], percent: 10}]}")
    taken = [planned("a b c", by, Call(who=f"u{n}")) for n in range(2000)]
    canary = [found for found in taken if found.split == "canary"]
    assert 150 < len(canary) < 250
    assert {names(found) for found in canary} == {"c a b"}
    assert routed(canary[0]) == b"it, split canary, written"


def test_a_split_by_team_takes_teams_as_a_whole() -> None:
    by = route("{splits: [{name: s, to: [c], percent: 50, by: team}]}")
    teams = [{planned("a c", by, Call(who=f"u{n}", team=f"t{t}")).split for n in range(20)} for t in range(20)]
    assert all(len(found) == 1 for found in teams) and len(set.union(*teams)) == 2


def test_a_split_whose_destination_is_not_permitted_takes_nobody() -> None:
    found = planned("a b", route("{splits: [{name: s, to: [c], percent: 100}]}"))
    assert (names(found), found.split) == ("a b", "")


def test_a_canary_that_breaks_promises_is_no_longer_asked_first() -> None:
    by = route("{objectives: {availability: 99}, splits: [{name: s, to: [c], percent: 100}]}")
    found = planned("a b c", by, seen=Seen(trials={"c": 0.02}))
    assert (names(found), found.split, found.why) == ("a b c", "s", "written, demoted c")


CASES = """{cases: [
  {name: long, when: {min_tokens: 1000}, to: [c]},
  {name: law, when: {teams: [legal]}, to: [b], only: true},
  {name: batch, when: {stream: false, groups: [staff]}, route: cheap}]}"""


def test_the_first_case_that_holds_counts() -> None:
    by = route(CASES, cheap="{order: cost, deadline_seconds: 5m}")
    seen = Seen(prices={"d": 1.0, "a": 2.0, "b": 3.0, "c": 4.0})
    assert names(planned("a b c d", by)) == "a b c d"
    assert names(planned("a b c d", by, Call(size=3999))) == "a b c d"
    assert names(planned("a b c d", by, Call(size=4000, team="legal"))) == "c a b d"
    assert names(planned("a b c d", by, Call(team="legal"))) == "b"
    assert names(planned("a c d", by, Call(team="legal"))) == ""
    batch = planned("a b c d", by, Call(stream=False, groups=("x", "staff")), seen)
    assert (names(batch), batch.route, batch.why, batch.deadline_seconds) == (
        "d a b c",
        "cheap",
        "case batch, cost",
        300.0,
    )


def test_a_case_is_looked_at_where_one_destination_is_left() -> None:
    assert names(planned("a", route(CASES, cheap="{}"), Call(team="legal"))) == ""
