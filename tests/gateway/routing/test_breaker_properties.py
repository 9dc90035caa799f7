"""What holds of a breaker whatever happens, clocks that jump included."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.config.failures import CLASSES, FailureClass
from gateway.routing.breakers import JITTER, LONGEST_STATED, Breaker
from gateway.routing.health import Health
from gateway.routing.tally import SLOTS, Tally

OF = st.sampled_from(list(CLASSES.values()))
CHANCE = st.floats(0, 1)
STATED = st.none() | st.floats(0, 1e6)
JUMPS = st.floats(-1e5, 1e5) | st.sampled_from([0.0, 0.1, 1.0, 10.0])
KINDS = st.sampled_from(["rate_limit", "money", "server", "overload", "timeout", "cut", "invalid", "not_found"])


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(OF, st.lists(st.tuples(CHANCE, STATED, st.booleans(), st.integers(0, 50)), max_size=40), JUMPS)
def test_an_open_time_has_an_end_and_no_state_is_for_ever(
    of: FailureClass, failures: list[tuple[float, float | None, bool, int]], jump: float
) -> None:
    breaker, now = Breaker(of, 30.0), 1000.0
    for chance, stated, tried, calls in failures:
        breaker.failed(now, chance, calls, stated, 0.0, tried=tried and bool(breaker.openings))
        now += 0.1
    now += jump
    longest = max(of.longest_seconds * (1 + JITTER), LONGEST_STATED)
    assert 0 <= breaker.wait(now) <= longest
    now += breaker.wait(now)
    assert breaker.admits(now) or breaker.trying
    breaker.close()
    assert breaker.admits(now)
    assert breaker.state(now) == "closed"


@given(OF, CHANCE)
def test_it_opens_at_its_measure_and_not_before(of: FailureClass, chance: float) -> None:
    breaker = Breaker(of, 30.0)
    for number in range(1, of.in_a_row + 1):
        assert breaker.admits(5.0)
        assert breaker.failed(5.0, chance, 0, None, 0.0, tried=False) == (number == of.in_a_row)
    assert of.open_seconds <= breaker.wait(5.0) <= of.open_seconds * (1 + JITTER) + 1e-9


@given(st.lists(st.tuples(st.sampled_from(["take", "begun", "ended", "failed", "left", "others"]), KINDS, JUMPS)))
def test_at_most_one_call_tries_and_every_turn_is_given_back(steps: list[tuple[str, str, float]]) -> None:
    clock = Clock()
    health = Health(clock, chance=lambda: 0.5)
    health.use(health._settings, {"a": 2})
    turns, latest = [], clock.now
    for step, kind, jump in steps:
        clock.now += jump
        latest = max(clock.now, latest)
        if step == "take":
            allowed, turn = health.admits("a"), health.take("a")
            assert allowed == (turn is not None)
            turns += [turn] if turn is not None else []
        elif step == "others":
            health.adopt("a", "server", -1, abs(jump), 1)
        elif turns:
            turn = turns.pop()
            if step == "begun":
                health.begun(turn, turn.started)
                turns.append(turn)
            elif step == "failed":
                health.failed(turn, kind, None)
            else:
                getattr(health, step)(turn)
        trying = [b for t in turns for b in t.trying if b.trying]
        assert len(trying) == len(set(map(id, trying))), "one try for each breaker"
    for turn in turns:
        health.left(turn)
    clock.now = latest + 1e4
    assert health.admits("a"), "when nobody is there and all times are over, a call may go"
    assert not any(health._fare("a").busy.values())


@given(st.lists(JUMPS, max_size=60))
def test_a_tally_never_counts_what_is_not_there(jumps: list[float]) -> None:
    tally, now, times = Tally(30.0), 1000.0, []
    for jump in jumps:
        now += jump
        tally.add(now)
        times.append(now)
        assert 1 <= tally.at(now) <= len(times)
    assert tally.at(now + 30.0 + 30.0 / SLOTS) == 0


@given(OF, st.floats(0.1, 60), st.floats(0, 1))
def test_calls_that_fail_together_are_one_round_and_each_begins_the_wait_anew(
    of: FailureClass, patience: float, later: float
) -> None:
    breaker = Breaker(of, 30.0)
    assert breaker.rounds(tried=False) == 0
    breaker.failed(0.0, 0.0, 0, None, patience, tried=False)
    at = breaker.wait(0.0) * later
    assert breaker.rounds(tried=False) == 0  # one that was under way with it
    breaker.failed(at, 0.0, 0, None, patience, tried=False)
    assert breaker.wait(at) >= patience - 1e-9
    assert breaker.rounds(tried=True) == 1  # one that was sent after the wait
