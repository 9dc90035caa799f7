"""What an attempt counts as, and whether it keeps a promise of latency."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from observability.promises import keeps, verdict


class Promise(NamedTuple):
    name: str = "p"
    measure: str = "first_token"
    percentile: float = 95.0
    seconds: float = 2.0


@pytest.mark.parametrize(
    ("error", "fault", "said"),
    [
        (None, None, "good"),
        ("server", "vendor", "failed"),
        ("timeout", "vendor", "failed"),
        ("timeout", "client", "aside"),  # the client was in more of a hurry than the vendor promised to be
        ("cut", "vendor", "uncounted"),
        ("rate_limit", "vendor", "throttled"),
        ("ramp", "vendor", "throttled"),
        ("auth", "ours", "aside"),
        ("invalid", "client", "aside"),
        ("left", None, "aside"),
        ("quota_exhausted", None, "aside"),
    ],
)
def test_what_an_attempt_counts_as(error, fault, said):
    assert verdict(error, fault, ("server", "timeout")) == said


def test_a_429_is_no_failure_whatever_the_contract_counts():
    assert verdict("rate_limit", "vendor", ("rate_limit",)) == "throttled"


@pytest.mark.parametrize(
    ("first", "streamed", "kept"),
    [(2.0, True, True), (2.001, True, False), (None, True, None), (9.0, False, None)],
)
def test_first_words_are_those_of_streams(first, streamed, kept):
    assert keeps(Promise(), first, 10.0, streamed=streamed) is kept


def test_whole_answers_are_timed_streamed_or_not():
    assert keeps(Promise(measure="total"), None, 2.0, streamed=False) is True
    assert keeps(Promise(measure="total"), 0.1, 2.1, streamed=True) is False
