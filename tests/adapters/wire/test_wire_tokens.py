"""Where the characters of a long string stand, by marks and read from the beginning."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.body import Document, nested, outermost
from adapters.wire.tokens import Places, PlainPlaces, character_span

PIECES = st.lists(
    st.sampled_from(["a", "é", "\n", '"', "\\", "\U0001f600", "x" * 700, "é" * 600, "\u2028"]), max_size=30
)


@given(PIECES, st.booleans(), st.data())
def test_marks_tell_the_same_places(pieces: list[str], escaped: bool, data: st.DataObject) -> None:
    text = "".join(pieces)
    raw = b"[" + json.dumps(text, ensure_ascii=escaped).encode() + b"]"
    places = Places(raw, 1, len(raw) - 1)
    i = data.draw(st.integers(0, len(text)))
    j = data.draw(st.integers(i, len(text)))
    first, last = places.span(i, j)
    assert (first, last) == character_span(raw, 1, len(raw) - 1, i, j)
    assert places.written(first) == len(raw[2:first].decode())


@given(PIECES, st.data())
def test_characters_of_plain_text_are_told_where_they_stand(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    i = data.draw(st.integers(0, len(text)))
    j = data.draw(st.integers(i, len(text)))
    first, last = PlainPlaces(text, 7).span(i, j)
    assert (b"." * 7 + text.encode())[first:last].decode() == text[i:j]
    assert first == 7 + len(text[:i].encode())


@given(PIECES, st.data())
def test_long_strings_in_strings_are_told_where_they_stand(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces) + "fin" * 2000
    document = Document.parse(json.dumps({"arguments": json.dumps({"text": text})}).encode())
    outer = document.at(("arguments",))
    assert outer is not None
    inner = next(leaf for leaf in nested(outer) or () if leaf.text == text)
    i = data.draw(st.integers(0, len(text)))
    j = data.draw(st.integers(i, len(text)))
    leaf, first, last = outermost(inner, i, j)
    assert leaf is outer
    assert json.loads(f'"{outer.text[first:last]}"') == text[i:j]
    low, high = document.text_span(inner, i, j)
    assert json.loads(json.loads(b'"' + document.raw[low:high] + b'"').join('""')) == text[i:j]
