"""Answers of OpenAI chat completions, streamed and whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import Ask
from adapters.dialects.choices import ChoicesReader, Place, other
from adapters.dialects.reading import key_pattern, only_token
from adapters.reply import Delta
from adapters.wire.body import Path

_ARGUMENTS = key_pattern("arguments")
_QUICK_TEXTS = {
    "content": ("text", key_pattern("content")),
    "reasoning_content": ("reasoning", key_pattern("reasoning_content")),
    "reasoning": ("reasoning", key_pattern("reasoning")),
}
_QUICK_CALL = frozenset(("index", "function"))
_SILENT = frozenset(("role", "finish_reason", "stop_reason", "native_finish_reason", "logprobs"))


class ChatReader(ChoicesReader):
    """Reads one attempt's chat answer. Channels: text:I, refusal:I, reasoning:I, transcript:I, tool:I:J, tool_name:I:J,
    other:I:..., with I the choice and J the tool call."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self._media = asks_for_media(ask.document.value)

    def unread(self, choice: Mapping[str, Any]) -> bool:
        """Sound, or pictures as OpenRouter and others bring them, where the ask wasn't for any."""
        said = (choice.get("delta"), choice.get("message"))
        return not self._media and any(type(one) is dict and (one.get("audio") or one.get("images")) for one in said)

    def quick(self, choice: Mapping[str, Any], index: int, data: bytes) -> tuple[Delta, ...] | None:
        """Events that bring only text, only reasoning or only arguments of one call; answers of only one text."""
        delta = choice.get("message" if "message" in choice else "delta")
        if type(delta) is not dict or choice.get("text") is not None:
            return None
        present = [key for key, value in delta.items() if value is not None and value != [] and key != "role"]
        if len(present) != 1 or type(delta.get("role") or "") is not str:
            return None
        (key,) = present
        if key == "tool_calls":
            return _quick_call(delta[key], index, data)
        known = _QUICK_TEXTS.get(key)
        text = delta[key]
        if known is None or type(text) is not str:
            return None
        kind, pattern = known
        span = only_token(data, pattern, text)
        return None if span is None else (Delta(f"{kind}:{index}", kind, text, *span),) if text else ()

    def place(self, rest: Path, choice: Mapping[str, Any], index: int) -> Place | None:
        """Where the string at `rest` inside a choice belongs."""
        if rest[0] in _SILENT:
            return None
        holder = choice.get("delta") if rest[0] == "delta" else choice.get("message")
        if rest[0] not in ("delta", "message") or type(holder) is not dict:
            return other(rest, index, growing=False)
        match rest[1:]:
            case ("role",) | ("tool_calls", int(), "id" | "type") | ("audio", "data" | "id"):
                return None
            case ("content",):
                return Place(f"text:{index}")
            case ("refusal",):
                return Place(f"refusal:{index}")
            case ("reasoning_content",) | ("reasoning",) | ("thinking",):
                return Place(f"reasoning:{index}", "reasoning")
            case ("audio", "transcript"):
                return Place(f"transcript:{index}")
            case ("tool_calls", int(position), "function" | "custom", "arguments" | "input" as field):
                kind = "tool_arguments" if field == "arguments" else "tool_text"
                return Place(f"tool:{index}:{_number(holder, position)}", kind)
            case ("tool_calls", int(position), "function" | "custom", "name"):
                return Place(f"tool_name:{index}:{_number(holder, position)}", whole=True)
            case ("function_call", "arguments"):
                return Place(f"tool:{index}:call", "tool_arguments")
            case ("function_call", "name"):
                return Place(f"tool_name:{index}:call", whole=True)
        return other(rest[1:], index, growing=True)


def asks_for_media(value: Mapping[str, Any]) -> bool:
    """Whether a request wants anything but text."""
    asked = value.get("modalities")
    return type(asked) is list and any(one != "text" for one in asked)


def _quick_call(calls: object, index: int, data: bytes) -> tuple[Delta, ...] | None:
    if type(calls) is not list or len(calls) != 1 or type(calls[0]) is not dict or not calls[0].keys() <= _QUICK_CALL:
        return None
    function = calls[0].get("function")
    if type(function) is not dict or function.keys() != {"arguments"} or type(function["arguments"]) is not str:
        return None
    text = function["arguments"]
    span = only_token(data, _ARGUMENTS, text)
    if span is None or not text:
        return None
    return (Delta(f"tool:{index}:{_number({'tool_calls': calls}, 0)}", "tool_arguments", text, *span),)


def _number(holder: Mapping[str, Any], position: int) -> int:
    """The number by which events name a tool call; whole answers have none and go by place."""
    number = holder["tool_calls"][position].get("index")
    return number if type(number) is int else position
