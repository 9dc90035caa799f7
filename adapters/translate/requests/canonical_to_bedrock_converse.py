"""A request of Bedrock's Converse, written from the canonical form."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from adapters.translate.canonical import Call, Conversation, Media, Part, Refused, Result, Text, Thought, Turn
from adapters.translate.requests.canonical_to_anthropic_messages import (
    DEFAULT_OUTPUT,
    as_object,
    call_id,
    form_words,
    thinking,
)
from adapters.translate.requests.claude import keeps_form
from adapters.translate.requests.writing import arguments_of
from adapters.translate.states import ANTHROPIC, REDACTED, unpack
from adapters.translate.urls import plain

_IMAGES: Final = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"}
_DOCUMENTS: Final = {
    "application/pdf": "pdf", "text/csv": "csv", "text/html": "html", "text/markdown": "md", "text/plain": "txt",
    "application/msword": "doc", "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}  # fmt: skip
_SOUNDS: Final = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mp3": "mp3", "audio/mpeg": "mp3"}
_TIERS: Final = frozenset({"priority", "default", "flex"})
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9 ()\[\]-]+")
_MOST_CACHED: Final = 4
_SHOWN: Final = {"text": "(a file)"}


def write(said: Conversation) -> dict[str, Any]:
    """The body; model and stream stand in the path."""
    writer = _Writer(said)
    body: dict[str, Any] = {}
    if system := [
        block for text in said.instructions if text.text for block in writer.marked({"text": text.text}, text)
    ]:
        body["system"] = system
    tools = writer.tools()
    body["messages"] = list(writer.messages())
    if tools:
        body["toolConfig"] = tools
    _form(said, body)
    _inference(said, body)
    if said.tier in _TIERS:
        body["serviceTier"] = {"type": said.tier}
    elif said.tier:
        said.lost.add("service_tier")
    if said.user:
        said.lost.add("user")
    return body


def _claude(said: Conversation) -> bool:
    return "claude" in said.model


class _Writer:
    """Messages and tools, with as many cache points as the vendor takes."""

    def __init__(self, said: Conversation) -> None:
        self._said, self._lost = said, said.lost
        self._marks = _MOST_CACHED if _claude(said) or "nova" in said.model else 0
        self._named: dict[str, int] = {}

    def marked(self, block: dict[str, Any], part: Any) -> Iterator[dict[str, Any]]:
        """A block, and a cache point after it where one is wanted."""
        yield block
        if not part.cache:
            return
        if not self._marks:
            self._lost.add("cache_control")
            return
        self._marks -= 1
        yield {"cachePoint": {"type": "default", **({"ttl": "1h"} if part.cache == "1h" else {})}}

    def tools(self) -> dict[str, Any] | None:
        """The tools; those that history names where the client offers none, since they must be declared."""
        said = self._said
        called = {part.name for turn in said.turns for part in turn.parts if isinstance(part, Call | Result)} - {""}
        if said.choice is not None and said.choice.mode == "none":
            if not called:
                return None
            self._lost.add("tool_choice")
        specs: list[dict[str, Any]] = []
        for tool in said.tools:
            schema = {"type": "object", **arguments_of(tool)}
            spec: dict[str, Any] = {"name": tool.name, "inputSchema": {"json": schema}}
            if tool.description:
                spec["description"] = tool.description
            if tool.strict:
                spec["strict"] = True
            specs += self.marked({"toolSpec": spec}, tool)
        if not specs:
            specs = [{"toolSpec": {"name": n, "inputSchema": {"json": {"type": "object"}}}} for n in sorted(called)]
        if not specs:
            return None
        if said.parallel is False:
            self._lost.add("parallel_tool_calls")
        choice = {"any": {"any": {}}, "tool": {"tool": {"name": said.choice.name}}} if said.choice else {}
        chosen = choice.get(said.choice.mode) if said.choice else None
        return {"tools": specs, **({"toolChoice": chosen} if chosen else {})}

    def messages(self) -> Iterator[dict[str, Any]]:
        """The turns; those of one side that follow each other are one message."""
        last: dict[str, Any] | None = None
        for turn in self._said.turns:
            content = list(self._content(turn))
            if not content:
                continue
            if last is not None and last["role"] == turn.role:
                last["content"] += content
                continue
            if last is not None:
                yield last
            last = {"role": turn.role, "content": content}
        if last is not None:
            yield last

    def _content(self, turn: Turn) -> Iterator[dict[str, Any]]:
        blocks = [block for part in turn.parts for block in self._blocks(part)]
        if any("document" in block for block in blocks) and not any("text" in block for block in blocks):
            yield _SHOWN  # the vendor takes no document without words
        yield from blocks

    def _blocks(self, part: Part) -> Iterator[dict[str, Any]]:
        if isinstance(part, Text):
            if part.text.strip():
                yield from self.marked({"text": part.text}, part)
        elif isinstance(part, Refused):
            if part.text.strip():
                yield {"text": part.text}
        elif isinstance(part, Media):
            if (made := self._media(part)) is not None:
                yield from self.marked(made, part)
        elif isinstance(part, Call):
            use = {"toolUseId": call_id(part.id)[:64], "name": part.name, "input": as_object(part)}
            yield from self.marked({"toolUse": use}, part)
        elif isinstance(part, Result):
            yield from self.marked({"toolResult": self._result(part)}, part)
        else:
            yield from self._thought(part)

    def _result(self, part: Result) -> dict[str, Any]:
        content = [block for inner in part.parts for block in self._blocks(inner) if "cachePoint" not in block]
        made: dict[str, Any] = {"toolUseId": call_id(part.call)[:64], "content": content or [{"text": "(nothing)"}]}
        if part.failed:
            made["status"] = "error"
        return made

    def _thought(self, part: Thought) -> Iterator[dict[str, Any]]:
        if signature := unpack(part.state, ANTHROPIC):
            yield {"reasoningContent": {"reasoningText": {"text": part.text, "signature": signature}}}
        elif data := unpack(part.state, REDACTED):
            yield {"reasoningContent": {"redactedContent": data}}
        else:
            self._lost.add("reasoning.history")

    def _media(self, part: Media) -> dict[str, Any] | None:
        if part.url:
            self._lost.add(f"content.{part.kind}.url")
            return None
        if part.kind == "document":
            return self._document(part)
        formats = _IMAGES if part.kind == "image" else _SOUNDS
        form = formats.get(part.mime or "image/png")
        if form is None:
            self._lost.add("content.audio" if part.kind == "audio" else "content.image.type")
            return None
        return {part.kind: {"format": form, "source": {"bytes": part.data}}}

    def _document(self, part: Media) -> dict[str, Any] | None:
        words = plain(part)
        form = _DOCUMENTS.get(part.mime, "txt" if words else None) if part.mime or words else "pdf"
        if form is None:
            self._lost.add("content.document.type")
            return None
        data = part.data or base64.b64encode(words.encode()).decode()
        return {"document": {"format": form, "name": self._name(part.name), "source": {"bytes": data}}}

    def _name(self, said: str) -> str:
        """A document's name as the vendor allows it, each once."""
        name = " ".join(_NO_NAME.sub(" ", said.rpartition(".")[0] or said).split())[:150] or "document"
        count = self._named[name] = self._named.get(name, 0) + 1
        return name if count == 1 else f"{name} {count}"


def _form(said: Conversation, body: dict[str, Any]) -> None:
    form = said.form
    if form is None:
        return
    if form.schema is not None and (not _claude(said) or keeps_form(said.model)):
        schema = {"schema": orjson.dumps(form.schema).decode(), "name": form.name}
        body["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}
        return
    said.lost.add("response_format")
    body.setdefault("system", []).append({"text": form_words(form)})


def _inference(said: Conversation, body: dict[str, Any]) -> None:
    """Limits, sampling and thinking; what only some models know stands apart."""
    extra: dict[str, Any] = {}
    config: dict[str, Any] = {} if said.most_output is None else {"maxTokens": said.most_output}
    if _claude(said):
        scratch: dict[str, Any] = {"max_tokens": said.most_output or DEFAULT_OUTPUT}
        thinking(said, scratch)
        extra = {name: scratch[name] for name in ("thinking", "output_config") if name in scratch}
        if extra:
            config["maxTokens"] = scratch["max_tokens"]
    elif said.reasoning is not None and said.reasoning.effort != "none":
        said.lost.add("reasoning")
    thinks = "thinking" in extra
    if said.temperature is not None:
        if thinks or said.temperature > 1:
            said.lost.add("temperature")
        if not thinks:
            config["temperature"] = min(said.temperature, 1)
    if said.top_p is not None:
        if thinks or (said.temperature is not None and _claude(said)):
            said.lost.add("top_p")
        else:
            config["topP"] = said.top_p
    if said.top_k is not None:
        if _claude(said) and not thinks:
            extra["top_k"] = said.top_k
        else:
            said.lost.add("top_k")
    if stop := [sequence for sequence in said.stop if sequence.strip()]:
        config["stopSequences"] = stop
    _left_out(said, stop)
    if config:
        body["inferenceConfig"] = config
    if extra:
        body["additionalModelRequestFields"] = extra


def _left_out(said: Conversation, stop: Sequence[str]) -> None:
    if len(stop) < len(said.stop):
        said.lost.add("stop")
    for name in ("seed", "frequency_penalty", "presence_penalty", "verbosity"):
        if getattr(said, name):
            said.lost.add(name)
