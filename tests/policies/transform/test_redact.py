"""Placeholders, joined spans, and spans in JSON source."""

from __future__ import annotations

import json
from itertools import pairwise

import orjson
from hypothesis import given
from hypothesis import strategies as st

from policies.transform.redact import (
    Span,
    breaks_strings,
    escape_start,
    is_json_source,
    joined,
    placeholder,
    unescaped,
    whole_escapes,
)


def test_placeholders_are_safe_inside_json_strings():
    for name in ("fin.iban", "org.project-x", "confidential"):
        assert orjson.loads(f'"{placeholder(name)}"') == placeholder(name)


SPANS = st.lists(
    st.builds(
        lambda start, size, d: Span(start, start + size, d, "r"),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from("ab"),
    ),
    max_size=12,
)


@given(SPANS, st.randoms(use_true_random=False))
def test_joined_spans_cover_the_same_and_keep_apart(spans, random):
    found = list(joined(spans))
    assert {i for s in found for i in range(s.start, s.end)} == {i for s in spans for i in range(s.start, s.end)}
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert found == list(joined(random.sample(spans, len(spans))))


VALUES = st.recursive(
    st.one_of(st.text(max_size=12), st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=3), st.data(), st.booleans())
def test_redacting_json_source_leaves_json(value, data, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    inside = _in_one_string(text, start, end)
    low, high = whole_escapes(text, start, end)
    assert low <= start and end <= high
    if not inside or breaks_strings(text, low, high):
        return
    json.loads(text[:low] + placeholder("fin.iban") + text[high:])


def _in_one_string(text: str, start: int, end: int) -> bool:
    """Whether the span lies between the quotes of one JSON string."""
    at, opened = 0, -1
    while at < len(text):
        char = text[at]
        if opened >= 0 and char == "\\":
            at += 6 if text[at + 1] == "u" else 2
            continue
        if char == '"':
            if opened >= 0 and opened < start and end <= at:
                return True
            opened = -1 if opened >= 0 else at
        at += 1
    return False


@given(st.text(st.sampled_from('a"\\nu0041é\n')), st.integers(0, 30))
def test_source_is_seen_unescaped_with_its_offsets(value, cut):
    source = json.dumps(value)[1:-1]
    seen = unescaped(source)
    assert len(seen) == len(source)
    assert seen.replace("\u200b", "") == value
    part = unescaped(source[:cut])
    assert seen.startswith(part)
    assert len(part) == escape_start(source, min(cut, len(source)))


def test_source_is_told_from_prose():
    assert is_json_source(' {"a": 1}') and is_json_source("[1]")
    assert not is_json_source("{a: 1}") and not is_json_source("text") and not is_json_source('"text"')
