"""Which calls are kept: the bad ones always, of the others a share that the id decides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.ledger import uuid7
from observability.tracing.keeping import REASONS, Rules, sampled, why_kept

RULES = Rules(ratio=0.0, slow=30.0, slow_overhead=0.25)
USUAL: dict[str, Any] = {"outcome": "served", "attempts": 1, "total": 1.0, "overhead": 0.001, "parent": None}
traces = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")


@pytest.mark.parametrize(
    ("call", "kept"),
    [
        ({}, ""),
        ({"outcome": "left"}, ""),
        ({"outcome": "failed"}, "error"),
        ({"outcome": "cut", "attempts": 2}, "error"),
        ({"outcome": "refused", "attempts": 0}, "refused"),
        ({"attempts": 2, "total": 60.0}, "failover"),
        ({"total": 30.0}, "slow"),
        ({"overhead": 0.25}, "slow"),
        ({"parent": True}, "parent"),
        ({"parent": False}, ""),
        ({"parent": False, "outcome": "failed"}, "error"),
    ],
)
def test_why(call: dict[str, Any], kept: str) -> None:
    assert why_kept(RULES, "f" * 32, **{**USUAL, **call}) == kept


def test_of_the_rest_a_share_is_kept() -> None:
    every = RULES._replace(ratio=1.0)
    assert why_kept(every, "0" * 32, **USUAL) == "sampled"
    assert why_kept(every, "f" * 32, **{**USUAL, "parent": False}) == ""
    assert set(REASONS) == {"error", "refused", "failover", "slow", "parent", "sampled"}


@given(traces, st.floats(0, 1), st.floats(0, 1))
def test_who_keeps_more_keeps_all_that_others_keep(trace: str, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert sampled(trace, more) or not sampled(trace, less)
    assert sampled(trace, 1.0)
    assert not sampled(trace, 0.0)


@given(traces, st.floats(0, 1), st.text("0123456789abcdef", min_size=18, max_size=18))
def test_only_the_random_part_of_an_id_decides(trace: str, ratio: float, before: str) -> None:
    assert sampled(before + trace[18:], ratio) == sampled(trace, ratio)


def test_the_share_of_our_own_ids_is_the_ratio() -> None:
    kept = sum(sampled(uuid7().replace("-", ""), 0.1) for _ in range(20_000))
    assert 1_700 < kept < 2_300  # seven times the standard deviation
