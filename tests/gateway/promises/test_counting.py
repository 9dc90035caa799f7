"""Promises counted while calls run, with the months turning."""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.bundle.bundle import STARTER, read_papers
from gateway.documents import load
from gateway.promises.counting import Counting, Took
from observability.metrics import Metrics

CONTRACTS = read_papers(load(STARTER)).contracts.values()
OCTOBER = datetime(2026, 10, 31, 22, 30, tzinfo=UTC).timestamp()
NOVEMBER = datetime(2026, 10, 31, 23, 30, tzinfo=UTC).timestamp()  # in Paris; in UTC it is October still
FAST, SLOW, WHOLE = Took(1.0, 4.0, True), Took(3.0, 4.0, True), Took(9.0, 9.0, False)


def series(metrics: Metrics, name: str):
    return {tuple(labels): value for labels, value in metrics.snapshot()[f"ecluse_contract_{name}"]}


def counting() -> tuple[Counting, Metrics]:
    metrics = Metrics()
    made = Counting(metrics)
    made.use(CONTRACTS, OCTOBER)
    return made, metrics


def test_what_is_promised_is_shown():
    _, metrics = counting()
    assert series(metrics, "promised_ratio") == {
        ("alpha-us", "availability"): 0.999,
        ("alpha-us", "first_token_p95"): 0.95,
        ("beta-eu", "availability"): 0.995,
    }


def test_attempts_are_counted_by_what_they_say():
    made, metrics = counting()
    for took in (FAST, SLOW, WHOLE):
        made.ended("alpha-us", None, None, took)
    for error, fault in (("overload", "vendor"), ("rate_limit", "vendor"), ("left", None)):
        made.ended("alpha-us", error, fault, FAST)
    made.ended("unknown", None, None, FAST)
    made.ended("internal", None, None, FAST)
    assert series(metrics, "attempts_total") == {
        ("alpha-us", "good"): 3, ("alpha-us", "failed"): 1, ("alpha-us", "throttled"): 1, ("alpha-us", "aside"): 1,
        ("internal", "good"): 1,
    }  # fmt: skip
    assert series(metrics, "promise_total") == {
        ("alpha-us", "availability", "kept"): 3, ("alpha-us", "availability", "broken"): 1,
        ("alpha-us", "first_token_p95", "kept"): 1, ("alpha-us", "first_token_p95", "broken"): 1,
    }  # fmt: skip


def test_a_month_ends_at_midnight_of_the_contracts_zone():
    made, metrics = counting()
    made.ended("alpha-us", None, None, WHOLE)
    made.ended("beta-eu", None, None, WHOLE)
    made.look(OCTOBER)
    assert len(series(metrics, "month_requests")) == 2
    made.look(NOVEMBER)
    assert series(metrics, "month_requests") == {("alpha-us", "availability", "kept"): 1}
    assert len(series(metrics, "promise_total")) == 2


def test_a_reload_keeps_what_was_counted_and_forgets_who_is_gone():
    made, metrics = counting()
    made.ended("alpha-us", None, None, WHOLE)
    made.ended("beta-eu", None, None, WHOLE)
    made.use([c for c in CONTRACTS if c.id == "alpha-us"], OCTOBER)
    made.look(OCTOBER)
    assert series(metrics, "month_requests") == {("alpha-us", "availability", "kept"): 1}
    assert {labels[0] for labels in series(metrics, "promised_ratio")} == {"alpha-us"}
