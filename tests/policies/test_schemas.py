"""Schemas that clients send: what is checked against them, and which can't be used at all."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.schemas import MOST_PARTS, SchemaRefused, checker

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


def test_an_answer_of_the_form_has_no_faults() -> None:
    assert checker(PERSON).faults('{"name": "Zoé", "age": 31}') == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ('{"name": "Zoé"}', "/: required"),
        ('{"name": "Zoé", "age": "31"}', "/age: type"),
        ("Voici : {}", "it is not JSON"),
        ("", "it is not JSON"),
        ('{"name": "Zoé", "age": 31, "mail": "z@example.org"}', "/: additionalProperties"),
    ],
)
def test_faults_name_place_and_keyword(answer: str, fault: str) -> None:
    assert checker(PERSON).faults(answer) == [fault]


def test_faults_hold_nothing_of_the_answers_values() -> None:
    (fault,) = checker({"items": {"type": "integer"}, "type": "array"}).faults('["FR7630006000011234567890189"]')
    assert "FR76" not in fault


def test_references_inside_the_schema_count() -> None:
    schema = {"$defs": {"n": {"type": "integer"}}, "type": "array", "items": {"$ref": "#/$defs/n"}}
    assert checker(schema).faults("[1, 2]") == []
    assert checker(schema).faults('[1, "2"]') == ["/1: type"]


def doubling(times: int) -> dict[str, Any]:
    """A small schema whose parts refer to each other twice, so that it stands for 2**times."""
    parts: dict[str, Any] = {f"p{n}": {"anyOf": [{"$ref": f"#/$defs/p{n + 1}"}] * 2} for n in range(times)}
    parts[f"p{times}"] = {"type": "integer"}
    return {"$defs": parts, "$ref": "#/$defs/p0"}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$ref": "#"}, "refers to itself"),
        ({"$defs": {"x": {"anyOf": [{"$ref": "#/$defs/x"}] * 2}}, "$ref": "#/$defs/x"}, "refers to itself"),
        ({"properties": {"next": {"$ref": "#"}}}, "refers to itself"),
        ({"$ref": "http://127.0.0.1:9/schema"}, "by a name"),
        ({"$ref": "file:///etc/passwd"}, "by a name"),
        ({"$ref": "#/nowhere"}, "doesn't have"),
        ({"$dynamicRef": "#node"}, "by a name"),
        ({"type": 12}, "no valid JSON schema"),
        (doubling(40), "too many parts"),
        ({"enum": ["x" * 70_000]}, "too large"),
        ({"properties": {"x": {"$id": "http://b/x", "allOf": [{"$ref": "#/a"}]}}, "a": {}}, "resource of its own"),
    ],
)
def test_what_can_not_be_used_is_refused_at_once(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(SchemaRefused, match=why):
        checker(schema)


def test_a_deep_answer_ends() -> None:
    """Branches that all look at the same depth again: as many looks as the schema has parts, no more."""
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(9):
        schema = {"anyOf": [{"type": "array", "items": schema}, {"type": "array", "items": schema}]}
    assert checker(schema).faults("[" * 9 + '"x"' + "]" * 9) == ["it doesn't match"]


def test_a_pattern_can_not_backtrack() -> None:
    began = time.process_time()
    assert checker({"type": "string", "pattern": "^(a+)+$"}).faults(orjson.dumps("a" * 20_000 + "b").decode())
    assert time.process_time() - began < 1


@pytest.mark.parametrize(("branches", "items"), [(400, 400), (2000, 3000), (2000, 100)])
def test_many_branches_of_many_items_end_soon(branches: int, items: int) -> None:
    """Each failed branch of each item would be an error of its own: that took gigabytes."""
    schema = {"items": {"anyOf": [{"minimum": 10 + n} for n in range(branches)]}}
    began = time.process_time()
    (fault,) = checker(schema).faults(orjson.dumps([1] * items).decode())
    assert fault in ("it doesn't match", "it is too large to be checked")
    assert time.process_time() - began < 1


def test_an_answer_that_is_too_large_has_that_fault() -> None:
    assert checker(PERSON).faults('"' + "x" * (1 << 20) + '"') == ["it is too large to be checked"]


nodes = st.recursive(
    st.sampled_from([{"type": "string"}, {"type": "integer"}, {"const": 1}, True, {"$ref": "#/$defs/leaf"}]),
    lambda inner: st.one_of(
        st.builds(lambda a: {"items": a}, inner),
        st.builds(lambda a, b: {"anyOf": [a, b]}, inner, inner),
        st.builds(lambda a: {"properties": {"k": a}, "required": ["k"]}, inner),
    ),
    max_leaves=12,
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("kab"), inner, max_size=2)),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(nodes, values)
def test_any_schema_without_cycles_is_checked_or_refused(node: Any, value: Any) -> None:
    """With the library's own judgement of the same schema as the second opinion."""
    import jsonschema_rs

    schema = {"$defs": {"leaf": {"type": "string"}}, "allOf": [node]}
    faults = checker(schema).faults(orjson.dumps(value).decode())
    assert (faults == []) == jsonschema_rs.is_valid(schema, value)


def test_the_bound_is_what_it_says() -> None:
    assert checker({"enum": [0] * (MOST_PARTS - 10)}).faults("0") == []
    with pytest.raises(SchemaRefused):
        checker({"enum": [0] * (MOST_PARTS + 10)})
