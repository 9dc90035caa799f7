"""Answers of Anthropic's messages, read into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from adapters.dialects import reading
from adapters.dialects.anthropic_reader import AnthropicReader
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
from adapters.translate.states import ANTHROPIC, REDACTED, packed
from adapters.wire.sse import Event

_REASONS: Final = {
    "end_turn": "stop", "max_tokens": "length", "tool_use": "calls", "stop_sequence": "sequence",
    "refusal": "refusal", "pause_turn": "pause", "model_context_window_exceeded": "length",
}  # fmt: skip
_BLOCKS: Final = frozenset({
    "server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result",
    "bash_code_execution_tool_result", "text_editor_code_execution_tool_result", "mcp_tool_use", "mcp_tool_result",
    "container_upload", "tool_search_tool_result", "compaction",
})  # fmt: skip


class AnthropicAnswerReader(Beside[AnthropicReader]):
    """Reads one answer. Pieces of text are read here, all else by the dialect's own reader too, which knows the usage,
    the errors and the end."""

    def __init__(self) -> None:
        super().__init__(AnthropicReader())
        self._signatures: dict[int, str] = {}
        self._calls: dict[int, int] = {}
        self._unsaid: dict[int, str] = {}

    def event(self, event: Event) -> Sequence[AnswerPart]:
        """One event."""
        if not event.data:
            return ALIVE
        value = reading.load(event.data)
        kind = value.get("type")
        if kind == "content_block_delta":
            return self._delta(value["index"], value["delta"])
        no_error(self._own.event(event))
        if kind == "content_block_start":
            return self._start(value["index"], value["content_block"])
        if kind == "content_block_stop":
            return self._stop(value["index"])
        if kind == "message_start":
            return (_begin(value["message"]), Counted(self.usage))
        if kind == "message_delta":
            return self._finish(value["delta"])
        return ALIVE if kind == "ping" else ()

    def body(self, raw: bytes) -> Sequence[AnswerPart]:
        """A whole answer."""
        no_error(self._own.body(raw))
        value = reading.load(raw)
        parts: list[AnswerPart] = [_begin(value)]
        for index, block in enumerate(value["content"]):
            parts += self._start(index, block)
            parts += self._stop(index)
        return [*parts, *self._finish(value)]

    def _delta(self, index: int, delta: Mapping[str, Any]) -> Sequence[AnswerPart]:
        kind = delta.get("type")
        if kind == "text_delta":
            return (Words(a_text(delta["text"])),)
        if kind == "input_json_delta":
            if index not in self._calls:
                return ()
            self._unsaid.pop(index, None)
            text = a_text(delta["partial_json"])
            return (Arguments(self._calls[index], text),) if text else ()
        if kind == "thinking_delta":
            return (Thinking(a_text(delta["thinking"])),)
        if kind == "signature_delta":
            self._signatures[index] = self._signatures.get(index, "") + a_text(delta["signature"])
            return ()
        if kind == "citations_delta":
            self.lost.add("answer.citations")
        return ()

    def _start(self, index: int, block: Mapping[str, Any]) -> Sequence[AnswerPart]:
        """The beginning of a block, or all of it where the answer is whole."""
        kind = block["type"]
        if kind == "text":
            if block.get("citations"):
                self.lost.add("answer.citations")
            return (Words(a_text(block["text"])),) if block["text"] else ()
        if kind == "tool_use":
            number = self._calls[index] = len(self._calls)
            self._unsaid[index] = orjson.dumps(block["input"]).decode()
            return (CallBegin(number, a_text(block["id"]), a_text(block["name"])),)
        if kind == "thinking":
            if signature := block.get("signature"):
                self._signatures[index] = a_text(signature)
            return (Thinking(a_text(block["thinking"])),) if block["thinking"] else ()
        if kind == "redacted_thinking":
            return (Signed(packed(a_text(block["data"]), REDACTED)),)
        self.lost.kind(kind, _BLOCKS, "answer")
        return ()

    def _stop(self, index: int) -> Sequence[AnswerPart]:
        """The end of a block. A call without pieces of arguments has them in its beginning."""
        if index in self._calls:
            number, unsaid = self._calls[index], self._unsaid.pop(index, None)
            return (CallEnd(number),) if unsaid is None else (Arguments(number, unsaid), CallEnd(number))
        signature = self._signatures.pop(index, "")
        return (Signed(packed(signature, ANTHROPIC)),) if signature else ()

    def _finish(self, value: Mapping[str, Any]) -> Sequence[AnswerPart]:
        reason = value.get("stop_reason")
        counted = Counted(self.usage)
        if reason is None:
            return (counted,)
        return (Finish(_REASONS.get(reason, "stop"), value.get("stop_sequence") or ""), counted)


def _begin(message: Mapping[str, Any]) -> AnswerPart:
    return Begin(a_text(message.get("id") or ""), a_text(message.get("model") or ""))
