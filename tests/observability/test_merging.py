"""One page of several processes: sums are exact, gauges follow their rule, nothing that counts goes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.exposition import Exemplar
from observability.families import Family
from observability.merging import Snapshot, counted, merged
from observability.metrics import Metrics

FAMILIES = (
    Family("calls_total", "counter", "Calls.", ("team",)),
    Family("wait_seconds", "histogram", "Wait.", ("team",), (0.1, 1.0)),
    Family("flying", "gauge", "Now.", merge="sum"),
    Family("room", "gauge", "Least.", merge="min"),
    Family("revision", "gauge", "In force.", ("name",)),
)
acts = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=20)


def counting(done: list[tuple[str, int]]) -> Metrics:
    metrics = Metrics(FAMILIES)
    for team, amount in done:
        metrics.inc("calls_total", (team,), float(amount))
        metrics.observe("wait_seconds", (team,), float(amount))
    return metrics


@given(st.lists(acts, min_size=1, max_size=4))
def test_workers_together_count_what_one_would_have(workers: list[list[tuple[str, int]]]) -> None:
    together = merged([counting(done).snapshot() for done in workers], FAMILIES)
    alone = counting([one for done in workers for one in done]).snapshot()
    for name in ("calls_total", "wait_seconds"):
        assert sorted(together[name]) == sorted(alone[name])


@pytest.mark.parametrize(("name", "expected"), [("flying", 5.0), ("room", 2.0)])
def test_gauges_follow_their_rule(name: str, expected: float) -> None:
    assert merged([{name: [[[], 2.0]]}, {name: [[[], 3.0]]}], FAMILIES)[name] == [[[], expected]]


def test_a_gauge_of_one_worker_is_shown() -> None:
    found = merged([{"revision": [[["old"], 1.0]]}, {"revision": [[["new"], 1.0]]}], FAMILIES)
    assert found["revision"] == [[["old"], 1.0], [["new"], 1.0]]


def test_of_a_worker_that_ended_only_counts_stay() -> None:
    metrics = counting([("a", 1)])
    metrics.set("flying", (), 7.0)
    assert set(counted(metrics.snapshot(), FAMILIES)) == {"calls_total", "wait_seconds"}


def test_what_is_merged_is_shown_as_a_page() -> None:
    whole = Metrics(FAMILIES)
    whole.hold(merged([counting([("a", 1)]).snapshot(), counting([("a", 2)]).snapshot()], FAMILIES))
    page = whole.page().decode()
    assert 'calls_total{team="a"} 3.0' in page
    assert 'wait_seconds_bucket{le="1.0",team="a"} 1.0' in page
    assert 'wait_seconds_count{team="a"} 2.0' in page


def test_what_is_shown_is_what_is_held_now() -> None:
    whole = Metrics(FAMILIES, clock=lambda: 0.0)
    for amount in (1, 2):
        whole.hold(counting([("a", amount)]).snapshot())
        assert f'calls_total{{team="a"}} {amount}.0'.encode() in whole.page()


def test_what_another_version_counts_otherwise_is_left_out() -> None:
    other: Snapshot = {"unknown": [[[], 1.0]], "wait_seconds": [[["a"], [1.0, 2.0]]]}
    whole = Metrics(FAMILIES)
    whole.hold(merged([other], FAMILIES))
    assert "unknown" not in whole.page().decode() and 'team="a"' not in whole.page().decode()


def test_of_each_bucket_the_newest_call_is_shown() -> None:
    workers = [Metrics(FAMILIES) for _ in range(2)]
    for worker, call, at in ((0, "old", 1.0), (1, "new", 2.0)):
        workers[worker].observe("wait_seconds", ("a",), 0.5, Exemplar(call, "", 0.5, at))
    workers[0].observe("wait_seconds", ("a",), 5.0, Exemplar("slow", "", 5.0, 1.0))
    whole = Metrics(FAMILIES)
    for order in (workers, workers[::-1]):
        whole.hold(merged([one.snapshot() for one in order], FAMILIES))
        [(labels, cells, shown)] = whole.snapshot()["wait_seconds"]
        assert (labels, cells) == (["a"], [0.0, 2.0, 1.0, 6.0])
        assert sorted(shown) == [[1, "new", "", 0.5, 2.0], [2, "slow", "", 5.0, 1.0]]
        assert "old" not in whole.page("openmetrics").decode()


@given(st.lists(st.sets(st.integers(0, 30), max_size=30), min_size=1, max_size=5))
def test_the_page_of_many_workers_holds_the_cap_and_goes_on_with_what_it_showed(workers: list[set[int]]) -> None:
    family = Family("calls_total", "counter", "Calls.", ("team",), cap=10)
    whole, snapshots, before = Metrics((family,)), list[Snapshot](), dict[str, float]()
    for teams in workers:
        metrics = Metrics((family,))
        for team in teams:
            metrics.inc("calls_total", (str(team),))
        snapshots.append(metrics.snapshot())
        whole.hold(merged(snapshots, (family,)))
        now = {labels[0]: value for labels, value in whole.snapshot()["calls_total"]}
        assert len(now) <= 11
        assert sum(now.values()) == sum(len(teams) for teams in workers[: len(snapshots)])
        assert all(now[team] >= value for team, value in before.items()), "nothing that counts goes back"
        before = now
