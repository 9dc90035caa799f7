"""Answers of Bedrock's Converse, read into parts. Streams come as events whose type stands on the event's line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from adapters.dialects import reading
from adapters.dialects.failures import vendor_failure
from adapters.errors import CutShort, ProtocolBroken
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
    Signed,
    Thinking,
    Words,
)
from adapters.translate.states import ANTHROPIC, REDACTED, pack
from adapters.wire.sse import Event

_REASONS: Final = {
    "end_turn": "stop", "max_tokens": "length", "tool_use": "calls", "stop_sequence": "sequence",
    "content_filtered": "content", "guardrail_intervened": "content", "model_context_window_exceeded": "length",
}  # fmt: skip
_FAILED: Final = frozenset({"malformed_model_output", "malformed_tool_use"})
_BLOCKS: Final = frozenset({"citationsContent", "image", "audio", "video", "document", "guardContent", "searchResult"})


class ConverseAnswerReader:
    """Reads one answer. The last event of a stream is `metadata`, with the usage."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.lost = Lost()
        self._calls: dict[int, int] = {}
        self._signatures: dict[int, str] = {}
        self._finished = self._stopped = False

    def event(self, event: Event) -> Sequence[AnswerPart]:
        """One event."""
        value = reading.load(event.data)
        if event.event == "error":
            raise vendor_failure(value.get("error"))
        match event.event:
            case "initial-response":
                return ALIVE
            case "messageStart":
                return (Begin(),)
            case "contentBlockStart":
                return self._start(value["contentBlockIndex"], value["start"])
            case "contentBlockDelta":
                return self._delta(value["contentBlockIndex"], value["delta"])
            case "contentBlockStop":
                return self._stop(value["contentBlockIndex"])
            case "messageStop":
                return self._finish(value["stopReason"])
            case "metadata":
                self._stopped = self._finished
                return self._count(value.get("usage"))
        self.lost.add("answer.unknown")
        return ()

    def body(self, raw: bytes) -> Sequence[AnswerPart]:
        """A whole answer."""
        value = reading.load(raw)
        parts: list[AnswerPart] = [Begin()]
        for index, block in enumerate(value["output"]["message"]["content"]):
            parts += self._whole(index, block)
            parts += self._stop(index)
        parts += self._finish(value["stopReason"])
        self._stopped = True
        return [*parts, *self._count(value.get("usage"))]

    def end(self) -> Sequence[AnswerPart]:
        """Raises CutShort where the answer wasn't complete; usage may be missing at its end."""
        if not self._finished:
            raise CutShort
        self._stopped = True
        return ()

    def stopped(self) -> bool:
        """Whether the clean end was read."""
        return self._stopped

    def _whole(self, index: int, block: Mapping[str, Any]) -> Sequence[AnswerPart]:
        if "text" in block:
            return (Words(a_text(block["text"])),)
        if "toolUse" in block:
            use = block["toolUse"]
            given = Arguments(len(self._calls), orjson.dumps(use["input"]).decode())
            return (*self._start(index, block), given)
        if "reasoningContent" in block:
            thought = block["reasoningContent"]
            said = thought.get("reasoningText")
            return self._thinking(index, said if said is not None else thought)
        self._unknown(block)
        return ()

    def _start(self, index: int, start: Mapping[str, Any]) -> Sequence[AnswerPart]:
        if "toolUse" in start:
            use = start["toolUse"]
            number = self._calls[index] = len(self._calls)
            return (CallBegin(number, a_text(use["toolUseId"]), a_text(use["name"])),)
        self._unknown(start)
        return ()

    def _delta(self, index: int, delta: Mapping[str, Any]) -> Sequence[AnswerPart]:
        if "text" in delta:
            return (Words(a_text(delta["text"])),)
        if "toolUse" in delta:
            text = a_text(delta["toolUse"]["input"])
            return (Arguments(self._calls[index], text),) if text else ()
        if "reasoningContent" in delta:
            return self._thinking(index, delta["reasoningContent"])
        if "citation" in delta:
            self.lost.add("answer.citations")
            return ()
        self._unknown(delta)
        return ()

    def _thinking(self, index: int, thought: Mapping[str, Any]) -> Sequence[AnswerPart]:
        if signature := thought.get("signature"):
            self._signatures[index] = self._signatures.get(index, "") + a_text(signature)
        if text := thought.get("text"):
            return (Thinking(a_text(text)),)
        if data := thought.get("redactedContent"):
            return (Signed(pack(REDACTED, a_text(data))),)
        return ()

    def _stop(self, index: int) -> Sequence[AnswerPart]:
        if index in self._calls:
            return (CallEnd(self._calls[index]),)
        signature = self._signatures.pop(index, "")
        return (Signed(pack(ANTHROPIC, signature)),) if signature else ()

    def _finish(self, reason: str) -> Sequence[AnswerPart]:
        if reason in _FAILED:
            raise ProtocolBroken(code="malformed_model_output")
        self._finished = True
        return (Finish(_REASONS.get(reason, "stop")),)

    def _count(self, usage: object) -> Sequence[AnswerPart]:
        """What was read from the cache, or put into it, is counted apart by the vendor."""
        if type(usage) is not dict:
            return ()
        fresh, cached = reading.count(usage, "inputTokens"), reading.count(usage, "cacheReadInputTokens")
        written = reading.count(usage, "cacheWriteInputTokens")
        total = None if fresh is None else fresh + (cached or 0) + (written or 0)
        kept = _kept(usage.get("cacheDetails"))
        self.usage = Usage(total, reading.count(usage, "outputTokens"), cached, None, written, kept)
        return (Counted(self.usage),)

    def _unknown(self, block: Mapping[str, Any]) -> None:
        self.lost.kind(next(iter(block), None), _BLOCKS, "answer")


def _kept(details: object) -> int | None:
    if type(details) is not list:
        return None
    hours = [reading.count(one, "inputTokens") or 0 for one in details if type(one) is dict and one.get("ttl") == "1h"]
    return sum(hours) if hours else None
