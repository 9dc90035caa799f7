"""Answers in OpenAI's responses, written from parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from adapters.reply import Usage
from adapters.translate.answers.alive import ALIVE
from adapters.translate.answers.response_items import CallItem, Item, MessageItem, ReasoningItem
from adapters.translate.canonical import (
    Alive,
    AnswerPart,
    Arguments,
    Begin,
    CallBegin,
    CallEnd,
    Counted,
    Declining,
    Finish,
    Lost,
    Signed,
    Thinking,
    Words,
)
from adapters.wire.sse import Event

_INCOMPLETE: Final = {"length": "max_output_tokens", "content": "content_filter"}


class ResponsesAnswerWriter:
    """Writes one answer: a message, reasoning and each call are items; calls may grow side by side."""

    def __init__(self, call: str, model: str, created: int) -> None:
        self.lost = Lost()
        self._call = call.replace("-", "")
        self._model, self._created = model, created
        self._sequence = 0
        self._items: list[Item] = []
        self._open: Item | None = None
        self._calls: dict[int, CallItem] = {}
        self._begun = False
        self._reason = "stop"
        self._usage: Usage | None = None

    def part(self, part: AnswerPart) -> Sequence[Event]:
        """The events by which a stream says this."""
        if isinstance(part, Alive):
            return ALIVE
        if isinstance(part, Finish | Counted):
            self._note(part)
            return ()
        events = [] if self._begun else self._begin(part)
        for kind, value in self._said(part):
            events.append(self._event(kind, value))
        return events

    def end(self) -> Sequence[Event]:
        """What is still open, then the whole response."""
        events = [] if self._begun else self._begin(Begin())
        for kind, value in self._close_all():
            events.append(self._event(kind, value))
        kind = "response.incomplete" if self._reason in _INCOMPLETE else "response.completed"
        return [*events, self._event(kind, {"response": self._response(self._status())})]

    def body(self, parts: Sequence[AnswerPart]) -> bytes:
        """A whole answer."""
        for part in parts:
            if isinstance(part, Begin):
                self._take(part)
            elif isinstance(part, Finish | Counted):
                self._note(part)
            else:
                self._said(part)
        self._close_all()
        return orjson.dumps(self._response(self._status()))

    def _begin(self, part: AnswerPart) -> list[Event]:
        self._begun = True
        if isinstance(part, Begin):
            self._take(part)
        response = self._response("in_progress")
        return [self._event(kind, {"response": response}) for kind in ("response.created", "response.in_progress")]

    def _take(self, part: Begin) -> None:
        self._model = part.model or self._model
        self._created = part.created or self._created

    def _said(self, part: AnswerPart) -> list[tuple[str, dict[str, Any]]]:
        """Events without their number, by kind."""
        if isinstance(part, Words | Declining):
            kind = "output_text" if isinstance(part, Words) else "refusal"
            opened, events = self._opened(MessageItem)
            return [*events, *opened.grow(kind, part.text)]
        if isinstance(part, Thinking):
            thinking, events = self._opened(ReasoningItem)
            return [*events, *thinking.grow(part.text)]
        if isinstance(part, Signed):
            signed, events = self._opened(ReasoningItem)
            signed.sign(part.state)
            return [*events, *self._close()]
        if isinstance(part, CallBegin):
            if part.state:
                self.lost.add("reasoning.state")
            closed = self._close()
            call = self._calls[part.number] = CallItem(f"{self._call}{len(self._items)}", len(self._items), part)
            self._items.append(call)
            return [*closed, *call.begin()]
        if isinstance(part, Arguments):
            return self._calls[part.number].grow(part.text)
        if isinstance(part, CallEnd):
            return self._calls[part.number].close()
        return []

    def _opened(self, kind: type[Any]) -> tuple[Any, list[tuple[str, dict[str, Any]]]]:
        """The open item of a kind, begun where another or none is open; and the events for that."""
        if type(self._open) is kind:
            return self._open, []
        events = self._close()
        item = kind(f"{self._call}{len(self._items)}", len(self._items))
        self._items.append(item)
        self._open = item
        return item, [*events, *item.begin()]

    def _close(self) -> list[tuple[str, dict[str, Any]]]:
        item, self._open = self._open, None
        return item.close() if item is not None else []

    def _close_all(self) -> list[tuple[str, dict[str, Any]]]:
        return [*self._close(), *(event for call in self._calls.values() for event in call.close())]

    def _note(self, part: Finish | Counted) -> None:
        if isinstance(part, Finish):
            self._reason = part.reason
        else:
            self._usage = part.usage

    def _status(self) -> str:
        return "incomplete" if self._reason in _INCOMPLETE else "completed"

    def _response(self, status: str) -> dict[str, Any]:
        why = _INCOMPLETE.get(self._reason) if status == "incomplete" else None
        return {
            "id": f"resp_{self._call}", "object": "response", "created_at": self._created, "status": status,
            "error": None, "incomplete_details": {"reason": why} if why else None, "instructions": None,
            "metadata": {}, "model": self._model, "output": [item.whole() for item in self._items],
            "parallel_tool_calls": True, "temperature": None, "tool_choice": "auto", "tools": [], "top_p": None,
            "usage": None if self._usage is None or status == "in_progress" else usage(self._usage),
        }  # fmt: skip

    def _event(self, kind: str, value: dict[str, Any]) -> Event:
        data = orjson.dumps({"type": kind, "sequence_number": self._sequence, **value})
        self._sequence += 1
        return Event(b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n", kind, data)


def usage(said: Usage) -> dict[str, Any]:
    """Counts as this dialect names them."""
    read, wrote = said.input or 0, said.output or 0
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": said.cached or 0, "cache_write_tokens": said.written or 0},
        "output_tokens": wrote,
        "output_tokens_details": {"reasoning_tokens": said.reasoning or 0},
        "total_tokens": read + wrote,
    }
