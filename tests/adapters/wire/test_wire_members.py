"""Members that are renamed or left out, and every other byte as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.body import Document, splice
from adapters.wire.members import members, reshaped

NAMES = [f"m{n}" for n in range(7)]
VALUES = st.recursive(st.none() | st.integers() | st.text(max_size=4), lambda v: st.lists(v, max_size=3), max_leaves=4)


@pytest.mark.parametrize(
    ("raw", "without", "renamed", "left"),
    [
        (b'{"a":1,"b":2,"c":3}', {"b"}, {}, b'{"a":1,"c":3}'),
        (b'{"a":1,"b":2,"c":3}', {"a", "b"}, {}, b'{"c":3}'),
        (b'{ "a" : 1 , "b" : 2 , "c" : 3 }', {"b", "c"}, {}, b'{ "a" : 1 }'),
        (b'{"a":1}', {"a"}, {}, b"{}"),
        (b'{"a":{"b":1},"b":"a"}', {"b"}, {"a": "z"}, b'{"z":{"b":1}}'),
        (b'{"a":1,"z":2}', set(), {"a": "z"}, b'{"z":2}'),
        (b'{"\\u0061":1,"b":2}', {"a"}, {}, b'{"b":2}'),
        (b'{"b":2}', {"a"}, {"c": "d"}, b'{"b":2}'),
    ],
)
def test_cases(raw: bytes, without: set[str], renamed: dict[str, str], left: bytes) -> None:
    assert splice(raw, reshaped(Document.parse(raw), without=without, renamed=renamed)) == left


@given(
    body=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=7),
    without=st.sets(st.sampled_from(NAMES)),
    renamed=st.dictionaries(st.sampled_from(NAMES[:3]), st.sampled_from(["n0", "n1", "m6"]), max_size=1),
    indent=st.sampled_from([None, 1]),
    inside=st.booleans(),
)
def test_what_is_left_is_what_a_reader_would_have_made(
    body: dict[str, object], without: set[str], renamed: dict[str, str], indent: int | None, inside: bool
) -> None:
    raw = json.dumps({"x": [body]} if inside else body, indent=indent).encode()
    document = Document.parse(raw)
    path = ("x", 0) if inside else ()
    left = json.loads(splice(raw, reshaped(document, path, without=without, renamed=renamed)))
    wanted = {}
    for name, value in body.items():
        if name not in without and not (name in renamed and renamed[name] in body):
            wanted[renamed.get(name, name)] = value
    assert (left["x"][0] if inside else left) == wanted
    assert [m.name for m in members(document, path)] == list(body)
