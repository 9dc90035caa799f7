"""Answers in Anthropic's messages, written from parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from adapters.reply import Usage
from adapters.translate.answers.in_turn import InTurn
from adapters.translate.arguments import object_of
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
from adapters.translate.states import ANTHROPIC, REDACTED, shown, unpack
from adapters.wire.sse import Event

_REASONS: Final = {
    "stop": "end_turn", "length": "max_tokens", "calls": "tool_use", "content": "refusal", "refusal": "refusal",
    "sequence": "stop_sequence", "pause": "pause_turn",
}  # fmt: skip
_PING: Final = (Event(b'event: ping\ndata: {"type":"ping"}\n\n', "ping", b'{"type":"ping"}'),)
# A block of each kind as it begins, and the piece by which it grows: the piece's type and its member.
_TEXT: Final = ({"type": "text", "text": ""}, "text_delta", "text")
_THINKING: Final = ({"type": "thinking", "thinking": "", "signature": ""}, "thinking_delta", "thinking")


class AnthropicAnswerWriter:
    """Writes one answer. Blocks follow one another here, so calls that grow side by side are told one after the
    other."""

    def __init__(self, call: str, model: str, created: int) -> None:
        self.lost = Lost()
        self._id, self._model = f"msg_{call.replace('-', '')}", model
        self._begun = self._declined = False
        self._index = -1
        self._open = ""
        self._in_turn = InTurn()
        self._reason, self._sequence = "stop", ""
        self._called = False
        self._usage = Usage()

    def part(self, part: AnswerPart) -> Sequence[Event]:
        """The events by which a stream says this."""
        if isinstance(part, Words):
            return self._grow("text", part.text)
        if isinstance(part, Arguments | CallBegin | CallEnd):
            events: list[Event] = []
            for ready in self._in_turn.take(part):
                events += self._call(ready)
            return events
        if isinstance(part, Thinking):
            return self._grow("thinking", part.text)
        if isinstance(part, Declining):
            self._declined = True
            return self._grow("text", part.text)
        if isinstance(part, Signed):
            return self._signed(part.state)
        if isinstance(part, Begin):
            return self._begin(part.model)
        if isinstance(part, Alive):
            return _PING
        self._note(part)
        return ()

    def end(self) -> Sequence[Event]:
        """The last block's end, the reason with the usage, and the end."""
        events = self._begin("") if not self._begun else []
        for ready in self._in_turn.rest():
            events += self._call(ready)
        events += self._close()
        said = {"stop_reason": self._why(), "stop_sequence": self._sequence or None}
        events.append(_event("message_delta", {"delta": said, "usage": usage(self._usage)}))
        events.append(_event("message_stop", {}))
        return events

    def body(self, parts: Sequence[AnswerPart]) -> bytes:
        """A whole answer."""
        blocks: list[dict[str, Any]] = []
        calls: dict[int, list[Any]] = {}
        for part in parts:
            if isinstance(part, Words | Declining):
                self._declined = self._declined or isinstance(part, Declining)
                _grown(blocks, _TEXT[0], "text", part.text)
            elif isinstance(part, Thinking):
                _grown(blocks, _THINKING[0], "thinking", part.text)
            elif isinstance(part, Signed):
                _sign(blocks, part.state)
            elif isinstance(part, CallBegin):
                self._called = True
                blocks.append({"type": "tool_use", "id": part.id, "name": part.name, "input": {}})
                calls[part.number] = [blocks[-1], ""]
                self._custom(part)
            elif isinstance(part, Arguments):
                calls[part.number][1] += part.text
            elif isinstance(part, Begin):
                self._model = part.model or self._model
            else:
                self._note(part)
        for block, text in calls.values():
            block["input"] = _object(text, self.lost)
        return orjson.dumps(
            {**self._message(), "content": blocks, "stop_reason": self._why(), "stop_sequence": self._sequence or None,
             "usage": usage(self._usage)}
        )  # fmt: skip

    def _message(self) -> dict[str, Any]:
        return {"id": self._id, "type": "message", "role": "assistant", "model": self._model}

    def _begin(self, model: str) -> list[Event]:
        self._begun = True
        self._model = model or self._model
        message = {**self._message(), "content": [], "stop_reason": None, "stop_sequence": None}
        return [_event("message_start", {"message": {**message, "usage": usage(self._usage)}})]

    def _grow(self, kind: str, text: str) -> list[Event]:
        """A piece of text or of thoughts; calls that wait for one another come first."""
        block, piece, member = _TEXT if kind == "text" else _THINKING
        events: list[Event] = []
        if self._open != kind:
            for ready in self._in_turn.rest():
                events += self._call(ready)
            events += self._start(kind, block)
        events.append(self._delta({"type": piece, member: text}))
        return events

    def _start(self, kind: str, block: dict[str, Any]) -> list[Event]:
        events = self._begin("") if not self._begun else []
        events += self._close()
        self._index += 1
        self._open = kind
        events.append(_event("content_block_start", {"index": self._index, "content_block": block}))
        return events

    def _close(self) -> list[Event]:
        if not self._open:
            return []
        self._open = ""
        return [_event("content_block_stop", {"index": self._index})]

    def _delta(self, delta: dict[str, Any]) -> Event:
        return _event("content_block_delta", {"index": self._index, "delta": delta})

    def _call(self, part: AnswerPart) -> list[Event]:
        if isinstance(part, CallBegin):
            self._called = True
            self._custom(part)
            return self._start("call", {"type": "tool_use", "id": part.id, "name": part.name, "input": {}})
        if isinstance(part, Arguments):
            return [self._delta({"type": "input_json_delta", "partial_json": part.text})]
        return self._close()

    def _custom(self, part: CallBegin) -> None:
        if part.custom:
            self.lost.add("answer.custom_call")
        if part.state:
            self.lost.add("reasoning.state")

    def _signed(self, state: str) -> list[Event]:
        if data := unpack(state, REDACTED):
            return [*self._start("redacted", {"type": "redacted_thinking", "data": data}), *self._close()]
        events = [] if self._open == "thinking" else self._start("thinking", _THINKING[0])
        signed = {"type": "signature_delta", "signature": shown(state, ANTHROPIC)}
        return [*events, self._delta(signed), *self._close()]

    def _note(self, part: AnswerPart) -> None:
        if isinstance(part, Finish):
            self._reason, self._sequence = part.reason, part.sequence
        elif isinstance(part, Counted):
            self._usage = part.usage

    def _why(self) -> str:
        """Some vendors say `stop` where they call a tool; clients here go by the reason."""
        if self._called and self._reason == "stop":
            return "tool_use"
        return "refusal" if self._declined and self._reason == "stop" else _REASONS[self._reason]


def usage(said: Usage) -> dict[str, Any]:
    """Counts as this dialect names them: input that was neither read from a cache nor written to one stands apart."""
    cached, written = said.cached or 0, said.written or 0
    counts: dict[str, Any] = {
        "input_tokens": max((said.input or 0) - cached - written, 0),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": cached,
        "output_tokens": said.output or 0,
    }
    if said.reasoning is not None:
        counts["output_tokens_details"] = {"thinking_tokens": said.reasoning}
    return counts


def _event(kind: str, value: dict[str, Any]) -> Event:
    data = orjson.dumps({"type": kind, **value})
    return Event(b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n", kind, data)


def _grown(blocks: list[dict[str, Any]], block: dict[str, Any], member: str, text: str) -> None:
    """Adds to the last block where it is of the same kind and not signed yet, else begins one."""
    if not blocks or blocks[-1]["type"] != block["type"] or blocks[-1].get("signature"):
        blocks.append(dict(block))
    blocks[-1][member] += text


def _sign(blocks: list[dict[str, Any]], state: str) -> None:
    if data := unpack(state, REDACTED):
        blocks.append({"type": "redacted_thinking", "data": data})
        return
    _grown(blocks, _THINKING[0], "thinking", "")
    blocks[-1]["signature"] = shown(state, ANTHROPIC)


def _object(text: str, lost: Lost) -> Any:
    """Arguments as the object that this dialect wants."""
    said = object_of(text)
    if said is not None:
        return said
    lost.add("answer.arguments")
    return {"input": text}
