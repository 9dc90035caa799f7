"""A messages request, written from the canonical form."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

from adapters.translate.arguments import object_of
from adapters.translate.canonical import (
    Call,
    Conversation,
    Form,
    Lost,
    Media,
    Part,
    Refused,
    Result,
    Text,
    Thought,
    Tool,
)
from adapters.translate.requests.claude import adapts, keeps_form
from adapters.translate.requests.efforts import budget_of
from adapters.translate.requests.writing import arguments_of
from adapters.translate.states import ANTHROPIC, REDACTED, unpack
from adapters.translate.urls import plain

DEFAULT_OUTPUT: Final = 8_192
"""Tokens where the client says nothing: this dialect must be told a limit."""

_LEAST_BUDGET: Final = 1_024
_MOST_CACHED: Final = 4
_IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_ANY_JSON: Final = "Answer with one JSON object and nothing else."
_NO_ID: Final = re.compile(r"[^A-Za-z0-9_-]")
_EFFORTS: Final = {"minimal": "low", "xhigh": "max"}


def write(said: Conversation) -> dict[str, Any]:
    """The body."""
    marks = _Marks(said.lost)
    body: dict[str, Any] = {"model": said.model, "max_tokens": said.most_output or DEFAULT_OUTPUT}
    tools = [_tool(tool, marks) for tool in said.tools]
    if system := [marks.on({"type": "text", "text": text.text}, text.cache) for text in said.instructions if text.text]:
        body["system"] = system
    body["messages"] = [
        {"role": turn.role, "content": content}
        for turn in said.turns
        if (content := [block for part in turn.parts for block in _blocks(part, said.lost, marks)])
    ]
    if said.stream:
        body["stream"] = True
    if tools:
        body["tools"] = tools
        if choice := _choice(said):
            body["tool_choice"] = choice
    _form(said, body)
    thinking(said, body)
    _sampling(said, body)
    if said.user:
        body["metadata"] = {"user_id": said.user}
    if said.tier in ("auto", "default", "standard_only"):
        body["service_tier"] = "auto" if said.tier == "auto" else "standard_only"
    elif said.tier:
        said.lost.add("service_tier")
    return body


class _Marks:
    """Cache breakpoints, as many as the vendor takes."""

    def __init__(self, lost: Lost) -> None:
        self._lost, self._left = lost, _MOST_CACHED

    def on(self, block: dict[str, Any], cache: str) -> dict[str, Any]:
        if not cache:
            return block
        if not self._left:
            self._lost.add("cache_control")
            return block
        self._left -= 1
        return {**block, "cache_control": {"type": "ephemeral", **({"ttl": "1h"} if cache == "1h" else {})}}


def _tool(tool: Tool, marks: _Marks) -> dict[str, Any]:
    made: dict[str, Any] = {"name": tool.name}
    if tool.description:
        made["description"] = tool.description
    made["input_schema"] = {"type": "object", **arguments_of(tool)}
    if tool.strict:
        made["strict"] = True
    return marks.on(made, tool.cache)


def _choice(said: Conversation) -> dict[str, Any] | None:
    choice = said.choice
    single = {"disable_parallel_tool_use": True} if said.parallel is False else {}
    if choice is None:
        return {"type": "auto", **single} if single else None
    if choice.mode == "none":
        return {"type": "none"}
    named = {"name": choice.name} if choice.mode == "tool" else {}
    return {"type": choice.mode, **named, **single}


def _form(said: Conversation, body: dict[str, Any]) -> None:
    form = said.form
    if form is None:
        return
    if form.schema is not None and keeps_form(said.model):
        body["output_config"] = {"format": {"type": "json_schema", "schema": form.schema}}
        return
    said.lost.add("response_format")
    body.setdefault("system", []).append({"type": "text", "text": form_words(form)})


def form_words(form: Form) -> str:
    """An instruction to keep to a form, for models that can't be held to it."""
    return _ANY_JSON if form.schema is None else f"{_ANY_JSON} Its schema: {orjson.dumps(form.schema).decode()}"


def thinking(said: Conversation, body: dict[str, Any]) -> None:
    """Says in a body with `max_tokens` how much Claude is to think."""
    reasoning = said.reasoning
    if reasoning is None or reasoning.effort == "none":
        return
    forced = said.choice is not None and said.choice.mode in ("any", "tool")
    if forced or _in_a_loop_without_its_thoughts(said):  # the vendor refuses both
        said.lost.add("reasoning")
        return
    if adapts(said.model):
        body["thinking"] = {"type": "adaptive"}
        if reasoning.effort:
            body.setdefault("output_config", {})["effort"] = _EFFORTS.get(reasoning.effort, reasoning.effort)
        elif reasoning.budget is not None:
            said.lost.add("reasoning.budget")
        return
    budget = max(budget_of(reasoning), _LEAST_BUDGET)
    if said.most_output is None:
        body["max_tokens"] = budget + DEFAULT_OUTPUT
    elif budget >= said.most_output:
        budget = said.most_output // 2
        said.lost.add("reasoning.budget")
    if budget < _LEAST_BUDGET:
        said.lost.add("reasoning")
        return
    body["thinking"] = {"type": "enabled", "budget_tokens": budget}


def _in_a_loop_without_its_thoughts(said: Conversation) -> bool:
    """Whether a tool was called whose turn has no signed thoughts: the vendor refuses to think on from there."""
    for turn in reversed(said.turns):
        if turn.role == "assistant":
            called = any(isinstance(part, Call) for part in turn.parts)
            return called and not any(isinstance(part, Thought) and _signed(part) for part in turn.parts)
        if not any(isinstance(part, Result) for part in turn.parts):
            return False
    return False


def _signed(thought: Thought) -> bool:
    return bool(unpack(thought.state, ANTHROPIC) or unpack(thought.state, REDACTED))


def _sampling(said: Conversation, body: dict[str, Any]) -> None:
    thinks = "thinking" in body
    if said.temperature is not None:
        if thinks or said.temperature > 1:
            said.lost.add("temperature")
        if not thinks:
            body["temperature"] = min(said.temperature, 1)
    if said.top_p is not None:
        if thinks or said.temperature is not None:  # newer models refuse both at once
            said.lost.add("top_p")
        else:
            body["top_p"] = said.top_p
    if said.top_k is not None:
        if thinks:
            said.lost.add("top_k")
        else:
            body["top_k"] = said.top_k
    stop = [sequence for sequence in said.stop if sequence.strip()]
    if stop:
        body["stop_sequences"] = stop
    if len(stop) < len(said.stop):
        said.lost.add("stop")
    for name in ("seed", "frequency_penalty", "presence_penalty"):
        if getattr(said, name):
            said.lost.add(name)
    if said.verbosity:
        said.lost.add("verbosity")


def _blocks(part: Part, lost: Lost, marks: _Marks) -> list[dict[str, Any]]:
    if isinstance(part, Text):
        return [marks.on({"type": "text", "text": part.text}, part.cache)] if part.text.strip() else []
    if isinstance(part, Media):
        return _media(part, lost, marks)
    if isinstance(part, Call):
        return [marks.on(_call(part), part.cache)]
    if isinstance(part, Result):
        return [marks.on(_result(part, lost, marks), part.cache)]
    if isinstance(part, Refused):
        return [{"type": "text", "text": part.text}] if part.text.strip() else []
    return _thought(part, lost)


def call_id(said: str) -> str:
    """A call's id as this dialect allows it, the same for the same."""
    return _NO_ID.sub("_", said) or "_"


def _call(part: Call) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id(part.id), "name": part.name, "input": as_object(part)}


def as_object(part: Call) -> Any:
    """A call's arguments as the object that this dialect wants; a text that is none stands in a member of its own."""
    said = None if part.custom else object_of(part.arguments)
    return {"input": part.arguments} if said is None else said


def _result(part: Result, lost: Lost, marks: _Marks) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "tool_result", "tool_use_id": call_id(part.call)}
    content = [block for inner in part.parts for block in _blocks(inner, lost, marks)]
    if content:
        made["content"] = content
    if part.failed:
        made["is_error"] = True
    return made


def _thought(part: Thought, lost: Lost) -> list[dict[str, Any]]:
    if signature := unpack(part.state, ANTHROPIC):
        return [{"type": "thinking", "thinking": part.text, "signature": signature}]
    if data := unpack(part.state, REDACTED):
        return [{"type": "redacted_thinking", "data": data}]
    lost.add("reasoning.history")
    return []


def _media(part: Media, lost: Lost, marks: _Marks) -> list[dict[str, Any]]:
    if part.kind == "audio":
        lost.add("content.audio")
        return []
    mime = part.mime or ("image/png" if part.kind == "image" else "application/pdf")
    source: dict[str, Any] = {"type": "base64", "media_type": mime, "data": part.data}
    if part.url:
        source = {"type": "url", "url": part.url}
    elif words := plain(part):
        source = {"type": "text", "media_type": "text/plain", "data": words}
    elif part.kind == "image" and mime not in _IMAGES:
        lost.add("content.image.type")
        return []
    elif part.kind == "document" and mime != "application/pdf":
        lost.add("content.document.type")
        return []
    titled = {"title": part.name} if part.kind == "document" and part.name else {}
    return [marks.on({"type": part.kind, "source": source, **titled}, part.cache)]
