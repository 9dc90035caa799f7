"""What a caller, or an operator's fault, asks the simulator to do: `[[sim:status=429,retry_after=2]]` and the like.

What each of them does is said in `reference.py`, which makes docs/reference/simulator.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import orjson

_OPEN = "[[sim:"
_PLAIN_ASK = re.compile(r"use tool ([\w.:-]{1,128}) with (?=\{)", re.IGNORECASE)
_TOOL = re.compile(r"tool=([\w.:-]{1,128})\s*")


@dataclass(frozen=True, slots=True)
class ToolWish:
    """A tool that the prompt asks to have called, with its arguments as JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Directives:
    """One answer's behaviour; the defaults are those of a healthy vendor. Times in seconds."""

    delay: float = 0.0
    hold: float = 0.0
    drip: float = 0.0
    stall: int | None = None
    status: int | None = None
    retry_after: float | None = None
    error: str | None = None
    plain: int | None = None
    html: int | None = None
    redirect: bool = False
    compressed: bool = False
    malformed: int | None = None
    fail_before: bool = False
    fail_after: int | None = None
    cut: int | None = None
    no_done: bool = False
    no_usage: bool = False
    reasoning: bool = False
    parallel: bool = False
    together: int = 1
    pad: int = 0
    headers: int = 0
    half: int | None = None
    torn: int | None = None
    reset: int | None = None
    pings: int | None = None
    endless: int | None = None
    chunks: int | None = None
    pieces: int = 0
    bomb: int = 0
    length: int = 0
    interim: int = 0
    inside: bool = False
    kind: str | None = None
    twice: bool = False
    after_done: bool = False
    stray: bool = False
    linger: float = 0.0
    other: bool = False
    empty: bool = False
    shapeless: bool = False
    words: int | None = None
    chunk: int = 12
    echo: bool = False
    say: str | None = None
    tools: tuple[ToolWish, ...] = field(default=())


NAMES = (*(f.name for f in fields(Directives) if f.name != "tools"), "tool", "on")
_FLAGS = {f.name for f in fields(Directives) if f.default is False}
_SECONDS = {"delay", "hold", "drip", "retry_after", "linger"}
_WORDS = {"error", "kind"}
_ON = re.compile(r"on=([\w.-]{1,64}),")


class DirectiveError(ValueError):
    """A directive that the simulator doesn't know; `str()` names it and the known ones."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown directive {name[:40]!r}; known: {', '.join(NAMES)}")


def read(text: str, name: str = "") -> Directives:
    """The directives in a prompt for the simulator `name`; raises DirectiveError."""
    found: dict[str, Any] = {}
    wishes = [_wish(match.group(1), text, match.end()) for match in _PLAIN_ASK.finditer(text)]
    at = text.find(_OPEN)
    while at >= 0:
        at += len(_OPEN)
        if (tool := _TOOL.match(text, at)) is not None:
            wishes.append(_wish(tool.group(1), text, tool.end()))
        elif (end := text.find("]]", at)) >= 0:
            words = text[at:end]
            only = _ON.match(words)
            if only is None or only.group(1) == name:
                found |= settings(words[only.end() :] if only else words)
        at = text.find(_OPEN, at)
    return Directives(**found, tools=tuple(wishes))


def settings(words: str) -> Mapping[str, Any]:
    """`status=429,retry_after=2` as keyword arguments of Directives; `say=` takes all the rest."""
    if words.startswith("say="):
        return {"say": words[4:]}
    return dict(_setting(word.strip()) for word in words.split(",") if word.strip())


def merge(fault: Directives, asked: Directives) -> Directives:
    """An operator's fault under what the prompt asks for: the prompt wins where both speak."""
    plain = Directives()
    spoken = {f.name: value for f in fields(Directives) if (value := getattr(asked, f.name)) != getattr(plain, f.name)}
    return replace(fault, **spoken)


def _setting(word: str) -> tuple[str, Any]:
    name, _, value = word.partition("=")
    if name not in NAMES or name in ("say", "tool", "on"):
        raise DirectiveError(name)
    if name in _FLAGS:
        return name, True
    if name in _WORDS:
        return name, value
    try:
        return name, float(value) if name in _SECONDS else int(value)
    except ValueError:
        raise DirectiveError(word) from None


def _wish(name: str, text: str, at: int) -> ToolWish:
    """The tool call written at `text[at:]`: the JSON object there, or the bare words up to `]]`."""
    if text[at : at + 1] != "{":
        end = text.find("]]", at)
        return ToolWish(name, text[at:end].strip() or "{}" if end > at else "{}")
    depth, quoted, escaped = 0, False, False
    for index in range(at, len(text)):
        char = text[index]
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = char == "\\", char != '"'
        elif char == '"':
            quoted = True
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return ToolWish(name, _compact(text[at : index + 1]))
    raise DirectiveError(f"tool={name}, whose JSON has no end")


def _compact(arguments: str) -> str:
    try:
        return orjson.dumps(orjson.loads(arguments)).decode()
    except orjson.JSONDecodeError:
        return arguments
