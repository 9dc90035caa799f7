"""Answers of Gemini's content generation, read into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

from adapters.dialects import reading
from adapters.dialects.gemini_reader import GeminiReader
from adapters.errors import ProtocolBroken
from adapters.translate.answers.reading import ALIVE, Beside, a_text, no_error
from adapters.translate.canonical import (
    AnswerPart,
    Arguments,
    Begin,
    CallBegin,
    CallEnd,
    Counted,
    Finish,
    Signed,
    Thinking,
    Words,
)
from adapters.translate.requests.google import state_of
from adapters.wire.sse import Event

_REASONS: Final = {
    "STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content", "RECITATION": "content", "BLOCKLIST": "content",
    "PROHIBITED_CONTENT": "content", "SPII": "content", "IMAGE_SAFETY": "content", "MODEL_ARMOR": "content",
    "IMAGE_PROHIBITED_CONTENT": "content", "IMAGE_RECITATION": "content", "LANGUAGE": "content",
}  # fmt: skip
# The model said something that is no answer: a failure, so that another may be asked where nothing was passed on yet.
_FAILED: Final = frozenset({
    "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
})  # fmt: skip
_PARTS: Final = frozenset({"executableCode", "codeExecutionResult", "toolCall", "toolResponse"})


class GeminiAnswerReader(Beside[GeminiReader]):
    """Reads one answer. Its end is that of the connection."""

    def __init__(self) -> None:
        super().__init__(GeminiReader(media=True))
        self._begun = self._called = False
        self._calls = 0

    def event(self, event: Event) -> Sequence[AnswerPart]:
        """One event."""
        if not event.data:
            return ALIVE
        over = self._own.complete()
        no_error(self._own.event(event))
        # What follows the end of an answer is none of it; only the counts may still come.
        return () if over else self._read(event.data)

    def body(self, raw: bytes) -> Sequence[AnswerPart]:
        """A whole answer."""
        no_error(self._own.body(raw))
        return [*self._read(raw), Counted(self.usage)]

    def end(self) -> Sequence[AnswerPart]:
        """The counts; raises CutShort where the answer wasn't complete."""
        super().end()
        return (Counted(self.usage),)

    def complete(self) -> bool:
        """Whether the answer is whole, though its connection may go on."""
        return self._own.complete()

    def _read(self, data: bytes) -> list[AnswerPart]:
        value = reading.load(data)
        parts: list[AnswerPart] = []
        if not self._begun:
            self._begun = True
            parts.append(Begin(a_text(value.get("responseId") or ""), a_text(value.get("modelVersion") or "")))
        if (value.get("promptFeedback") or {}).get("blockReason"):
            parts.append(Finish("content"))
        for position, candidate in enumerate(value.get("candidates") or ()):
            if candidate.get("index", position) == 0:
                parts += self._candidate(candidate, data)
            else:
                self.lost.add("n")
        return parts

    def _candidate(self, candidate: Mapping[str, Any], data: bytes) -> list[AnswerPart]:
        parts: list[AnswerPart] = []
        for part in (candidate.get("content") or {}).get("parts") or ():
            parts += self._part(part, data)
        if candidate.get("groundingMetadata") or candidate.get("citationMetadata"):
            self.lost.add("answer.citations")
        if candidate.get("logprobsResult"):
            self.lost.add("logprobs")
        reason = candidate.get("finishReason")
        if reason in _FAILED:
            raise ProtocolBroken(code="malformed_call")
        if reason:
            known = _REASONS.get(reason, "stop")
            parts.append(Finish("calls" if self._called and known == "stop" else known))
        return parts

    def _part(self, part: Mapping[str, Any], data: bytes) -> list[AnswerPart]:
        """A part. Its signature goes before a call and behind thoughts, so that dialects with a place for the vendor's
        state of thoughts keep it there."""
        signature = part.get("thoughtSignature")
        signed: list[AnswerPart] = [Signed(state_of(a_text(signature)))] if signature else []
        if (call := part.get("functionCall")) is not None:
            return [*signed, *self._call(call, data)]
        if (text := part.get("text")) is not None:
            if part.get("thought") is True:
                return [*([Thinking(a_text(text))] if text else []), *signed]
            return [*signed, *([Words(a_text(text))] if text else [])]
        for name in part.keys() - {"thoughtSignature", "thought"}:
            if name == "inlineData":
                self.lost.add("answer.images")
            else:
                self.lost.kind(name, _PARTS, "answer")
        return signed

    def _call(self, call: Mapping[str, Any], data: bytes) -> Sequence[AnswerPart]:
        """A call, whole. One without an id gets one that no other answer's has."""
        if "partialArgs" in call or call.get("willContinue"):
            raise ProtocolBroken(code="call_in_pieces")  # only sent where it was asked for
        number, self._called = self._calls, True
        self._calls += 1
        made = call.get("id") or f"call_{sha256(data).hexdigest()[:16]}_{number}"
        arguments = orjson.dumps(call.get("args") or {}).decode()
        return CallBegin(number, a_text(made), a_text(call["name"])), Arguments(number, arguments), CallEnd(number)
