"""Answers of OpenAI's responses, read into parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.dialects import reading
from adapters.dialects.responses_reader import ResponsesReader
from adapters.translate.answers.reading import ALIVE, Beside, a_text, no_error
from adapters.translate.canonical import (
    AnswerPart,
    Arguments,
    Begin,
    CallBegin,
    CallEnd,
    Counted,
    Declining,
    Finish,
    Signed,
    Thinking,
    Words,
)
from adapters.translate.states import OPENAI, packed
from adapters.wire.sse import Event

_TEXTS: Final[Mapping[str, Callable[[str], AnswerPart]]] = {
    "response.output_text.delta": Words,
    "response.refusal.delta": Declining,
    "response.reasoning_summary_text.delta": Thinking,
    "response.reasoning_text.delta": Thinking,
}
_ARGUMENTS: Final = frozenset({"response.function_call_arguments.delta", "response.custom_tool_call_input.delta"})
_CALLS: Final = {"function_call": "arguments", "custom_tool_call": "input"}
# Items that only this family knows; what they say is not carried.
_ITEMS: Final = frozenset({
    "web_search_call", "file_search_call", "computer_call", "code_interpreter_call", "image_generation_call",
    "local_shell_call", "shell_call", "apply_patch_call", "mcp_call", "mcp_list_tools", "mcp_approval_request",
    "compaction", "tool_search_call",
})  # fmt: skip


class ResponsesAnswerReader(Beside[ResponsesReader]):
    """Reads one answer. Pieces of text are read here, the response as a whole by the dialect's own reader, which knows
    the usage, the errors and the end."""

    def __init__(self) -> None:
        super().__init__(ResponsesReader())
        self._begun = self._called = self._declined = False
        self._said: set[int] = set()
        self._summaries: dict[int, int] = {}

    def event(self, event: Event) -> Sequence[AnswerPart]:
        """One event."""
        if not event.data:
            return ALIVE
        value = reading.load(event.data)
        kind = str(value.get("type"))
        if kind in _TEXTS:
            text = a_text(value["delta"])
            self._declined = self._declined or kind == "response.refusal.delta"
            return (*self._between(value, kind), _TEXTS[kind](text)) if text else ()
        if kind in _ARGUMENTS:
            number = value["output_index"]
            self._said.add(number)
            return (Arguments(number, a_text(value["delta"])),) if value["delta"] else ()
        if kind == "response.output_item.added":
            return self._added(value["output_index"], value["item"])
        if kind == "response.output_item.done":
            return self._done(value["output_index"], value["item"])
        return self._lifecycle(event, value)

    def body(self, raw: bytes) -> Sequence[AnswerPart]:
        """A whole answer."""
        no_error(self._own.body(raw))
        response = reading.load(raw)
        parts: list[AnswerPart] = [_begin(response)]
        for number, item in enumerate(response["output"]):
            parts += self._added(number, item)
            parts += self._whole(item)
            parts += self._done(number, item)
        return [*parts, *self._finish(response)]

    def _between(self, value: Mapping[str, Any], kind: str) -> Sequence[AnswerPart]:
        """An empty line between two parts of a summary."""
        if kind != "response.reasoning_summary_text.delta":
            return ()
        item, part = value["output_index"], value["summary_index"]
        before = self._summaries.get(item, part)
        self._summaries[item] = part
        return (Thinking("\n\n"),) if part != before else ()

    def _added(self, number: int, item: Mapping[str, Any]) -> Sequence[AnswerPart]:
        kind = item["type"]
        if kind in _CALLS:
            self._called = True
            return (CallBegin(number, a_text(item["call_id"]), a_text(item["name"]), kind == "custom_tool_call"),)
        if kind not in ("message", "reasoning"):
            self.lost.kind(kind, _ITEMS, "answer")
        return ()

    def _done(self, number: int, item: Mapping[str, Any]) -> Sequence[AnswerPart]:
        kind = item["type"]
        if kind in _CALLS:
            text = a_text(item.get(_CALLS[kind]) or "")
            if text and number not in self._said:
                return (Arguments(number, text), CallEnd(number))
            return (CallEnd(number),)
        if kind == "reasoning" and (blob := item.get("encrypted_content")):
            return (Signed(packed(a_text(blob), OPENAI)),)
        if kind == "message" and any(part.get("annotations") for part in item["content"]):
            self.lost.add("answer.annotations")
        return ()

    def _whole(self, item: Mapping[str, Any]) -> Iterator[AnswerPart]:
        """The texts of an item that stands whole."""
        kind = item["type"]
        if kind == "reasoning":
            shown = [a_text(part["text"]) for part in (*(item.get("summary") or ()), *(item.get("content") or ()))]
            if any(shown):
                yield Thinking("\n\n".join(shown))
        elif kind == "message":
            for part in item["content"]:
                if part["type"] == "refusal":
                    self._declined = True
                    yield Declining(a_text(part["refusal"]))
                elif part["type"] == "output_text":
                    yield Words(a_text(part["text"]))
                else:
                    self.lost.kind(part["type"], (), "answer")

    def _lifecycle(self, event: Event, value: Mapping[str, Any]) -> Sequence[AnswerPart]:
        kind = value.get("type")
        no_error(self._own.event(event))
        if kind in ("response.created", "response.in_progress", "response.queued") and not self._begun:
            self._begun = True
            return (_begin(value["response"]),)
        if kind in ("response.completed", "response.incomplete"):
            return self._finish(value["response"])
        return ()

    def _finish(self, response: Mapping[str, Any]) -> Sequence[AnswerPart]:
        why = (response.get("incomplete_details") or {}).get("reason")
        if response.get("status") == "incomplete":
            reason = "content" if why == "content_filter" else "length"
        elif self._called:
            reason = "calls"
        else:
            reason = "refusal" if self._declined else "stop"
        return (Counted(self.usage), Finish(reason))


def _begin(response: Mapping[str, Any]) -> AnswerPart:
    created = response.get("created_at")
    made = int(created) if isinstance(created, int | float) else 0
    return Begin(a_text(response.get("id") or ""), a_text(response.get("model") or ""), made)
