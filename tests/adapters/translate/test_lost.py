"""Everything that can be lost is on the reference page, and nothing is told by a name that a caller made up."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.translate.base import Untranslatable
from adapters.translate.crossing import translated
from adapters.translate.registry import CODECS, translates

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "translation.md").read_text()
CANARY = "jeandupont"
ASKS = {
    "openai_chat": {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
    "openai_responses": {
        "model": "m",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}],
        "reasoning": {"effort": "low"},
    },
    "anthropic_messages": {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}],
        "thinking": {"type": "adaptive"},
    },
    "gemini_generate": {
        "contents": [{"role": "user", "parts": [{"text": "x"}]}],
        "generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}},
    },
}
PAIRS = [(a, b) for a in ASKS for b in CODECS if a != b and translates(a, b)]


def test_every_name_is_on_the_page() -> None:
    said = set()
    for file in (ROOT / "adapters" / "translate").rglob("*.py"):
        said |= set(re.findall(r"lost\.add\(\"([a-z_.]+)\"\)", file.read_text()))
    assert said
    assert {name for name in said if f"`{name}`" not in PAGE} == set()


@pytest.mark.parametrize(("client", "vendor"), PAIRS)
@given(place=st.integers(0, 30), kind=st.sampled_from([CANARY, 7, None, [], {CANARY: CANARY}, [[CANARY]]]))
def test_what_a_caller_made_up_is_told_as_unknown_or_not_said_at_all(
    client: str, vendor: str, place: int, kind: object
) -> None:
    """A member, a type or a value anywhere: it is translated or refused, without a word of it."""
    body = orjson.loads(orjson.dumps(ASKS[client]))
    places = list(_places(body))
    holder, key = places[place % len(places)]
    if isinstance(holder, dict) and place % 2:
        holder[CANARY] = kind
    else:
        holder[key] = kind
    try:
        made = translated(orjson.dumps(body), client, vendor, model="v", parameters={"model": "m"})
    except Untranslatable as odd:
        assert CANARY not in str(odd) and odd.__context__ is None
        return
    assert CANARY not in ",".join(made.lost)


def _places(value: object):
    """Every place of a value that can be written to."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from _places(inner)


@pytest.mark.parametrize(("client", "vendor"), PAIRS)
def test_odd_asks_are_translated_all_the_same(client: str, vendor: str) -> None:
    """Empty content, arguments that are no JSON, histories of thousands of turns."""
    history = {
        "openai_chat": {"model": "m", "messages": [
            {"role": "user", "content": ""},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": "not {json"}}]},
            {"role": "tool", "tool_call_id": "c", "content": []},
        ]},
        "openai_responses": {"model": "m", "input": [
            {"role": "user", "content": ""},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "not {json"},
            {"type": "function_call_output", "call_id": "c", "output": ""},
        ]},
        "anthropic_messages": {"model": "m", "max_tokens": 9, "messages": [
            {"role": "user", "content": ""},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c"}]},
        ]},
        "gemini_generate": {"contents": [
            {"parts": [{"text": ""}]},
            {"role": "model", "parts": [{"functionCall": {"name": "f"}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f"}}]},
        ]},
    }[client]  # fmt: skip
    turns = {"openai_responses": "input", "gemini_generate": "contents"}.get(client, "messages")
    more: list[dict[str, object]] = [{"role": role, "content": "x"} for role in ("user", "assistant")]
    if client == "gemini_generate":
        more = [{"role": role, "parts": [{"text": "x"}]} for role in ("user", "model")]
    history[turns] = [*history[turns], *more * 5000]
    made = translated(orjson.dumps(history), client, vendor, model="v", parameters={"model": "m"})
    assert made.body.count(b'"x"') == 10_000
    if client.startswith("openai"):
        assert b"not {json" in made.body


_CACHED = {"cache_control": {"type": "ephemeral"}}
_TEXT = {"type": "text", "text": "x"}
_CALL = {"type": "tool_use", "id": "c", "name": "f", "input": {}}
_RESULT = {"type": "tool_result", "tool_use_id": "c", "content": "y"}


def _called(call: dict[str, object]) -> dict[str, object]:
    return {"role": "assistant", "content": [call]}


@pytest.mark.parametrize("vendor", ["openai_chat", "openai_responses", "gemini_generate", "cohere_chat"])
@pytest.mark.parametrize(
    "marked",
    [
        {"system": [{**_TEXT, **_CACHED}]},
        {"tools": [{"name": "f", "input_schema": {"type": "object"}, **_CACHED}]},
        {"messages": [{"role": "user", "content": [{**_TEXT, **_CACHED}]}]},
        {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": [{**_CALL, **_CACHED}]}]},
        {
            "messages": [
                {"role": "assistant", "content": [_CALL]},
                {"role": "user", "content": [{**_RESULT, **_CACHED}]},
            ]
        },
    ],
    ids=["instructions", "tool", "words", "call", "result"],
)
def test_a_mark_for_the_cache_is_lost_wherever_it_stood(vendor: str, marked: dict[str, object]) -> None:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}], **marked}
    made = translated(orjson.dumps(body), "anthropic_messages", vendor, model="m", parameters={})
    assert made.lost == ("cache_control",)
