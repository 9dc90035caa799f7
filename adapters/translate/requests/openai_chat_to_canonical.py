"""A chat completions request, read into the canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.translate.canonical import (
    Call,
    Choice,
    Conversation,
    Form,
    Lost,
    Part,
    Reasoning,
    Refused,
    Result,
    Text,
    Thought,
    Tool,
)
from adapters.translate.requests.openai import content_of, described, only_texts, schema_of, shown, sound
from adapters.translate.requests.reading import cache_of, instruct, number, say, stops, text_of, whole
from adapters.translate.urls import media

_READ: Final = frozenset({
    "model", "messages", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "functions",
    "function_call", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "seed",
    "frequency_penalty", "presence_penalty", "stop", "response_format", "reasoning_effort", "verbosity", "user",
    "safety_identifier", "service_tier", "store",
})  # fmt: skip
_NAMED: Final = frozenset({
    "logit_bias", "metadata", "modalities", "audio", "prediction", "web_search_options", "prompt_cache_key",
    "prompt_cache_retention", "n", "logprobs", "top_logprobs", "thinking", "reasoning", "min_p",
    "repetition_penalty", "chat_template_kwargs",
})  # fmt: skip
# Members that say what is the case anyway.
_SILENT: Final = {"n": 1, "logprobs": False, "top_logprobs": 0}
_PARTS: Final = frozenset({"text", "image_url", "input_audio", "file", "refusal"})
_TOOLS: Final = frozenset({"function", "custom"})


def read(value: Mapping[str, Any], parameters: Mapping[str, str]) -> Conversation:
    """The conversation that a body asks to go on."""
    said = Conversation(value["model"], bool(value.get("stream")))
    said.lost.members({k: v for k, v in value.items() if _SILENT.get(k, ...) != v}, _READ, _NAMED)
    _messages(value["messages"], said)
    said.tools = [tool for tool in map(_tool, _definitions(value, said.lost)) if tool]
    said.choice = _choice(value.get("tool_choice", value.get("function_call")))
    said.parallel = value.get("parallel_tool_calls")
    limits = [limit for name in ("max_tokens", "max_completion_tokens") if (limit := whole(value.get(name)))]
    said.most_output = max(limits, default=None)
    said.temperature, said.top_p = number(value.get("temperature")), number(value.get("top_p"))
    said.top_k, said.seed = whole(value.get("top_k")), whole(value.get("seed"))
    said.frequency_penalty = number(value.get("frequency_penalty"))
    said.presence_penalty = number(value.get("presence_penalty"))
    said.stop = stops(value.get("stop"))
    said.form = _form(value.get("response_format"))
    if effort := value.get("reasoning_effort"):
        said.reasoning = Reasoning(effort)
    said.verbosity = value.get("verbosity") or ""
    said.user = value.get("safety_identifier") or value.get("user") or ""
    said.tier = value.get("service_tier") or ""
    return said


def _messages(messages: list[dict[str, Any]], said: Conversation) -> None:
    called = ""
    for message in messages:
        role = message["role"]
        if role == "assistant":
            parts, called = _answered(message, said.lost)
            say(said, "assistant", parts)
            continue
        parts = content_of(message.get("content"), said.lost, _part)
        if role in ("system", "developer"):
            instruct(said, only_texts(parts, said.lost))
        elif role == "tool":
            call = str(message.get("tool_call_id") or "")
            say(said, "user", [Result(call, str(message.get("name") or ""), shown(parts))])
        elif role == "function":
            say(said, "user", [Result(called, str(message.get("name") or ""), shown(parts))])
        else:
            say(said, "user", parts)


def _answered(message: dict[str, Any], lost: Lost) -> tuple[list[Part], str]:
    """What the model said and called; and the id of a call in the old form."""
    parts: list[Part] = []
    if thought := message.get("reasoning_content"):
        parts.append(Thought(text_of(thought)))
    parts += content_of(message.get("content"), lost, _part)
    if declined := message.get("refusal"):
        parts.append(Refused(text_of(declined)))
    for call in message.get("tool_calls") or ():
        kind = call.get("type", "function")
        if kind not in _TOOLS:
            lost.kind(kind, (), "tool_calls")
            continue
        named = call[kind]
        parts.append(Call(call["id"], named["name"], named.get("arguments" if kind == "function" else "input") or "",
                          kind == "custom"))  # fmt: skip
    legacy = message.get("function_call")
    if not legacy:
        return parts, ""
    called = f"call_{legacy['name']}"
    parts.append(Call(called, legacy["name"], legacy.get("arguments") or ""))
    return parts, called


def _part(part: dict[str, Any], lost: Lost) -> Part | None:
    kind, cache = part.get("type"), cache_of(part)
    if kind == "text":
        return Text(part["text"], cache)
    if kind == "refusal":
        return Refused(part["refusal"])
    if kind == "image_url":
        image = part["image_url"]
        image = {"url": image} if isinstance(image, str) else image
        return media("image", image["url"])._replace(detail=image.get("detail") or "", cache=cache)
    if kind == "input_audio":
        return sound(part["input_audio"])
    if kind == "file":
        file = part["file"]
        return media("document", file["file_data"])._replace(name=file.get("filename") or "", cache=cache)
    lost.kind(kind, _PARTS, "content")
    return None


def _definitions(value: Mapping[str, Any], lost: Lost) -> list[dict[str, Any]]:
    tools = []
    for tool in value.get("tools") or ():
        kind = tool.get("type", "function")
        if kind in _TOOLS:
            tools.append({**tool, "type": kind})
        else:
            lost.kind(kind, (), "tools")
    return tools + [{"type": "function", "function": function} for function in value.get("functions") or ()]


def _tool(tool: dict[str, Any]) -> Tool | None:
    kind = tool["type"]
    named = tool[kind]
    custom = kind == "custom"
    description = described(named) if custom else named.get("description") or ""
    schema = None if custom else schema_of(named)
    return Tool(named["name"], description, schema, named.get("strict"), cache_of(tool))


def _choice(value: Any) -> Choice | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Choice("any" if value == "required" else value)
    if value.get("type") == "allowed_tools":
        return Choice("any" if value["allowed_tools"].get("mode") == "required" else "auto")
    named = value.get("function") or value.get("custom") or value
    return Choice("tool", named["name"])


def _form(value: Any) -> Form | None:
    if not value or value.get("type") == "text":
        return None
    if value["type"] == "json_object":
        return Form(None)
    inner = value["json_schema"]
    return Form(inner.get("schema") or {}, inner.get("name") or "answer", inner.get("strict"))
