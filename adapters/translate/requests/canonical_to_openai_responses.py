"""A responses request, written from the canonical form. Nothing is kept at the vendor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

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
    Turn,
)
from adapters.translate.requests.efforts import openai_effort
from adapters.translate.requests.writing import uncached
from adapters.translate.states import OPENAI, unpack
from adapters.translate.urls import data_url, plain

_LOST: Final = ("top_k", "seed", "frequency_penalty", "presence_penalty", "stop")


def write(said: Conversation) -> dict[str, Any]:
    """The body."""
    body: dict[str, Any] = {"model": said.model, "input": list(_items(said)), "store": False}
    if said.instructions:
        body["instructions"] = "\n\n".join(text.text for text in said.instructions)
    if said.stream:
        body["stream"] = True
    _tools(said, body)
    if said.most_output is not None:
        body["max_output_tokens"] = said.most_output
    for name in ("temperature", "top_p"):
        if (value := getattr(said, name)) is not None:
            body[name] = value
    for name in _LOST:
        if getattr(said, name):
            said.lost.add(name)
    text = {"format": _form(said.form)} if said.form is not None else {}
    if text or said.verbosity:
        body["text"] = {**text, **({"verbosity": said.verbosity} if said.verbosity else {})}
    _reasoning(said, body)
    if said.user:
        body["safety_identifier"] = said.user
    if said.tier:
        body["service_tier"] = said.tier
    uncached(said)
    return body


def _reasoning(said: Conversation, body: dict[str, Any]) -> None:
    """What isn't kept at the vendor has to come back encrypted, so that the model can go on from it."""
    if said.reasoning is None:
        return
    asked: dict[str, Any] = {}
    if effort := openai_effort(said.reasoning, said.lost):
        asked["effort"] = effort
    if said.reasoning.effort == "none":
        body["reasoning"] = asked
        return
    if said.reasoning.shown:
        asked["summary"] = "auto"
    body["reasoning"] = asked
    body["include"] = ["reasoning.encrypted_content"]


def _tools(said: Conversation, body: dict[str, Any]) -> None:
    if not said.tools:
        return
    body["tools"] = [_tool(tool) for tool in said.tools]
    if said.choice is not None:
        custom = next((t.schema is None for t in said.tools if t.name == said.choice.name), False)
        named = {"type": "custom" if custom else "function", "name": said.choice.name}
        body["tool_choice"] = {"any": "required", "tool": named}.get(said.choice.mode, said.choice.mode)
    if said.parallel is not None:
        body["parallel_tool_calls"] = said.parallel


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"name": tool.name, **({"description": tool.description} if tool.description else {})}
    if tool.schema is None:
        return {"type": "custom", **described}
    # Where nothing is said, this dialect takes a schema as strict, which changes what it means.
    return {"type": "function", **described, "parameters": tool.schema, "strict": bool(tool.strict)}


def _form(form: Form) -> dict[str, Any]:
    if form.schema is None:
        return {"type": "json_object"}
    strict = {} if form.strict is None else {"strict": form.strict}
    return {"type": "json_schema", "name": form.name, "schema": form.schema, **strict}


def _items(said: Conversation) -> Iterator[dict[str, Any]]:
    for turn in said.turns:
        yield from _turn(turn, said.lost)


def _turn(turn: Turn, lost: Lost) -> Iterator[dict[str, Any]]:
    """Calls, results and reasoning are items of their own; what is said between them is a message."""
    spoken: list[dict[str, Any]] = []
    for part in turn.parts:
        if isinstance(part, Call | Result | Thought):
            if spoken:
                yield {"type": "message", "role": turn.role, "content": spoken}
                spoken = []
            if (item := _item(part, lost)) is not None:
                yield item
        elif turn.role == "assistant":
            yield from _answered(part, lost)
        elif (made := _part(part, lost)) is not None:
            spoken.append(made)
    if spoken:
        yield {"type": "message", "role": turn.role, "content": spoken}


def _answered(part: Text | Media | Refused, lost: Lost) -> Iterator[dict[str, Any]]:
    if isinstance(part, Media):
        lost.add("content.media")
    else:
        yield {"type": "message", "role": "assistant", "content": part.text}


def _item(part: Call | Result | Thought, lost: Lost) -> dict[str, Any] | None:
    if isinstance(part, Call):
        called = {"call_id": part.id, "name": part.name}
        if part.custom:
            return {"type": "custom_tool_call", **called, "input": part.arguments}
        return {"type": "function_call", **called, "arguments": part.arguments or "{}"}
    if isinstance(part, Result):
        if part.failed:
            lost.add("tool_result.is_error")
        kind = "custom_tool_call_output" if part.custom else "function_call_output"
        return {"type": kind, "call_id": part.call, "output": _output(part, lost)}
    blob = unpack(part.state, OPENAI)
    if not blob:
        lost.add("reasoning.history")
        return None
    summary = [{"type": "summary_text", "text": part.text}] if part.text else []
    return {"type": "reasoning", "summary": summary, "encrypted_content": blob}


def _output(part: Result, lost: Lost) -> Any:
    if all(isinstance(inner, Text) for inner in part.parts):
        return "\n".join(inner.text for inner in part.parts)
    return [made for inner in part.parts if (made := _part(inner, lost)) is not None]


def _part(part: Part, lost: Lost) -> dict[str, Any] | None:
    if isinstance(part, Text | Refused):
        return {"type": "input_text", "text": part.text}
    if not isinstance(part, Media):
        return None
    if part.kind == "image":
        return {"type": "input_image", "image_url": data_url(part, "image/png"), "detail": part.detail or "auto"}
    if part.kind == "audio":
        lost.add("content.audio")
        return None
    if words := plain(part):
        return {"type": "input_text", "text": words}
    if part.url:
        return {"type": "input_file", "file_url": part.url}
    name = part.name or "document.pdf"
    return {"type": "input_file", "filename": name, "file_data": data_url(part, "application/pdf")}
