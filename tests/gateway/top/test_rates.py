"""Differences of what was counted: whoever looks, how often, at however many workers, sees all that happened once."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gateway.top.buckets import bucket, quantile
from gateway.top.counting import Key
from gateway.top.rates import COUNTS, Row, between, by, total, users

ANNE = ("p_anne", "hr", "letters", "gpt", "alpha/gpt")
BOB = ("p_bob", "it", "code", "gpt", "beta/gpt")
NONE = dict.fromkeys(COUNTS, 0)


def seen(began: float, *rows, flight=(), users=None):
    return {"began": began, "rows": [[*key, row] for key, row in rows], "flight": list(flight), "users": users or {}}


def counts(**given):
    times = given.pop("times", {})
    return {**NONE, **given, "times": sorted(times.items())}


def test_what_happened_in_between_a_second():
    before = {"w0": seen(1, (ANNE, counts(calls=10, nanos=5, times={3: 10})))}
    after = {
        "w0": seen(
            1, (ANNE, counts(calls=14, failed=1, nanos=1_000_000_005, times={3: 13, 9: 1})), flight=[[*ANNE, 2]]
        ),
        "w1": seen(7, (BOB, counts(calls=6, output=100, times={3: 6})), flight=[[*ANNE, 1]]),
    }
    rows = between(before, after, 5.0, 7.0)
    assert rows.keys() == {Key(*ANNE), Key(*BOB)}
    anne = rows[Key(*ANNE)]
    assert (anne.rate("calls"), anne.flight, anne.share("failed", "calls")) == (2.0, 3, 0.25)
    assert anne.cost_an_hour == 1800.0
    assert anne.times == Counter(
        {
            3: 3,
            9: 1,
        }
    )
    assert total(rows).rate("calls") == 5.0 and by(rows, "team")["it"].rate("output") == 50.0


def test_a_worker_that_began_anew_begins_at_nothing():
    before, after = {"w0": seen(1, (ANNE, counts(calls=10)))}, {"w0": seen(2, (ANNE, counts(calls=4)))}
    assert between(before, after, 1.5, 2.5)[Key(*ANNE)].counts["calls"] == 4


def test_what_a_worker_counted_before_it_fell_silent_is_not_of_the_last_seconds():
    """It was counted since 1, and the first look was at 61: silent then, it says nothing of the time since."""
    after = {"w0": seen(1, (ANNE, counts(calls=600)), flight=[[*ANNE, 2]])}
    assert between({}, after, 61.0, 62.0) == {Key(*ANNE): Row(flight=2, seconds=1.0)}
    assert between({}, after, 0.5, 1.5)[Key(*ANNE)].rate("calls") == 600.0, "one that began since"


def test_a_row_that_was_dropped_and_came_back_begins_at_nothing():
    before = {"w0": seen(1, (ANNE, counts(calls=10, input=3)))}
    after = {"w0": seen(1, (ANNE, counts(calls=2, input=5)))}
    row = between(before, after, 1.5, 2.5)[Key(*ANNE)]
    assert (row.counts["calls"], row.counts["input"]) == (2, 5)


def test_where_nothing_happened_there_is_no_row():
    same = {"w0": seen(1, (ANNE, counts(calls=10)))}
    assert between(same, same, 1.0, 2.0) == {}
    assert between({}, {}, 0.0, 0.0) == {} and total({}).took(0.5) is None


def test_people_by_their_pseudonym():
    assert users({"w0": seen(1, users={"p_anne": "anne"}), "w1": seen(1, users={"p_bob": "bob"})}) == {
        "p_anne": "anne", "p_bob": "bob",
    }  # fmt: skip


EVENTS = st.lists(
    st.tuples(st.sampled_from(["w0", "w1"]), st.sampled_from([ANNE, BOB]), st.integers(1, 9), st.booleans()),
    max_size=40,
)


@given(EVENTS)
def test_looks_at_any_moments_add_up_to_all_that_happened(events):
    """The last of each event: whether somebody looks after it."""
    held = {worker: {} for worker in ("w0", "w1")}

    def look():
        return {
            worker: seen(1, *((key, counts(calls=calls, times={3: calls})) for key, calls in rows.items()))
            for worker, rows in held.items()
        }

    found, last = Counter(), look()
    for worker, key, calls, looked in [*events, ("w0", ANNE, 0, True)]:
        held[worker][key] = held[worker].get(key, 0) + calls
        if looked:
            now = look()
            for name, row in between(last, now, 1.0, 2.0).items():
                found[name] += row.counts["calls"]
                assert sum(row.times.values()) == row.counts["calls"]
            last = now
    wanted = Counter()
    for _, key, calls, _ in events:
        wanted[Key(*key)] += calls
    assert found == wanted


@given(st.lists(st.floats(0.001, 5000), min_size=1, max_size=50), st.sampled_from([0.5, 0.95]))
def test_a_quantile_is_good_to_an_eighth(times, share):
    told = quantile(Counter(map(bucket, times)), share)
    true = sorted(times)[max(int(-(-share * len(times) // 1)) - 1, 0)]
    assert told is not None and abs(told / true - 1) < 0.13


def test_ends_of_the_scale():
    assert bucket(0) == bucket(0.001) == 0 and bucket(1e9) == 80
    assert quantile({}, 0.5) is None and quantile({0: 1}, 0.5) == 0.001
