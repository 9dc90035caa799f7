"""What vendors say of the room that is left, in their own headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.vendors.rates import Rate, rates
from adapters.vendors.taxonomy import until_reset

NOW = 1_760_000_000.0
DATE = b"Thu, 09 Oct 2025 08:53:20 GMT"


def told(**headers: str) -> tuple[Rate, ...]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return rates(raw, lambda: NOW)


def test_openais() -> None:
    found = told(
        x_ratelimit_limit_requests="500", x_ratelimit_remaining_requests="499", x_ratelimit_reset_requests="120ms",
        x_ratelimit_limit_tokens="30000", x_ratelimit_remaining_tokens="0", x_ratelimit_reset_tokens="6m0s",
    )  # fmt: skip
    assert found == (Rate("requests", 499, 500, 0.12), Rate("tokens", 0, 30000, 360))


def test_anthropics() -> None:
    found = told(
        anthropic_ratelimit_requests_limit="50", anthropic_ratelimit_requests_remaining="0",
        anthropic_ratelimit_requests_reset="2025-10-09T08:53:50Z", anthropic_ratelimit_input_tokens_limit="100",
        anthropic_ratelimit_input_tokens_remaining="7", anthropic_ratelimit_input_tokens_reset="2025-10-09T08:54:20Z",
    )  # fmt: skip
    assert found == (Rate("requests", 0, 50, 30), Rate("input-tokens", 7, 100, 60))


def test_moments_are_taken_against_the_vendors_own_clock() -> None:
    raw = [(b"Date", DATE), (b"Anthropic-RateLimit-Requests-Remaining", b"0"),
           (b"anthropic-ratelimit-requests-reset", b"2025-10-09T08:53:25Z")]  # fmt: skip
    assert rates(raw, lambda: NOW + 3600) == (Rate("requests", 0, None, 5),)


@pytest.mark.parametrize("reset", ["", "soon", "-", "6x"])
def test_what_is_not_told_completely_is_not_told(reset: str) -> None:
    assert told(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests=reset) == ()
    assert told(x_ratelimit_remaining_requests="many", x_ratelimit_reset_requests="1s") == ()
    assert told(content_type="text/plain") == ()


@pytest.mark.parametrize(
    ("text", "seconds"), [("6m0s", 360), ("1s", 1), ("59.7", 59.7), ("1760000010", 10), ("2025-10-09T08:53:21Z", 1)]
)
def test_resets_in_every_form(text: str, seconds: float) -> None:
    assert until_reset(text, lambda: NOW) == pytest.approx(seconds)


NAMES = (
    "date",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
    "x-ratelimit-limit-requests",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
)


@given(st.lists(st.tuples(st.sampled_from([name.encode() for name in NAMES]), st.binary(max_size=40))))
def test_nothing_that_a_vendor_says_does_harm(headers: list[tuple[bytes, bytes]]) -> None:
    for rate in rates(headers, lambda: NOW):
        assert 0 <= rate.reset <= 86_400
        assert rate.remaining >= 0
