"""How often receivers are told: a few messages at once, never more, and the latest state always in the end."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.webhooks.notices import Message
from gateway.webhooks.pacing import Pacing

AT = datetime(2026, 11, 25, tzinfo=UTC)
QUIET, AT_ONCE, ALL = 100.0, 2, 5


def message(number: int, destination: str, event: str = "breaker.opened") -> Message:
    return Message(event, AT, {"destination": destination, "seconds": number})


EVENTS = ("breaker.opened", "breaker.closed")
STEPS = st.lists(st.tuples(st.floats(0.0, 60.0), st.sampled_from("abcd"), st.sampled_from(EVENTS)), max_size=60)


@given(STEPS)
def test_never_too_much_nothing_lost_and_the_latest_last(steps: list[tuple[float, str, str]]) -> None:
    pacing, now = Pacing(QUIET, AT_ONCE, ALL), 0.0
    offered: dict[str, list[int]] = {}
    told: list[tuple[float, Message]] = []
    for number, (gap, destination, event) in enumerate(steps):
        now += gap
        told += [(now, one) for one in pacing.due(now)]
        offered.setdefault(destination, []).append(number)
        said = pacing.offer(message(number, destination, event), now)
        told += [(now, said)] if said is not None else []
    for _ in range(5):
        now += QUIET
        told += [(now, one) for one in pacing.due(now)]
    for start, _ in told:
        within = [one for at, one in told if start <= at < start + QUIET]
        assert len(within) <= ALL
        for destination in offered:
            assert sum(one.facts["destination"] == destination for one in within) <= AT_ONCE
    for destination, numbers in offered.items():
        said = [one for _, one in told if one.facts["destination"] == destination]
        assert said[-1].facts["seconds"] == numbers[-1], "the latest is what stays in mind"
        assert sum(1 + one.repeated for one in said) == len(numbers), "every one is told or counted"


def test_a_change_is_told_at_once_and_the_same_again_after_a_while() -> None:
    pacing = Pacing(QUIET, AT_ONCE, ALL)
    opened, closed = (message(0, "a", event) for event in EVENTS)
    assert pacing.offer(opened, 0.0) is not None
    assert pacing.offer(opened, 10.0) is None and pacing.offer(opened, 20.0) is None, "a vendor that stays down"
    assert pacing.offer(closed, 30.0) == closed._replace(repeated=2), "that it is back is told at once"
    assert pacing.offer(opened, 40.0) is None and list(pacing.due(QUIET - 1)) == [], "enough of it for now"
    assert list(pacing.due(QUIET)) == [opened]


def test_what_is_rare_is_told_at_once() -> None:
    pacing = Pacing(QUIET, AT_ONCE, ALL)
    for number in range(5):
        said = pacing.offer(message(number, "a"), number * QUIET)
        assert said is not None and said.repeated == 0


def test_subjects_are_forgotten() -> None:
    pacing = Pacing(QUIET, AT_ONCE, 10_000)
    for number in range(3_000):
        pacing.offer(message(number, f"d{number}"), 0.0)
    assert len(pacing._stories) <= 1_000
    assert list(pacing.due(QUIET)) == [] and not pacing._stories


def test_much_that_matters_less_does_not_hold_back_an_error() -> None:
    pacing = Pacing(QUIET, AT_ONCE, ALL)
    for number in range(500):
        pacing.offer(Message("quota.soft", AT, {"scope": "user", "name": f"p_{number}"}), 0.0)
    errors = [Message("ledger.not_ready", AT, {"worker": f"w{number}"}) for number in range(10)]
    assert [pacing.offer(error, 1.0) for error in errors] == [*errors[:ALL], *[None] * (10 - ALL)]
