"""Answers of Cohere's chat (v2), read into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.dialects import reading
from adapters.dialects.failures import vendor_failure
from adapters.errors import CutShort, ServerFailed, TimedOut
from adapters.reply import Usage
from adapters.translate.answers.reading import ALIVE, a_text
from adapters.translate.canonical import (
    AnswerPart,
    Arguments,
    Begin,
    CallBegin,
    CallEnd,
    Counted,
    Finish,
    Lost,
    Thinking,
    Words,
)
from adapters.wire.sse import Event

_REASONS: Final = {"COMPLETE": "stop", "STOP_SEQUENCE": "sequence", "MAX_TOKENS": "length", "TOOL_CALL": "calls"}
_SILENT: Final = frozenset({"content-end", "citation-end", "debug"})
_BLOCKS: Final = frozenset({"image_url", "document"})


class CohereAnswerReader:
    """Reads one answer. A plan of tools is a thought of the model."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.lost = Lost()
        self._calls: dict[int, int] = {}
        self._stopped = False

    def event(self, event: Event) -> Sequence[AnswerPart]:
        """One event; the type inside its data counts, not the event line."""
        if not event.data or event.data.strip() == b"[DONE]":
            return ALIVE
        value = reading.load(event.data)
        kind = value.get("type")
        if kind is None or kind == "error":
            raise vendor_failure(value.get("error") or value)
        if kind == "message-start":
            return (Begin(a_text(value.get("id") or "")),)
        if kind == "message-end":
            return self._finish(value["delta"])
        if kind in _SILENT:
            return ()
        if kind == "tool-call-end":
            return (CallEnd(self._calls[value["index"]]),)
        if kind == "citation-start":
            self.lost.add("answer.citations")
            return ()
        return self._delta(kind, value)

    def body(self, raw: bytes) -> Sequence[AnswerPart]:
        """A whole answer."""
        value = reading.load(raw)
        message = value["message"]
        parts: list[AnswerPart] = [Begin(a_text(value.get("id") or ""))]
        if plan := message.get("tool_plan"):
            parts.append(Thinking(a_text(plan)))
        for block in message.get("content") or ():
            parts += self._block(block)
        for index, call in enumerate(message.get("tool_calls") or ()):
            parts += (*self._begin(index, call), CallEnd(self._calls[index]))
        if message.get("citations"):
            self.lost.add("answer.citations")
        return [*parts, *self._finish(value)]

    def end(self) -> Sequence[AnswerPart]:
        """Raises CutShort: the last event says that the answer is whole."""
        if not self._stopped:
            raise CutShort
        return ()

    def stopped(self) -> bool:
        """Whether the clean end was read."""
        return self._stopped

    def _delta(self, kind: object, value: Mapping[str, Any]) -> Sequence[AnswerPart]:
        message = value["delta"]["message"] if kind in _GROWING else {}
        if kind in ("content-start", "content-delta"):
            return self._block(message["content"])
        if kind == "tool-plan-delta":
            return (Thinking(a_text(message["tool_plan"])),) if message["tool_plan"] else ()
        if kind == "tool-call-start":
            return self._begin(value["index"], message["tool_calls"])
        if kind == "tool-call-delta":
            text = a_text(message["tool_calls"]["function"]["arguments"])
            return (Arguments(self._calls[value["index"]], text),) if text else ()
        self.lost.add("answer.unknown")
        return ()

    def _block(self, block: Mapping[str, Any]) -> Sequence[AnswerPart]:
        """Text or thought, whole or in pieces: pieces say no type."""
        if text := block.get("text"):
            return (Words(a_text(text)),)
        if thought := block.get("thinking"):
            return (Thinking(a_text(thought)),)
        if block.get("type", "text") not in ("text", "thinking"):
            self.lost.kind(block["type"], _BLOCKS, "answer")
        return ()

    def _begin(self, index: int, call: Mapping[str, Any]) -> Sequence[AnswerPart]:
        number = self._calls[index] = len(self._calls)
        function = call["function"]
        begun = CallBegin(number, a_text(call["id"]), a_text(function["name"]))
        text = a_text(function.get("arguments") or "")
        return (begun, Arguments(number, text)) if text else (begun,)

    def _finish(self, value: Mapping[str, Any]) -> Sequence[AnswerPart]:
        reason = value["finish_reason"]
        if reason == "TIMEOUT":
            raise TimedOut(code="vendor")
        if reason == "ERROR":
            said = value.get("error")
            raise ServerFailed(said if isinstance(said, str) else "")
        self._stopped = True
        self.usage = _usage(value.get("usage"))
        return (Finish(_REASONS.get(reason, "stop")), Counted(self.usage))


_GROWING: Final = frozenset({"content-start", "content-delta", "tool-plan-delta", "tool-call-start", "tool-call-delta"})


def _usage(said: object) -> Usage:
    """What is billed, where that is told; else what the model read and wrote."""
    if type(said) is not dict:
        return Usage()
    counts = said.get("billed_units") or said.get("tokens")
    if type(counts) is not dict:
        return Usage()
    return Usage(
        _count(counts.get("input_tokens")), _count(counts.get("output_tokens")), _count(said.get("cached_tokens"))
    )


def _count(value: object) -> int | None:
    """The vendor writes whole numbers as such, or with a point."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= reading.MOST_COUNTED else None
