"""What the simulator understood of a request, whatever its dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# Agent tools wrap what they add themselves to a user's turn in such tags: it is not the user speaking.
_NOT_THE_USER = ("<system-reminder>", "<environment_context>", "<user_instructions>")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the request offers. custom: its input is free text, not JSON."""

    name: str
    schema: Mapping[str, Any]
    custom: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request, read.

    text: the last thing that the user said. results: tool results that came after it. forced: the tool that must be
    called, "*" for any. schema: the JSON schema that the answer must have. cap: most output tokens allowed.
    choices: how many answers. array: a stream is wanted as one JSON array. asked: the request itself, where its answer
    is made of more than its text.
    """

    model: str
    text: str
    results: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    forced: str | None = None
    schema: Mapping[str, Any] | None = None
    cap: int | None = None
    choices: int = 1
    stream: bool = False
    wants_usage: bool = True
    array: bool = False
    input_tokens: int = 0
    asked: Mapping[str, Any] = field(default_factory=dict)


def turns(items: Iterable[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    """The user's last words and the tool results after them, from (`user` or `result`, text) in order."""
    said = ""
    results: list[str] = []
    for kind, text in items:
        if kind == "user" and not text.lstrip().startswith(_NOT_THE_USER):
            said, results = text, []
        elif kind == "result":
            results.append(text)
    return said, tuple(results)


def text_of(content: object) -> str:
    """The text of a message's content, a string or a list of parts; parts that an agent tool added are left out."""
    return "\n".join(text for text in _texts(content) if not text.lstrip().startswith(_NOT_THE_USER))


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            if isinstance(part, str):
                yield part
            elif isinstance(part, dict) and isinstance(part.get("text"), str):
                yield part["text"]


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects of a JSON array; what is not one is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def whole(value: object) -> int | None:
    """A JSON integer, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def tokens(text: str | bytes) -> int:
    """A plausible number of tokens: one for every four characters, at least one."""
    return max(1, (len(text) + 3) // 4)
