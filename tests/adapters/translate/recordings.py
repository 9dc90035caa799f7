"""Recorded vendor answers as the clients of each dialect would get them, and what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from adapters.reply import Usage
from adapters.translate.canonical import AnswerPart, Arguments, CallBegin, Counted, Declining, Thinking, Words
from adapters.translate.crossing import Crossing
from adapters.translate.registry import CODECS
from adapters.wire.sse import Event, Framer

FOLDER = Path(__file__).parents[3] / "../shared/data/recorded"
DIALECTS = {
    "chat": "openai_chat",
    "responses": "openai_responses",
    "messages": "anthropic_messages",
    "gemini": "gemini_generate",
}
CLIENTS = tuple(DIALECTS.values())
# Answers that need what no translated request asks for: arguments of a call in several Gemini parts.
FAITHLESS = ("gemini-sse-200-25c627a6301f",)


class Recording(NamedTuple):
    """One answer as it was recorded. request: the body that it answers, b"" where that is unknown."""

    name: str
    dialect: str
    streamed: bool
    status: int
    raw: bytes
    request: bytes


class Said(NamedTuple):
    """What an answer says, however it is put. calls: names and arguments, as JSON values. usage: tokens of input,
    output, read from a cache, of reasoning."""

    text: str
    declined: str
    thought: str
    calls: tuple[tuple[str, str], ...]
    usage: tuple[int, int, int, int]


@cache
def recordings() -> tuple[Recording, ...]:
    """All of them; none where the folder is absent."""
    if not FOLDER.is_dir():
        return ()
    return tuple(_loaded(entry) for entry in json.loads((FOLDER / "INDEX.json").read_text()))


def _loaded(entry: dict[str, Any]) -> Recording:
    asked = entry.get("request_file")
    return Recording(
        entry["id"],
        DIALECTS[entry["dialect"]],
        entry["kind"] == "sse",
        entry["status"],
        (FOLDER / entry["file"]).read_bytes(),
        (FOLDER / asked).read_bytes() if asked else b"",
    )


def crossed(raw: bytes, vendor: str, client: str, *, streamed: bool) -> tuple[bytes, tuple[str, ...]]:
    """A vendor's answer as a client of another dialect gets it, and what it loses."""
    crossing = Crossing(client, vendor, frozenset(), call="0-1", model="asked", created=1)
    if not streamed:
        return crossing.body(raw), crossing.lost
    events = [made for event in framed(raw) for made in crossing.event(event)]
    return b"".join(e.raw for e in (*events, *crossing.end())), crossing.lost


def framed(raw: bytes) -> list[Event]:
    """The events of a stream."""
    framer = Framer()
    events = framer.feed(raw)
    return [*events, *framer.end()]


def said(raw: bytes, dialect: str, *, streamed: bool) -> Said:
    """What an answer says, as the dialect's own reader has it."""
    make = CODECS[dialect].answer_reader
    assert make is not None
    reader = make()
    if not streamed:
        return gist(reader.body(raw))
    parts: list[AnswerPart] = []
    for event in framed(raw):
        if not reader.stopped():
            parts += reader.event(event)
    return gist(parts if reader.stopped() else [*parts, *reader.end()])


def gist(parts: Sequence[AnswerPart]) -> Said:
    """What parts say together."""
    begun = {part.number: part for part in parts if isinstance(part, CallBegin)}
    given = {n: "".join(p.text for p in parts if isinstance(p, Arguments) and p.number == n) for n in begun}
    usage = next((p.usage for p in reversed(parts) if isinstance(p, Counted)), Usage())
    return Said(
        "".join(p.text for p in parts if isinstance(p, Words)),
        "".join(p.text for p in parts if isinstance(p, Declining)),
        "".join(p.text for p in parts if isinstance(p, Thinking)),
        tuple((begun[n].name, _value(given[n], custom=begun[n].custom)) for n in begun),
        (usage.input or 0, usage.output or 0, usage.cached or 0, usage.reasoning or 0),
    )


def _value(source: str, *, custom: bool) -> str:
    """Arguments as a JSON value, however they were spelt."""
    try:
        return source if custom else json.dumps(json.loads(source or "{}"), sort_keys=True)
    except ValueError:
        return source
