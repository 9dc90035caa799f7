"""A chat completions request, written from the canonical form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapters.translate.canonical import (
    Call,
    Conversation,
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
from adapters.translate.urls import data_url, plain

_FORMATS: Final = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mp3": "mp3", "audio/mpeg": "mp3"}
_TEXTS: Final = ("text/", "application/json")
_MOST_STOPS: Final = 4
_SHOWN_AFTER: Final = "The images and files that the tool gave:"


def write(said: Conversation) -> dict[str, Any]:
    """The body."""
    uncached(said)
    body: dict[str, Any] = {"model": said.model, "messages": list(_messages(said))}
    if said.stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    _tools(said, body)
    if said.most_output is not None:
        body["max_completion_tokens"] = said.most_output
    _sampling(said, body)
    if said.form is not None:
        body["response_format"] = _form(said)
    if said.reasoning is not None and (effort := openai_effort(said.reasoning, said.lost)):
        body["reasoning_effort"] = effort
    if said.verbosity:
        body["verbosity"] = said.verbosity
    if said.user:
        body["safety_identifier"] = said.user
    if said.tier:
        body["service_tier"] = said.tier
    return body


def _sampling(said: Conversation, body: dict[str, Any]) -> None:
    for name in ("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty"):
        if (value := getattr(said, name)) is not None:
            body[name] = value
    if said.top_k is not None:
        said.lost.add("top_k")
    if said.stop:
        body["stop"] = list(said.stop[:_MOST_STOPS])
        if len(said.stop) > _MOST_STOPS:
            said.lost.add("stop")


def _tools(said: Conversation, body: dict[str, Any]) -> None:
    if not said.tools:
        return
    body["tools"] = [_tool(tool) for tool in said.tools]
    if said.choice is not None:
        custom = next((t.schema is None for t in said.tools if t.name == said.choice.name), False)
        kind = "custom" if custom else "function"
        named = {"type": kind, kind: {"name": said.choice.name}}
        body["tool_choice"] = {"any": "required", "tool": named}.get(said.choice.mode, said.choice.mode)
    if said.parallel is not None:
        body["parallel_tool_calls"] = said.parallel


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"name": tool.name, **({"description": tool.description} if tool.description else {})}
    if tool.schema is None:
        return {"type": "custom", "custom": described}
    strict = {} if tool.strict is None else {"strict": tool.strict}
    return {"type": "function", "function": {**described, "parameters": tool.schema, **strict}}


def _form(said: Conversation) -> dict[str, Any]:
    form = said.form
    assert form is not None
    if form.schema is None:
        return {"type": "json_object"}
    strict = {} if form.strict is None else {"strict": form.strict}
    return {"type": "json_schema", "json_schema": {"name": form.name, "schema": form.schema, **strict}}


def _messages(said: Conversation) -> Iterator[dict[str, Any]]:
    if said.instructions:
        yield {"role": "system", "content": "\n\n".join(text.text for text in said.instructions)}
    for turn in said.turns:
        if turn.role == "assistant":
            yield _assistant(turn, said.lost)
        else:
            yield from _user(turn, said.lost)


def _user(turn: Turn, lost: Lost) -> Iterator[dict[str, Any]]:
    """The results of tools first, each a message of its own; then what was said beside them."""
    spoken: list[Part] = []
    for part in turn.parts:
        if isinstance(part, Result):
            words = [p.text for p in part.parts if isinstance(p, Text)]
            if part.failed:
                lost.add("tool_result.is_error")
            yield {"role": "tool", "tool_call_id": part.call, "content": "\n".join(words)}
            if shown := [p for p in part.parts if isinstance(p, Media)]:
                spoken += [Text(_SHOWN_AFTER), *shown]
        else:
            spoken.append(part)
    if not spoken:
        return
    if all(isinstance(part, Text) for part in spoken) and len(spoken) == 1:
        yield {"role": "user", "content": spoken[0].text}  # type: ignore[union-attr]
        return
    content = [made for part in spoken if (made := _part(part, lost)) is not None]
    if content:
        yield {"role": "user", "content": content}


def _assistant(turn: Turn, lost: Lost) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    texts = [part.text for part in turn.parts if isinstance(part, Text)]
    if texts:
        message["content"] = "".join(texts)
    if declined := [part.text for part in turn.parts if isinstance(part, Refused)]:
        message["refusal"] = "".join(declined)
    if calls := [_call(part) for part in turn.parts if isinstance(part, Call)]:
        message["tool_calls"] = calls
    if any(isinstance(part, Thought) for part in turn.parts):
        lost.add("reasoning.history")
    if any(isinstance(part, Media) for part in turn.parts):
        lost.add("content.media")
    if message["content"] is None and "tool_calls" not in message and "refusal" not in message:
        message["content"] = ""
    return message


def _call(call: Call) -> dict[str, Any]:
    if call.custom:
        return {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}


def _part(part: Part, lost: Lost) -> dict[str, Any] | None:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Refused):
        return {"type": "text", "text": part.text}
    if not isinstance(part, Media):
        return None
    if part.kind == "image":
        detail = {"detail": part.detail} if part.detail else {}
        return {"type": "image_url", "image_url": {"url": data_url(part, "image/png"), **detail}}
    if part.kind == "audio":
        if part.mime in _FORMATS and part.data:
            return {"type": "input_audio", "input_audio": {"data": part.data, "format": _FORMATS[part.mime]}}
        lost.add("content.audio")
        return None
    if words := plain(part):
        return {"type": "text", "text": words}
    if part.url:
        lost.add("content.document.url")
        return None
    name = part.name or "document.pdf"
    return {"type": "file", "file": {"filename": name, "file_data": data_url(part, "application/pdf")}}
