"""A request of Cohere's chat (v2), written from the canonical form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapters.translate.canonical import Call, Conversation, Lost, Media, Part, Refused, Result, Text, Thought, Turn
from adapters.translate.requests.canonical_to_anthropic_messages import form_words
from adapters.translate.requests.efforts import budget_of
from adapters.translate.requests.writing import arguments_of, uncached
from adapters.translate.urls import data_url, plain

_MOST_STOPS: Final = 5
_MOST_K: Final = 500


def write(said: Conversation) -> dict[str, Any]:
    """The body."""
    uncached(said)
    body: dict[str, Any] = {"model": said.model, "messages": list(_messages(said))}
    if said.stream:
        body["stream"] = True
    _tools(said, body)
    _form(said, body)
    if said.most_output is not None:
        body["max_tokens"] = said.most_output
    _thinking(said, body)
    _sampling(said, body)
    for name in ("verbosity", "user"):
        if getattr(said, name):
            said.lost.add(name)
    if said.tier:
        said.lost.add("service_tier")
    return body


def _messages(said: Conversation) -> Iterator[dict[str, Any]]:
    if words := [text.text for text in said.instructions if text.text.strip()]:
        yield {"role": "system", "content": "\n\n".join(words)}
    for turn in said.turns:
        if turn.role == "assistant":
            yield from _assistant(turn, said.lost)
        else:
            yield from _user(turn, said.lost)


def _user(turn: Turn, lost: Lost) -> Iterator[dict[str, Any]]:
    """Results of tools first, each a message of its own; then what was said beside them."""
    content: list[dict[str, Any]] = []
    for part in turn.parts:
        if isinstance(part, Result):
            yield _result(part, lost)
        else:
            content += _content(part, lost)
    if content:
        yield {"role": "user", "content": content}


def _result(part: Result, lost: Lost) -> dict[str, Any]:
    if part.failed:
        lost.add("tool_result.is_error")
    words = [inner.text if isinstance(inner, Text) else plain(inner) for inner in part.parts]
    if not all(words):
        lost.add("content.media")
    text = "\n".join(word for word in words if word)
    return {"role": "tool", "tool_call_id": part.call, "content": text or "(nothing)"}


def _assistant(turn: Turn, lost: Lost) -> Iterator[dict[str, Any]]:
    message: dict[str, Any] = {"role": "assistant"}
    content = [block for part in turn.parts for block in _content(part, lost) if block["type"] == "text"]
    if any(isinstance(part, Media) for part in turn.parts):
        lost.add("content.media")
    if any(isinstance(part, Thought) for part in turn.parts):
        lost.add("reasoning.history")
    if content:
        message["content"] = content
    if calls := [_call(part) for part in turn.parts if isinstance(part, Call)]:
        message["tool_calls"] = calls
    if len(message) > 1:
        yield message


def _content(part: Part, lost: Lost) -> list[dict[str, Any]]:
    if isinstance(part, Text | Refused):
        return [{"type": "text", "text": part.text}] if part.text else []
    if not isinstance(part, Media):
        return []
    if part.kind == "image":
        detail = {"detail": part.detail} if part.detail in ("auto", "low", "high") else {}
        return [{"type": "image_url", "image_url": {"url": data_url(part, "image/png"), **detail}}]
    if part.kind == "audio":
        lost.add("content.audio")
        return []
    if words := plain(part):
        return [{"type": "text", "text": words}]
    lost.add("content.document.url" if part.url else "content.document.type")
    return []


def _call(part: Call) -> dict[str, Any]:
    given = part.arguments or "{}"
    return {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": given}}


def _tools(said: Conversation, body: dict[str, Any]) -> None:
    choice = said.choice
    # The vendor can be told to call a tool, but not which one: then it is offered only that.
    named = choice.name if choice is not None and choice.mode == "tool" else ""
    tools = [tool for tool in said.tools if not named or tool.name == named]
    if not tools:
        return
    body["tools"] = [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                **({"description": tool.description} if tool.description else {}),
                "parameters": {"type": "object", **arguments_of(tool)},
            },
        }
        for tool in tools
    ]
    if any(tool.strict for tool in tools):
        body["strict_tools"] = True
    if choice is not None and choice.mode != "auto":
        body["tool_choice"] = "NONE" if choice.mode == "none" else "REQUIRED"
    if said.parallel is False:
        said.lost.add("parallel_tool_calls")


def _form(said: Conversation, body: dict[str, Any]) -> None:
    if said.form is None:
        return
    if "tools" not in body:
        schema = {} if said.form.schema is None else {"json_schema": said.form.schema}
        body["response_format"] = {"type": "json_object", **schema}
        return
    said.lost.add("response_format")  # not beside tools
    told = {"role": "system", "content": form_words(said.form)}
    body["messages"].insert(1 if body["messages"][:1] and body["messages"][0]["role"] == "system" else 0, told)


def _thinking(said: Conversation, body: dict[str, Any]) -> None:
    if said.reasoning is None:
        return
    if "reasoning" not in said.model:
        if said.reasoning.effort != "none":
            said.lost.add("reasoning")
        return
    if said.reasoning.effort == "none":
        body["thinking"] = {"type": "disabled"}
        return
    budget = budget_of(said.reasoning)
    if said.most_output is not None and budget >= said.most_output:
        said.lost.add("reasoning.budget")
        budget = said.most_output // 2
    body["thinking"] = {"type": "enabled", "token_budget": budget}


def _sampling(said: Conversation, body: dict[str, Any]) -> None:
    _within(said, body, "temperature", "temperature", 0, 1)
    _within(said, body, "top_p", "p", 0.01, 0.99)
    _within(said, body, "top_k", "k", 0, _MOST_K)
    _within(said, body, "frequency_penalty", "frequency_penalty", 0, 1)
    if "frequency_penalty" in body and said.presence_penalty:
        said.lost.add("presence_penalty")  # one of the two
    else:
        _within(said, body, "presence_penalty", "presence_penalty", 0, 1)
    if said.seed is not None:
        if said.seed >= 0:
            body["seed"] = said.seed
        else:
            said.lost.add("seed")
    if said.stop:
        body["stop_sequences"] = list(said.stop[:_MOST_STOPS])
        if len(said.stop) > _MOST_STOPS:
            said.lost.add("stop")


def _within(said: Conversation, body: dict[str, Any], name: str, called: str, least: float, most: float) -> None:
    """A number by the vendor's name for it, brought into the range that it takes."""
    value = getattr(said, name)
    if value is None or (value == 0 and least == 0 and name.endswith("penalty")):
        return
    body[called] = min(max(value, least), most)
    if body[called] != value and not (name == "top_p" and value == 1):
        said.lost.add(name)
