"""Answers that a client wants as JSON of a certain form: the schema in an ask, and how to ask once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from adapters.ask import Ask
from adapters.wire.body import Document, Edit, Path, append_items

Schema = Mapping[str, Any] | bool

# Where each dialect says what form the answer must have.
_FORMATS: Final[Mapping[str, tuple[Path, ...]]] = {
    "openai_chat": (("response_format",),),
    "openai_responses": (("text", "format"),),
    "anthropic_messages": (("output_config", "format"), ("output_format",)),
}
_LISTS: Final[Mapping[str, str]] = {
    "openai_chat": "messages",
    "openai_responses": "input",
    "anthropic_messages": "messages",
}
# What a client asks for that wants any JSON object.
_OBJECT: Final[Schema] = {"type": "object"}


def schema_of(ask: Ask) -> Schema | None:
    """The JSON schema that the answer must match; None where the ask names none."""
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
    turns = b",".join(
        orjson.dumps({"role": role, "content": text}) for role, text in (("assistant", said), ("user", complaint))
    )
    document, name = ask.document, _LISTS[ask.dialect]
    if type(document.value.get(name)) is str:
        return _spelt_out(document, name, turns)
    return append_items(document, (name,), turns, "repair")


def _spelt_out(document: Document, name: str, turns: bytes) -> Edit:
    """A prompt that is a bare string becomes the list that it stands for."""
    start, end = document.value_span((name,))
    first = b'{"role":"user","content":' + document.raw[start:end] + b"}"
    return Edit(start, end, b"[" + first + b"," + turns + b"]", "repair")


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value.get(step) if type(value) is dict else None
    return value
