"""`traceparent` as W3C has it, and nothing that is only like it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from observability.tracing.traceparent import Parent, read

FORM = r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"
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
def test_anything_else_is_nothing(header: str) -> None:
    assert read(header) is None or re.match(FORM, header)


@given(st.from_regex(FORM + r"(-[!-~]{0,20})?", fullmatch=True))
@example(f"ff-{TRACE}-{SPAN}-01")
@example(f"00-{'0' * 32}-{SPAN}-01")
@example(f"01-{TRACE}-{SPAN}-01-")
def test_what_has_the_form_is_read_unless_it_means_nothing(header: str) -> None:
    version, trace, span, flags, *more = header.split("-", 4)
    means = version != "ff" and not (version == "00" and more) and set(trace) != {"0"} and set(span) != {"0"}
    assert read(header) == (Parent(trace, span, flags[1] in "13579bdf") if means else None)
