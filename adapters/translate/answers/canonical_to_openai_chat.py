"""Answers in chat completions, written from parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from adapters.reply import Usage
from adapters.translate.answers.alive import ALIVE
from adapters.translate.canonical import (
    Alive,
    AnswerPart,
    Arguments,
    Begin,
    CallBegin,
    Counted,
    Declining,
    Finish,
    Lost,
    Signed,
    Thinking,
    Words,
)
from adapters.wire.sse import Event

_REASONS: Final = {
    "stop": "stop", "length": "length", "calls": "tool_calls", "content": "content_filter", "refusal": "stop",
    "sequence": "stop", "pause": "stop",
}  # fmt: skip
_DONE: Final = Event(b"data: [DONE]\n\n", "", b"[DONE]")


class ChatAnswerWriter:
    """Writes one answer of one choice."""

    def __init__(self, call: str, model: str, created: int) -> None:
        self.lost = Lost()
        self._head: dict[str, Any] = {
            "id": f"chatcmpl-{call}", "object": "chat.completion.chunk", "created": created, "model": model,
        }  # fmt: skip
        self._numbers: dict[int, int] = {}
        self._custom: set[int] = set()
        self._role = False
        self._reason = "stop"
        self._usage: Usage | None = None

    def part(self, part: AnswerPart) -> Sequence[Event]:
        """The event by which a stream says this, where there is one."""
        if isinstance(part, Words):
            return (self._delta({"content": part.text}),)
        if isinstance(part, Arguments):
            number = self._numbers[part.number]
            grown = (
                {"custom": {"input": part.text}} if number in self._custom else {"function": {"arguments": part.text}}
            )
            return (self._delta({"tool_calls": [{"index": number, **grown}]}),)
        if isinstance(part, Thinking):
            return (self._delta({"reasoning_content": part.text}),)
        if isinstance(part, CallBegin):
            number = self._numbers[part.number] = len(self._numbers)
            if part.custom:
                self._custom.add(number)
            return (self._delta({"tool_calls": [{"index": number, **_call(part, "")}]}),)
        if isinstance(part, Declining):
            return (self._delta({"refusal": part.text}),)
        if isinstance(part, Begin):
            self._begin(part)
            return (self._delta({"content": ""}),)
        if isinstance(part, Alive):
            return ALIVE
        self._note(part)
        return ()

    def end(self) -> Sequence[Event]:
        """The finish reason, the usage and `[DONE]`."""
        events = [self._event([{"index": 0, "delta": {}, "finish_reason": self._reason}])]
        if self._usage is not None:
            events.append(self._event([], usage=usage(self._usage)))
        return (*events, _DONE)

    def body(self, parts: Sequence[AnswerPart]) -> bytes:
        """A whole answer."""
        texts: dict[str, list[str]] = {"content": [], "refusal": [], "reasoning_content": []}
        calls: dict[int, dict[str, Any]] = {}
        for part in parts:
            if isinstance(part, Words):
                texts["content"].append(part.text)
            elif isinstance(part, Declining):
                texts["refusal"].append(part.text)
            elif isinstance(part, Thinking):
                texts["reasoning_content"].append(part.text)
            elif isinstance(part, CallBegin):
                calls[part.number] = _call(part, "")
            elif isinstance(part, Arguments):
                _append(calls[part.number], part.text)
            elif isinstance(part, Begin):
                self._begin(part)
            else:
                self._note(part)
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
        message |= {name: "".join(said) for name, said in texts.items() if said}
        if calls:
            message["tool_calls"] = list(calls.values())
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._reason}
        body = {**self._head, "object": "chat.completion", "choices": [choice]}
        if self._usage is not None:
            body["usage"] = usage(self._usage)
        return orjson.dumps(body)

    def _begin(self, part: Begin) -> None:
        if part.model:
            self._head["model"] = part.model
        if part.created:
            self._head["created"] = part.created

    def _note(self, part: AnswerPart) -> None:
        """What is said at the end, or can't be said here."""
        if isinstance(part, Finish):
            self._reason = _REASONS[part.reason]
        elif isinstance(part, Counted):
            self._usage = part.usage
        elif isinstance(part, Signed):
            self.lost.add("reasoning.state")

    def _delta(self, delta: dict[str, Any]) -> Event:
        if not self._role:
            self._role = True
            delta = {"role": "assistant", **delta}
        return self._event([{"index": 0, "delta": delta, "finish_reason": None}])

    def _event(self, choices: list[dict[str, Any]], **more: Any) -> Event:
        data = orjson.dumps({**self._head, "choices": choices, **more})
        return Event(b"data: " + data + b"\n\n", "", data)


def usage(said: Usage) -> dict[str, Any]:
    """Counts as this dialect names them. Where the vendor counts nothing, 0 stands: clients want numbers."""
    read, wrote = said.input or 0, said.output or 0
    counts: dict[str, Any] = {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}
    if said.cached is not None or said.written is not None:
        counts["prompt_tokens_details"] = {
            "cached_tokens": said.cached or 0,
            **({} if said.written is None else {"cache_write_tokens": said.written}),
        }
    if said.reasoning is not None:
        counts["completion_tokens_details"] = {"reasoning_tokens": said.reasoning}
    return counts


def _call(part: CallBegin, text: str) -> dict[str, Any]:
    if part.custom:
        return {"id": part.id, "type": "custom", "custom": {"name": part.name, "input": text}}
    return {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": text}}


def _append(call: dict[str, Any], text: str) -> None:
    kind = call["type"]
    call[kind]["arguments" if kind == "function" else "input"] += text
