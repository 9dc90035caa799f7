"""Items of a response as they grow, and the events that say so; the writer numbers the events."""

from __future__ import annotations

from typing import Any, Protocol

from adapters.translate.canonical import CallBegin
from adapters.translate.states import OPENAI, shown

Events = list[tuple[str, dict[str, Any]]]


class Item(Protocol):
    """One item. `close` says its end once, and nothing the second time."""

    def begin(self) -> Events: ...
    def close(self) -> Events: ...
    def whole(self) -> dict[str, Any]:
        """The item as it stands."""


class MessageItem:
    """What the model says: text, or words by which it declines."""

    def __init__(self, name: str, index: int) -> None:
        self._id, self._index = f"msg_{name}", index
        self._parts: list[tuple[str, list[str]]] = []
        self._done = False

    def begin(self) -> Events:
        """The empty item."""
        return [("response.output_item.added", {"output_index": self._index, "item": self.whole()})]

    def grow(self, kind: str, text: str) -> Events:
        """kind: output_text | refusal."""
        events: Events = []
        if not self._parts or self._parts[-1][0] != kind:
            events += self._close_part()
            self._parts.append((kind, []))
            events.append(("response.content_part.added", {**self._place(), "part": _part(kind, "")}))
        self._parts[-1][1].append(text)
        logprobs: dict[str, Any] = {"logprobs": []} if kind == "output_text" else {}
        events.append((f"response.{kind}.delta", {**self._place(), "delta": text, **logprobs}))
        return events

    def close(self) -> Events:
        """The last part's end and the whole item."""
        if self._done:
            return []
        events = self._close_part()
        self._done = True
        return [*events, ("response.output_item.done", {"output_index": self._index, "item": self.whole()})]

    def whole(self) -> dict[str, Any]:
        """The item as it stands."""
        content = [_part(kind, "".join(texts)) for kind, texts in self._parts]
        status = "completed" if self._done else "in_progress"
        return {"id": self._id, "type": "message", "role": "assistant", "status": status, "content": content}

    def _place(self) -> dict[str, Any]:
        return {"item_id": self._id, "output_index": self._index, "content_index": len(self._parts) - 1}

    def _close_part(self) -> Events:
        if not self._parts:
            return []
        kind, texts = self._parts[-1]
        text, place = "".join(texts), self._place()
        said = {"text": text, "logprobs": []} if kind == "output_text" else {"refusal": text}
        return [
            (f"response.{kind}.done", {**place, **said}),
            ("response.content_part.done", {**place, "part": _part(kind, text)}),
        ]


class ReasoningItem:
    """What the model thinks, as far as it is shown, and what its vendor wants back."""

    def __init__(self, name: str, index: int) -> None:
        self._id, self._index = f"rs_{name}", index
        self._texts: list[str] = []
        self._state = ""
        self._done = False

    def begin(self) -> Events:
        """The empty item."""
        return [("response.output_item.added", {"output_index": self._index, "item": self.whole()})]

    def grow(self, text: str) -> Events:
        """The summary goes on."""
        place = self._place()
        events: Events = []
        if not self._texts:
            events.append(("response.reasoning_summary_part.added", {**place, "part": _summary("")}))
        self._texts.append(text)
        return [*events, ("response.reasoning_summary_text.delta", {**place, "delta": text})]

    def sign(self, state: str) -> None:
        """What comes back with it."""
        self._state = shown(state, OPENAI)

    def close(self) -> Events:
        """The summary's end and the whole item."""
        if self._done:
            return []
        self._done = True
        text, place = "".join(self._texts), self._place()
        ended: Events = [
            ("response.reasoning_summary_text.done", {**place, "text": text}),
            ("response.reasoning_summary_part.done", {**place, "part": _summary(text)}),
        ]
        done = ("response.output_item.done", {"output_index": self._index, "item": self.whole()})
        return [*(ended if self._texts else []), done]

    def whole(self) -> dict[str, Any]:
        """The item as it stands."""
        text = "".join(self._texts)
        item: dict[str, Any] = {"id": self._id, "type": "reasoning", "summary": [_summary(text)] if text else []}
        if self._state:
            item["encrypted_content"] = self._state
        return item

    def _place(self) -> dict[str, Any]:
        return {"item_id": self._id, "output_index": self._index, "summary_index": 0}


class CallItem:
    """A call of a tool."""

    def __init__(self, name: str, index: int, call: CallBegin) -> None:
        self._id, self._index, self._call = f"{'ctc' if call.custom else 'fc'}_{name}", index, call
        self._texts: list[str] = []
        self._done = False
        self._member, self._kind, self._stem = (
            ("input", "custom_tool_call", "response.custom_tool_call_input")
            if call.custom
            else ("arguments", "function_call", "response.function_call_arguments")
        )

    def begin(self) -> Events:
        """The call without arguments."""
        return [("response.output_item.added", {"output_index": self._index, "item": self.whole()})]

    def grow(self, text: str) -> Events:
        """Its arguments go on."""
        self._texts.append(text)
        return [(f"{self._stem}.delta", {**self._place(), "delta": text})]

    def close(self) -> Events:
        """All of its arguments and the whole item."""
        if self._done:
            return []
        self._done = True
        named = {} if self._call.custom else {"name": self._call.name}
        return [
            (f"{self._stem}.done", {**self._place(), **named, self._member: "".join(self._texts)}),
            ("response.output_item.done", {"output_index": self._index, "item": self.whole()}),
        ]

    def whole(self) -> dict[str, Any]:
        """The item as it stands."""
        status = {} if self._call.custom else {"status": "completed" if self._done else "in_progress"}
        return {
            "id": self._id, "type": self._kind, **status, "call_id": self._call.id, "name": self._call.name,
            self._member: "".join(self._texts),
        }  # fmt: skip

    def _place(self) -> dict[str, Any]:
        return {"item_id": self._id, "output_index": self._index}


def _part(kind: str, text: str) -> dict[str, Any]:
    if kind == "refusal":
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _summary(text: str) -> dict[str, Any]:
    return {"type": "summary_text", "text": text}
