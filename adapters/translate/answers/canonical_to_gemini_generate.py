"""Answers of Gemini's content generation, written from parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from adapters.reply import Usage
from adapters.translate.arguments import object_of
from adapters.translate.canonical import (
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
from adapters.translate.requests.google import signature_of
from adapters.translate.states import GOOGLE, unpack
from adapters.wire.sse import Event

_REASONS: Final = {"length": "MAX_TOKENS", "content": "SAFETY", "refusal": "SAFETY"}


class GeminiAnswerWriter:
    """Writes one answer. A call is told when its arguments are complete, since they are an object here."""

    def __init__(self, call: str, model: str, created: int) -> None:
        self.lost = Lost()
        self._call_id, self._model = call, model
        self._calls: dict[int, tuple[CallBegin, list[str]]] = {}
        self._signature = ""
        self._reason = "stop"
        self._usage: Usage | None = None

    def part(self, part: AnswerPart) -> Sequence[Event]:
        """The event by which a stream says this, where there is one."""
        # A sign of life stays here: Google's SDKs take a comment for the beginning of JSON.
        return tuple(self._event([made]) for made in self._parts(part))

    def end(self) -> Sequence[Event]:
        """Calls whose end nobody told, and the last event with the reason and the counts."""
        return (*(self._event([made]) for made in self._rest()), self._event([{"text": ""}], last=True))

    def body(self, parts: Sequence[AnswerPart]) -> bytes:
        """A whole answer; texts that follow one another are one."""
        made: list[dict[str, Any]] = []
        for part in parts:
            for one in self._parts(part):
                _add(made, one)
        for one in self._rest():
            _add(made, one)
        return orjson.dumps(self._answer(made or [{"text": ""}], last=True))

    def _parts(self, part: AnswerPart) -> list[dict[str, Any]]:
        """What may be told of a part now."""
        if isinstance(part, Words | Declining):
            return [{"text": part.text, **self._taken()}] if part.text else []
        if isinstance(part, Thinking):
            return [{"text": part.text, "thought": True}] if part.text else []
        if isinstance(part, CallBegin):
            self._calls[part.number] = (part, [])
        elif isinstance(part, Arguments):
            if part.number in self._calls:
                self._calls[part.number][1].append(part.text)
        elif isinstance(part, CallEnd):
            if part.number in self._calls:
                return [self._called(part.number)]
        elif isinstance(part, Signed):
            return self._signed(part.state)
        elif isinstance(part, Begin):
            self._model = part.model or self._model
        elif isinstance(part, Finish):
            self._reason = part.reason
        elif isinstance(part, Counted):
            self._usage = part.usage
        return []

    def _rest(self) -> list[dict[str, Any]]:
        parts = [self._called(number) for number in list(self._calls)]
        return [*parts, {"text": "", **self._taken()}] if self._signature else parts

    def _signed(self, state: str) -> list[dict[str, Any]]:
        """Google's own stands beside the next part; another vendor's beside the thoughts that it signs, so that who
        drops those drops it too."""
        if unpack(state, GOOGLE):
            self._signature = signature_of(state)
            return []
        return [{"text": "", "thought": True, "thoughtSignature": signature_of(state)}]

    def _taken(self) -> dict[str, str]:
        signature, self._signature = self._signature, ""
        return {"thoughtSignature": signature} if signature else {}

    def _called(self, number: int) -> dict[str, Any]:
        begun, pieces = self._calls.pop(number)
        source = "".join(pieces)
        said = None if begun.custom else object_of(source)
        if begun.custom:
            self.lost.add("answer.custom_call")
        elif said is None:
            self.lost.add("answer.arguments")
        args = {"input": source} if said is None else said
        signed = {"thoughtSignature": signature_of(begun.state)} if begun.state else self._taken()
        return {"functionCall": {"id": begun.id, "name": begun.name, "args": args}, **signed}

    def _answer(self, parts: list[dict[str, Any]], *, last: bool = False) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if last:
            candidate["finishReason"] = _REASONS.get(self._reason, "STOP")
        answer: dict[str, Any] = {"candidates": [candidate], "modelVersion": self._model, "responseId": self._call_id}
        if last and self._usage is not None:
            answer["usageMetadata"] = usage(self._usage)
        return answer

    def _event(self, parts: list[dict[str, Any]], *, last: bool = False) -> Event:
        data = orjson.dumps(self._answer(parts, last=last))
        return Event(b"data: " + data + b"\n\n", "", data)


def usage(said: Usage) -> dict[str, Any]:
    """Counts as this dialect names them: thoughts apart from what was answered."""
    read, wrote, thought = said.input or 0, said.output or 0, said.reasoning or 0
    counts = {
        "promptTokenCount": read,
        "candidatesTokenCount": max(wrote - thought, 0),
        "totalTokenCount": read + wrote,
    }
    if said.cached is not None:
        counts["cachedContentTokenCount"] = said.cached
    if said.reasoning is not None:
        counts["thoughtsTokenCount"] = thought
    return counts


def _add(made: list[dict[str, Any]], one: dict[str, Any]) -> None:
    """Adds a part, to the last one where both are texts of the same kind and that one isn't signed yet."""
    last = made[-1] if made else {}
    if (
        "text" in one
        and "text" in last
        and one.get("thought") == last.get("thought")
        and "thoughtSignature" not in last
    ):
        made[-1] = {**last, **one, "text": last["text"] + one["text"]}
    else:
        made.append(one)
