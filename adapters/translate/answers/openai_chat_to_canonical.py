"""Answers of chat completions, read into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.dialects import reading
from adapters.dialects.choices import DONE, usage_of
from adapters.dialects.failures import vendor_failure
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Usage
from adapters.translate.answers.reading import ALIVE, a_text
from adapters.translate.canonical import (
    AnswerPart,
    Arguments,
    Begin,
    CallBegin,
    Counted,
    Declining,
    Finish,
    Lost,
    Thinking,
    Words,
)
from adapters.wire.sse import Event

_REASONS: Final = {
    "stop": "stop", "length": "length", "tool_calls": "calls", "function_call": "calls", "content_filter": "content",
}  # fmt: skip
_LOST: Final = ("annotations", "audio", "images")


class ChatAnswerReader:
    """Reads one answer. Of several choices only the first is carried."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.lost = Lost()
        self._begun = self._finished = self._done = False
        self._calls: set[int] = set()

    def event(self, event: Event) -> Sequence[AnswerPart]:
        """One event; those of a known shape first."""
        data = event.data
        if not data:
            return ALIVE
        if data == DONE or data.strip() == DONE:
            self._done = True
            return ()
        value = reading.load(data)
        if value.get("error") is not None:
            raise vendor_failure(value["error"])
        parts: list[AnswerPart] = [] if self._begun else [self._begin(value)]
        for choice in value.get("choices") or ():
            if choice.get("index") or 0:
                self.lost.add("n")
                continue
            if (delta := choice.get("delta")) is not None:
                self._said(delta, parts)
            if choice.get("logprobs") is not None:
                self.lost.add("logprobs")
            if (reason := choice.get("finish_reason")) is not None:
                self._finished = True
                parts.append(Finish(_REASONS.get(reason, "stop")))
        if (usage := value.get("usage")) is not None:
            self._count(usage, parts)
        return parts

    def body(self, raw: bytes) -> Sequence[AnswerPart]:
        """A whole answer."""
        value = reading.load(raw)
        if value.get("error") is not None:
            raise vendor_failure(value["error"])
        choices = value.get("choices")
        if not choices:
            raise ProtocolBroken(code="no_choices")
        if len(choices) > 1:
            self.lost.add("n")
        first = choices[0]
        parts = [self._begin(value)]
        self._said(first["message"], parts)
        parts.append(Finish(_REASONS.get(first.get("finish_reason"), "stop")))
        if (usage := value.get("usage")) is not None:
            self._count(usage, parts)
        self._finished = self._done = True
        return parts

    def end(self) -> Sequence[AnswerPart]:
        """Some servers close without `[DONE]` after the finish reason; without that the answer was cut."""
        if not self._done and not self._finished:
            raise CutShort
        self._done = True
        return ()

    def stopped(self) -> bool:
        """Whether the clean end was read."""
        return self._done

    def _begin(self, value: Mapping[str, Any]) -> AnswerPart:
        self._begun = True
        created = value.get("created")
        return Begin(str(value.get("id") or ""), str(value.get("model") or ""), created if type(created) is int else 0)

    def _said(self, delta: Mapping[str, Any], parts: list[AnswerPart]) -> None:
        if thought := delta.get("reasoning_content") or delta.get("reasoning"):
            parts.append(Thinking(a_text(thought)))
        if text := delta.get("content"):
            parts.append(Words(a_text(text)))
        if text := delta.get("refusal"):
            parts.append(Declining(a_text(text)))
        for position, call in enumerate(delta.get("tool_calls") or ()):
            self._call(position, call, parts)
        if legacy := delta.get("function_call"):
            self._call(0, {"function": legacy, "id": "call_0"}, parts)
        for name in _LOST:
            if delta.get(name):
                self.lost.add(f"answer.{name}")

    def _call(self, position: int, call: Mapping[str, Any], parts: list[AnswerPart]) -> None:
        said = call.get("index")
        number = said if type(said) is int else position
        custom = call.get("custom")
        named = call.get("function") if custom is None else custom
        if named is None:
            raise ProtocolBroken(code="bad_call")
        if number not in self._calls:
            self._calls.add(number)
            identity = call.get("id") or f"call_{number}"
            parts.append(CallBegin(number, a_text(identity), a_text(named["name"]), custom is not None))
        if text := named.get("arguments" if custom is None else "input"):
            parts.append(Arguments(number, a_text(text)))

    def _count(self, usage: Mapping[str, Any], parts: list[AnswerPart]) -> None:
        self.usage = usage_of(usage)
        parts.append(Counted(self.usage))
