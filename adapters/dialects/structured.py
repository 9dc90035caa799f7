"""Answers that a client wants as JSON of a certain form: the schema in an ask, and how to ask once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from adapters.ask import Ask
from adapters.dialects.gemini_fields import field, key_of
from adapters.dialects.gemini_schemas import plain
from adapters.wire.body import Document, Edit, Path, append_items

Schema = Mapping[str, Any] | bool

# Where each dialect says what form the answer must have.
_FORMATS: Final[Mapping[str, tuple[Path, ...]]] = {
    "openai_chat": (("response_format",),),
    "openai_responses": (("text", "format"),),
    "anthropic_messages": (("output_config", "format"), ("output_format",)),
}
_GEMINI = "gemini_generate"
_LISTS: Final[Mapping[str, str]] = {
    "openai_chat": "messages",
    "openai_responses": "input",
    "anthropic_messages": "messages",
    _GEMINI: "contents",
}
# What a client asks for that wants any JSON object.
_OBJECT: Final[Schema] = {"type": "object"}
_ANY: Final[Schema] = True


def schema_of(ask: Ask) -> Schema | None:
    """The JSON schema that the answer must match; None where the ask names none."""
    if ask.dialect == _GEMINI:
        return _gemini(ask.document.value)
    for path in _FORMATS.get(ask.dialect, ()):
        form = _at(ask.document.value, path)
        if type(form) is not dict:
            continue
        if form.get("type") == "json_object":
            return _OBJECT
        inner = form.get("json_schema")
        schema = inner.get("schema") if type(inner) is dict else form.get("schema")
        if form.get("type") == "json_schema" and type(schema) in (dict, bool):
            return schema
    return None


def ask_again(ask: Ask, said: str, complaint: str) -> Edit:
    """The edit that adds to an ask what the model answered and what is wrong with it, as the next two turns."""
    document, name = ask.document, _LISTS[ask.dialect]
    if ask.dialect == _GEMINI:
        contents = ({"role": role, "parts": [{"text": text}]} for role, text in (("model", said), ("user", complaint)))
        turns = b",".join(map(orjson.dumps, contents))
        if type(document.value.get(name)) is dict:
            start, end = document.value_span((name,))
            return Edit(start, end, b"[" + document.raw[start:end] + b"," + turns + b"]", "repair")
        return append_items(document, (name,), turns, "repair")
    turns = b",".join(
        orjson.dumps({"role": role, "content": text}) for role, text in (("assistant", said), ("user", complaint))
    )
    if type(document.value.get(name)) is str:
        return _spelt_out(document, name, turns)
    return append_items(document, (name,), turns, "repair")


def _spelt_out(document: Document, name: str, turns: bytes) -> Edit:
    """A prompt that is a bare string becomes the list that it stands for."""
    start, end = document.value_span((name,))
    first = b'{"role":"user","content":' + document.raw[start:end] + b"}"
    return Edit(start, end, b"[" + first + b"," + turns + b"]", "repair")


def _gemini(value: Mapping[str, Any]) -> Schema | None:
    """What Gemini's configuration asks for: a JSON schema, one in Google's own spelling, or any JSON."""
    config = field(value, "generationConfig", dict)
    if config is None:
        return None
    path, inside = config
    for name in ("responseJsonSchema", "responseSchema"):
        key = key_of(inside, name, path)
        schema = inside[key] if key is not None else None
        if isinstance(schema, dict | bool):
            return schema if name == "responseJsonSchema" else plain(schema)
    mime = field(inside, "responseMimeType", str, path)
    return _ANY if mime is not None and mime[1] == "application/json" else None


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value.get(step) if type(value) is dict else None
    return value
