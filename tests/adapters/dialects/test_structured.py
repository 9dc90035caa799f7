"""The schema in an ask of each dialect, and the ask with the answer and the complaint added."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from adapters.dialects.structured import ask_again, schema_of
from adapters.registry import DIALECTS
from adapters.wire.body import Document, splice

SCHEMA = {"type": "object", "required": ["a"]}
TURNS = [{"role": "user", "content": "Bonjour"}]
ASKS: dict[str, dict[str, Any]] = {
    "openai_chat": {
        "model": "m", "messages": TURNS,
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}},
    },
    "openai_responses": {
        "model": "m", "input": "Bonjour", "text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}},
    },
    "anthropic_messages": {
        "model": "m", "max_tokens": 9, "messages": TURNS,
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    },
    "gemini_generate": {
        "model": "m", "contents": [{"role": "user", "parts": [{"text": "Bonjour"}]}],
        "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA},
    },
}  # fmt: skip


def parsed(dialect: str, body: dict[str, Any]):
    return DIALECTS[dialect].parse(Document.parse(orjson.dumps(body)))


@pytest.mark.parametrize("dialect", ASKS)
def test_the_schema_is_found(dialect: str) -> None:
    assert schema_of(parsed(dialect, ASKS[dialect])) == SCHEMA


def test_the_older_place_of_anthropic_counts_too() -> None:
    body = {**ASKS["anthropic_messages"], "output_format": {"type": "json_schema", "schema": SCHEMA}}
    del body["output_config"]
    assert schema_of(parsed("anthropic_messages", body)) == SCHEMA


def test_any_object_is_a_form_and_text_is_none() -> None:
    chat = ASKS["openai_chat"]
    assert schema_of(parsed("openai_chat", {**chat, "response_format": {"type": "json_object"}})) == {"type": "object"}
    for form in ({"type": "text"}, {"type": "json_schema"}, {}, None, "json"):
        assert schema_of(parsed("openai_chat", {**chat, "response_format": form})) is None


@pytest.mark.parametrize("dialect", ASKS)
def test_asked_again_every_other_byte_stays(dialect: str) -> None:
    ask = parsed(dialect, ASKS[dialect])
    raw = splice(ask.document.raw, [ask_again(ask, 'dit "non"', "mal fait")])
    again = DIALECTS[dialect].parse(Document.parse(raw))
    name = "input" if dialect == "openai_responses" else "messages"
    turns = [("user", "Bonjour"), ("assistant", 'dit "non"'), ("user", "mal fait")]
    expected: list[dict[str, Any]] = [{"role": role, "content": text} for role, text in turns]
    if dialect == "gemini_generate":
        name, roles = "contents", {"user": "user", "assistant": "model"}
        expected = [{"role": roles[role], "parts": [{"text": text}]} for role, text in turns]
    assert again.document.value[name] == expected
    assert {k: v for k, v in again.document.value.items() if k != name} == {
        k: v for k, v in ask.document.value.items() if k != name
    }


def test_what_was_said_is_history_and_the_complaint_is_new() -> None:
    ask = parsed("openai_chat", ASKS["openai_chat"])
    raw = splice(ask.document.raw, [ask_again(ask, "non", "mal fait")])
    again = DIALECTS["openai_chat"].parse(Document.parse(raw))
    history = {p.text: p.history for p in again.passages if p.text in ("Bonjour", "non", "mal fait")}
    assert history == {"Bonjour": True, "non": True, "mal fait": False}


@pytest.mark.parametrize(
    ("config", "schema"),
    [
        ({"responseSchema": {"type": "OBJECT", "properties": {"type": {"type": "STRING", "nullable": True}}}},
         {"type": "object", "properties": {"type": {"type": ["string", "null"]}}}),
        ({"response_schema": {"type": "ARRAY", "items": {"type": "INTEGER"}, "min_items": "2"}},
         {"type": "array", "items": {"type": "integer"}, "minItems": 2}),
        ({"responseMimeType": "application/json"}, True),
        ({"responseMimeType": "text/plain"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_googles_own_schemas_are_read_as_json_schema(config: dict[str, Any], schema: Any) -> None:
    body = {"model": "m", "contents": [], "generationConfig": config}
    assert schema_of(parsed("gemini_generate", body)) == schema
