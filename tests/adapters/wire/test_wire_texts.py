"""Texts by number agree with what stands in the bytes, however it is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import BodyRefused
from adapters.wire.body import Document, replace_string
from adapters.wire.edits import splice
from adapters.wire.texts import Texts
from adapters.wire.tokens import TOKEN, string_count

words = st.text('a"\\\n/é\U0001f600', max_size=6)
values = st.recursive(
    words | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=20,
)


def _counted(value: object) -> int:
    """Every value and name in a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + (len(value) if isinstance(value, dict) else 0) + sum(map(_counted, inner))


@given(st.dictionaries(words, values, max_size=4), st.booleans(), st.integers(0, 40))
def test_more_texts_than_allowed_are_refused_and_no_fewer(body: dict[str, object], plain: bool, most: int) -> None:
    raw = json.dumps(body, ensure_ascii=plain).encode()
    there = len(Document.parse(raw, alike=False).texts.all)
    try:
        Document.parse(raw, alike=False, most=most)
    except BodyRefused as refused:
        assert (refused.code, refused.status) == ("too_many_texts", 413)
        assert _counted(body) > most
    else:
        assert there <= most


@pytest.mark.parametrize(
    "raw",
    [b'{"a":"\\' + b'"[' * 40, b'"[' * 80, b"{[" * 40, b'{"a": [' + b"[]," * 40, b"\\" * 40, b'"' * 99 + b"[" * 40],
)
def test_bytes_that_are_no_json_are_counted_too(raw: bytes) -> None:
    with pytest.raises(BodyRefused):
        Document.parse(raw, most=10)


@given(st.dictionaries(words, values, max_size=4), st.booleans())
def test_texts_are_what_the_bytes_say(body, plain):
    document = Document.parse(json.dumps(body, ensure_ascii=plain).encode(), alike=False)
    assert string_count(document.raw) == sum(leaf.kind != "number" for leaf in document.leaves)
    for index, leaf in enumerate(document.leaves):
        written = document.raw[leaf.start : leaf.end].decode()
        assert leaf.text == document.texts.all[index] == (written if leaf.kind == "number" else json.loads(written))
        assert document.texts.is_string(index) == (leaf.kind != "number")
        assert document.texts.range(leaf.path) is not None
        if leaf.kind != "key":
            assert document.texts.index(leaf.path) == index


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":0.20}', b'{"a":-0}', b'{"a":1e2}', b'{"a":-0.0}', b'{"a": 0.2 }', b'{"a":[0.2,0.20]}',
        b'{"a":411111111111111111111111111}', b'{"a":{"b":0.2},"c":{"b":0.20}}', b'{"a":"b","b":0.25}',
        b'{"te\\u006dp":0.20,"b":{"temp":0.2}}', b'{"te\\u006dp":0.20,"x\\"temp":0.2}', b'{"\\"a":0.2,"a":0.20}',
        b'{"a":0.1,"b":0.2,"c":0.3,"d":0.4,"e":0.50}',
    ],
)  # fmt: skip
def test_numbers_are_inspected_as_written(raw):
    texts = Document.parse(raw).texts
    spelt = [token.decode() for token in TOKEN.findall(raw)]
    assert [text for i, text in enumerate(texts.all) if not texts.is_string(i)] == [s for s in spelt if s[0] != '"']


@pytest.mark.parametrize("most", [1, 10_000])
def test_quotes_are_counted_between_backslashes(monkeypatch, most):
    monkeypatch.setattr("adapters.wire.tokens._MOST_PIECES", most)
    for text in ('"', "\\", '\\"', '\\\\"\\', "\\\\", 'a"b\\c"\\\\\\"', '\n"\\n'):
        raw = json.dumps({text: text, "a": [text, json.dumps(text)]}).encode()
        assert string_count(raw) == len(TOKEN.findall(raw))


@pytest.mark.parametrize(
    "raw",
    [
        b'{"model":"a","messages":[]}', b'{"x":{"model":"a"},"model":"a"}', b'{"x":"model","model":"a"}',
        b'{"m\\u006fdel":"a","x":{"model":"a"}}', b'{"x\\"model":"a","m\\u006Fdel":"a"}',
        b'{"x\\"model":"a","model" : "a"}',
    ],
)  # fmt: skip
def test_the_member_of_the_root_is_the_one_edited(raw):
    after = json.loads(splice(raw, [replace_string(Document.parse(raw), ("model",), "new", "model_alias")]))
    assert after == {**json.loads(raw), "model": "new"}


def test_what_is_not_there_has_no_number():
    texts = Texts(b'{"a":[true,"b"]}', {"a": [True, "b"]}, 8, True)
    for path in ((), ("b",), ("a", 0), ("a", 7), ("a", "b"), (0,), ("a", 1, "c")):
        assert texts.index(path) is None
    assert texts.range(("a", 0)) == (1, 1) and texts.range(("a",)) == (0, 2) and texts.range(()) == (0, 2)
