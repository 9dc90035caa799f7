"""What Mistral's chat completions have of their own.

It refuses members that it doesn't know, calls some by older names, takes identifiers of tool calls only where they are
nine letters or digits, and answers with a list of chunks where a model thinks aloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from adapters.vendors.base import Framing, Headers
from adapters.vendors.envelopes import Members
from adapters.wire.body import Document, Path, replace_string
from adapters.wire.edits import Edit
from adapters.wire.members import KIND, reshaped
from adapters.wire.sse import Event, Framer, encode

RENAMED = {"max_completion_tokens": "max_tokens", "seed": "random_seed"}
WITHOUT = frozenset({
    "stream_options", "store", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
    "service_tier", "logit_bias", "verbosity", "functions", "function_call", "web_search_options", "modalities",
    "audio",
})  # fmt: skip
_OF_A_MESSAGE = frozenset({"role", "content", "tool_calls", "tool_call_id", "name", "prefix"})
_ID = re.compile(r"[a-zA-Z0-9]{9}")
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHUNKED = re.compile(rb'"content"[ \t\r\n]*+:[ \t\r\n]*+\[')


@dataclass(frozen=True, slots=True)
class MistralChat:
    """Chat completions as Mistral has them."""

    stream_type: bytes = b"text/event-stream"

    def told(self) -> str:
        """Its members, messages, identifiers and chunks."""
        return (
            Members(RENAMED, WITHOUT).told() + " Messages lose members that Mistral doesn't know, `developer` becomes "
            "`system`, and identifiers of tool calls that aren't nine letters or digits become such. Chunks of an "
            "answer are joined to `content` and `reasoning_content`."
        )

    def edits(self, document: Document, headers: Headers) -> list[Edit]:
        """Members by their names here; messages without members that aren't known, with identifiers as wanted."""
        edits = reshaped(document, without=WITHOUT, renamed=RENAMED)
        messages = document.value.get("messages")
        for index, message in enumerate(messages if type(messages) is list else ()):
            if type(message) is dict:
                edits += _message(document, ("messages", index), message)
        return edits

    def headers(self, headers: Headers) -> Headers:
        """As they are."""
        return headers

    def framer(self) -> Framing:
        """Server-sent events, chunks joined."""
        return ChunkJoiner()

    def body(self, raw: bytes) -> bytes:
        """A whole answer, chunks joined."""
        return joined(raw)


def _message(document: Document, path: Path, message: dict[str, Any]) -> Iterator[Edit]:
    if not message.keys() <= _OF_A_MESSAGE:
        yield from reshaped(document, path, without=message.keys() - _OF_A_MESSAGE)
    if message.get("role") == "developer":
        yield replace_string(document, (*path, "role"), "system", KIND)
    yield from _identity(document, (*path, "tool_call_id"), message.get("tool_call_id"))
    calls = message.get("tool_calls")
    for index, call in enumerate(calls if type(calls) is list else ()):
        if type(call) is dict:
            yield from _identity(document, (*path, "tool_calls", index, "id"), call.get("id"))


def _identity(document: Document, path: Path, value: object) -> Iterator[Edit]:
    if type(value) is str and not _ID.fullmatch(value):
        yield replace_string(document, path, call_id(value), KIND)


def call_id(value: str) -> str:
    """Nine letters and digits for any other identifier, always the same."""
    number = int.from_bytes(blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return "".join(_LETTERS[number // 62**place % 62] for place in range(9))


class ChunkJoiner:
    """A framer of server-sent events in which content is text again, and what was thought has a member of its own."""

    def __init__(self) -> None:
        self._framer = Framer()

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that this chunk completes."""
        return [_event(event) for event in self._framer.feed(chunk)]

    def end(self) -> list[Event]:
        """See Framer."""
        return [_event(event) for event in self._framer.end()]

    def rest(self) -> bytes:
        """See Framer."""
        return self._framer.rest()


def _event(event: Event) -> Event:
    data = joined(event.data)
    return event if data is event.data else Event(encode(event.event or None, data), event.event, data)


def joined(raw: bytes) -> bytes:
    """An answer or event with its chunks, if it has any, as `content` and `reasoning_content`; others are `chunks`."""
    if not _CHUNKED.search(raw):
        return raw
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw  # the reader refuses it
    changed = False
    for message in _messages(value):
        if type(message.get("content")) is list:
            message.update(_told(message.pop("content")))
            changed = True
    return orjson.dumps(value) if changed else raw


def _messages(value: object) -> Iterator[dict[str, Any]]:
    choices = value.get("choices") if type(value) is dict else None
    for choice in choices if type(choices) is list else ():
        for holder in ("message", "delta"):
            if type(choice) is dict and type(choice.get(holder)) is dict:
                yield choice[holder]


def _told(chunks: Iterable[object]) -> dict[str, Any]:
    said, thought, rest = [], [], []
    for chunk in chunks:
        kind = chunk.get("type") if isinstance(chunk, Mapping) else None
        text = _thought(chunk.get("thinking")) if isinstance(chunk, Mapping) and kind == "thinking" else None
        if text is not None:
            thought.append(text)
        elif isinstance(chunk, Mapping) and kind == "text" and type(chunk.get("text")) is str:
            said.append(chunk["text"])
        else:
            rest.append(chunk)
    told: dict[str, Any] = {"content": "".join(said)}
    if thought:
        told["reasoning_content"] = "".join(thought)
    return told | ({"chunks": rest} if rest else {})


def _thought(parts: object) -> str | None:
    """The text of a thinking chunk; None where it holds anything else."""
    if type(parts) is str:
        return parts
    if type(parts) is not list or any(type(p) is not dict or type(p.get("text")) is not str for p in parts):
        return None
    return "".join(part["text"] for part in parts)
