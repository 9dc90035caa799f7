"""`traceparent` as W3C has it, and nothing that is only like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.tracing.traceparent import Parent, read

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_the_trace_the_span_and_whether_it_is_kept_are_read() -> None:
    assert read(f"00-{TRACE}-{SPAN}-01") == Parent(TRACE, SPAN, True)
    assert read(f"00-{TRACE}-{SPAN}-02") == Parent(TRACE, SPAN, False)


def test_a_later_version_may_say_more() -> None:
    assert read(f"cc-{TRACE}-{SPAN}-03-what-comes") == Parent(TRACE, SPAN, True)


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE}-{SPAN}-0٣",
    ],
)
def test_what_is_not_valid_is_nothing(header: str) -> None:
    assert read(header) is None


@given(st.text(max_size=80) | st.text("0123456789abcdef-", max_size=80))
def test_anything_is_read_or_is_nothing(header: str) -> None:
    found = read(header)
    assert found is None or header[3:35] == found.trace
