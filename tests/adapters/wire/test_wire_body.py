"""Reading a body strictly, and finding every character of it again."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import BodyRefused
from adapters.wire.body import (
    Document,
    Edit,
    nested,
    replace_string,
    replace_text,
    set_member,
    splice,
)


def _unlike_but_for_case(value: dict[str, object]) -> bool:
    return len({key.casefold() for key in value}) == len(value)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4).filter(_unlike_but_for_case),
    max_leaves=25,
)
BODY = st.dictionaries(TEXT, VALUE, max_size=5).filter(_unlike_but_for_case)


def _encoded(value: object, ascii_only: bool, spaced: bool) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only, separators=None if spaced else (",", ":")).encode()


def _texts(value: object) -> list[str]:
    """Every key and string, in document order, by a reader of its own."""
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in [key, *_texts(inner)]]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


@given(BODY, st.booleans(), st.booleans())
def test_every_string_number_and_key_has_its_place(body, ascii_only, spaced):
    raw = _encoded(body, ascii_only, spaced)
    document = Document.parse(raw)
    assert document.value == orjson.loads(raw)
    for leaf in document.leaves:
        token = raw[leaf.start : leaf.end]
        assert (token.decode() if leaf.kind == "number" else orjson.loads(token)) == leaf.text
    assert [leaf.text for leaf in document.leaves if leaf.kind != "number"] == _texts(body)


@given(st.data(), BODY, st.booleans())
def test_rewriting_a_stretch_changes_that_stretch_only(data, body, ascii_only):
    raw = _encoded(body, ascii_only, spaced=True)
    document = Document.parse(raw)
    strings = [leaf for leaf in document.leaves if leaf.kind == "string"]
    if not strings:
        return
    leaf = data.draw(st.sampled_from(strings))
    i = data.draw(st.integers(0, len(leaf.text)))
    j = data.draw(st.integers(i, len(leaf.text)))
    new = data.draw(TEXT)
    edit = replace_text(document, leaf, i, j, new, "transformation")
    again = Document.parse(splice(raw, [edit]))
    changed = again.at(leaf.path)
    assert changed is not None
    assert changed.text == leaf.text[:i] + new + leaf.text[j:]
    assert again.raw[: edit.start] == raw[: edit.start]
    assert again.raw[edit.start + len(edit.new) :] == raw[edit.end :]


@given(BODY, st.booleans())
def test_the_span_of_any_value_is_that_value(body, spaced):
    raw = b" " + _encoded(body, False, spaced) + b"\n"
    document = Document.parse(raw)

    def check(value: object, path: tuple[str | int, ...]) -> None:
        start, end = document.value_span(path)
        assert orjson.loads(raw[start:end]) == value
        for step, inner in (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
        ):
            check(inner, (*path, step))

    check(orjson.loads(raw), ())


@given(st.lists(st.text('\\"nu0é ', max_size=6), max_size=6), st.integers(0, 3))
def test_quotes_and_backslashes_end_strings_where_they_should(texts, depth):
    inner = json.dumps(texts)
    for _ in range(depth):
        inner = json.dumps(inner)
    raw = json.dumps({"a": inner, "b": texts}).encode()
    assert [leaf.text for leaf in Document.parse(raw).leaves] == ["a", inner, "b", *texts]


@given(st.data(), BODY)
def test_strings_in_a_string_of_json_can_be_rewritten(data, arguments):
    raw = orjson.dumps({"arguments": json.dumps(arguments)})
    document = Document.parse(raw)
    outer = document.at(("arguments",))
    assert outer is not None
    inner = nested(outer)
    assert inner is not None
    assert [leaf.text for leaf in inner if leaf.kind != "number"] == _texts(arguments)
    strings = [leaf for leaf in inner if leaf.kind == "string" and leaf.text]
    if strings:
        leaf = data.draw(st.sampled_from(strings))
        edit = replace_text(document, leaf, 0, 1, '"\\é', "transformation")
        changed = nested(Document.parse(splice(raw, [edit])).leaves[1])
        assert changed is not None
        assert changed[inner.index(leaf)].text == '"\\é' + leaf.text[1:]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"hello", "not_json"),
        (b"{'a':1}", "not_json"),
        (b'{"a":01}', "not_json"),
        (b'{"a":"\x01"}', "not_json"),
        (b"[]", "wrong_type"),
        (b'"text"', "wrong_type"),
        (b'{"a":1} {}', "trailing_bytes"),
        (b'\xef\xbb\xbf{"a":1}', "bom"),
        ('{"a":1}'.encode("utf-16"), "bom"),
        (b'{"a":"\xff"}', "invalid_utf8"),
        (b'{"a":"\xed\xa0\x80"}', "invalid_utf8"),
        (b'{"a":"\\ud800"}', "lone_surrogate"),
        (b'{"a":"\\udc00x"}', "lone_surrogate"),
        (b'{"\\ud800":1}', "lone_surrogate"),
        (b'{"a":NaN}', "not_a_number"),
        (b'{"a":Infinity}', "not_a_number"),
        (b'{"a":-Infinity}', "not_a_number"),
        (b'{"a":1e999}', "not_a_number"),
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"a":1,"\\u0061":2}', "duplicate_key"),
        (b'{"model":1,"Model":2}', "duplicate_key"),
        ('{"stream":1,"ſtream":2}'.encode(), "duplicate_key"),
        (b'{"x":[{"y":{"a":{},"b":0,"a":true}}]}', "duplicate_key"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "too_deep"),
        (b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", "too_deep"),
    ],
)
def test_what_readers_would_differ_on_is_refused(raw, code):
    with pytest.raises(BodyRefused) as refused:
        Document.parse(raw)
    assert refused.value.code == code
    assert refused.value.status == 400
    assert refused.value.__context__ is None


def test_a_refusal_names_the_byte():
    with pytest.raises(BodyRefused, match="at byte 9 "):
        Document.parse('{"é":1, "é":2}'.encode())
    with pytest.raises(BodyRefused, match="at byte 7"):
        Document.parse('{"é":1,}'.encode())


def test_a_refusal_holds_nothing_of_the_body():
    with pytest.raises(BodyRefused) as refused:
        Document.parse(b'{"canary-secret":"canary-secret" canary-secret')
    assert "canary" not in str(refused.value) + repr(refused.value) + refused.value.message


def test_at_most_the_allowed_depth():
    assert Document.parse(b'{"a":{"b":[1]}}', max_depth=3)
    with pytest.raises(BodyRefused):
        Document.parse(b'{"a":{"b":[1]}}', max_depth=2)


@pytest.mark.parametrize(
    ("raw", "path", "expected"),
    [
        (b'{"a":1}', (), {"x": [2], "a": 1}),
        (b"{}", (), {"x": [2]}),
        (b'{"x" : {"y":[1,"}"]} , "b":2}', (), {"x": [2], "b": 2}),
        (b' { "o": [ {} , { "p" : null } ] }', ("o", 1), {"o": [{}, {"p": None, "x": [2]}]}),
        (b'{"o": { } }', ("o",), {"o": {"x": [2]}}),
    ],
)
def test_set_member_replaces_or_inserts(raw, path, expected):
    document = Document.parse(raw)
    assert orjson.loads(splice(raw, [set_member(document, path, "x", b"[2]", "store")])) == expected


def test_splice_refuses_what_it_cannot_make_exactly():
    with pytest.raises(ValueError, match="overlaps"):
        splice(b"0123456789", [Edit(1, 4, b"", "store"), Edit(3, 5, b"", "transformation")])
    with pytest.raises(ValueError, match="out of range"):
        splice(b"0123", [Edit(3, 5, b"", "store")])
    with pytest.raises(ValueError, match="closed list"):
        splice(b"0123", [Edit(0, 1, b"", "whim")])


def test_overlapping_transformations_are_joined():
    edits = [Edit(1, 4, b"[x]", "transformation"), Edit(3, 6, b"[y]", "transformation")]
    assert splice(b"0123456789", edits) == b"0[x]6789"


def test_keys_and_numbers_are_not_rewritten():
    document = Document.parse(b'{"a":12}')
    for leaf in document.leaves:
        with pytest.raises(ValueError, match="can't be rewritten"):
            replace_text(document, leaf, 0, 1, "x", "transformation")


def test_replace_string_escapes():
    document = Document.parse(b'{"model":"a","n":1}')
    edit = replace_string(document, ("model",), 'b"\\', "model_alias")
    assert splice(document.raw, [edit]) == b'{"model":"b\\"\\\\","n":1}'
    with pytest.raises(KeyError):
        replace_string(document, ("n",), "x", "model_alias")


def test_places_in_thousands_of_items_are_found_in_one_walk() -> None:
    many = 20_000
    document = Document.parse(json.dumps({"a": [{"n": n} for n in range(many)]}).encode())
    edits = [set_member(document, ("a", n), "x", b"0", "vendor_form") for n in range(many)]
    assert json.loads(splice(document.raw, edits)) == {"a": [{"x": 0, "n": n} for n in range(many)]}
    assert document.item_spans(("a",)) is document.item_spans(("a",))


def test_only_items_of_an_array_have_places() -> None:
    document = Document.parse(b'{"a": [1, "2"], "b": {"c": 1}, "d": "123"}')
    assert document.item_spans(("a",)) == [(7, 8), (10, 13)]
    for path in (("a", 2), ("a", -1), ("b", 0), ("d", 0), ("e", 0)):
        with pytest.raises(KeyError):
            document.value_start(path)
