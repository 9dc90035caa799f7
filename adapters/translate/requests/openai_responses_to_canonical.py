"""A responses request, read into the canonical form."""

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
from adapters.translate.requests.reading import instruct, number, say, text_of, whole
from adapters.translate.states import OPENAI, packed
from adapters.translate.urls import media

_READ: Final = frozenset({
    "model", "input", "instructions", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls",
    "max_output_tokens", "temperature", "top_p", "text", "reasoning", "user", "safety_identifier", "service_tier",
    "store", "include",
})  # fmt: skip
_NAMED: Final = frozenset({
    "metadata", "client_metadata", "prompt_cache_key", "prompt_cache_retention", "truncation", "top_logprobs",
    "max_tool_calls", "prompt", "conversation", "previous_response_id", "background", "context_management",
})  # fmt: skip
_SILENT: Final = {"truncation": "disabled", "background": False, "top_logprobs": 0}
# Items and tools that only this family's models know.
_ITEMS: Final = frozenset({
    "web_search_call", "file_search_call", "computer_call", "computer_call_output", "code_interpreter_call",
    "image_generation_call", "local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output",
    "apply_patch_call", "apply_patch_call_output", "mcp_call", "mcp_list_tools", "mcp_approval_request",
    "mcp_approval_response", "compaction", "item_reference", "tool_search_call", "tool_search_output",
})  # fmt: skip
_TOOLS: Final = frozenset({
    "web_search", "web_search_preview", "file_search", "computer", "computer_use_preview", "code_interpreter",
    "image_generation", "local_shell", "shell", "apply_patch", "mcp", "tool_search", "namespace",
})  # fmt: skip
_PARTS: Final = frozenset({"input_audio"})


def read(value: Mapping[str, Any], parameters: Mapping[str, str]) -> Conversation:
    """The conversation that a body asks to go on."""
    said = Conversation(value["model"], bool(value.get("stream")))
    said.lost.members({k: v for k, v in value.items() if _SILENT.get(k, ...) != v}, _READ, _NAMED)
    if instructions := value.get("instructions"):
        instruct(said, [Text(text_of(instructions))])
    asked = value.get("input") or ()
    if isinstance(asked, str):
        say(said, "user", [Text(asked)])
    else:
        for item in asked:
            _item(item, said)
    said.tools = [tool for item in value.get("tools") or () if (tool := _tool(item, said.lost))]
    said.choice = _choice(value.get("tool_choice"))
    said.parallel = value.get("parallel_tool_calls")
    said.most_output = whole(value.get("max_output_tokens"))
    said.temperature, said.top_p = number(value.get("temperature")), number(value.get("top_p"))
    text = value.get("text") or {}
    said.form, said.verbosity = _form(text.get("format")), text.get("verbosity") or ""
    said.reasoning = _reasoning(value.get("reasoning"))
    said.user = value.get("safety_identifier") or value.get("user") or ""
    said.tier = value.get("service_tier") or ""
    return said


def _item(item: Mapping[str, Any], said: Conversation) -> None:
    kind = item.get("type") or "message"
    if kind == "message":
        _message(item, said)
    elif kind in ("function_call", "custom_tool_call"):
        custom = kind == "custom_tool_call"
        arguments = text_of(item["input" if custom else "arguments"])
        say(said, "assistant", [Call(item["call_id"], item["name"], arguments, custom)])
    elif kind in ("function_call_output", "custom_tool_call_output"):
        parts = content_of(item["output"], said.lost, _part)
        say(said, "user", [Result(item["call_id"], "", shown(parts), custom=kind == "custom_tool_call_output")])
    elif kind == "reasoning":
        texts = [part["text"] for part in (*(item.get("summary") or ()), *(item.get("content") or ()))]
        say(said, "assistant", [Thought("\n\n".join(texts), packed(item.get("encrypted_content") or "", OPENAI))])
    else:
        said.lost.kind(kind, _ITEMS, "input")


def _message(item: Mapping[str, Any], said: Conversation) -> None:
    parts = content_of(item.get("content"), said.lost, _part)
    role = item["role"]
    if role in ("system", "developer"):
        instruct(said, only_texts(parts, said.lost))
    else:
        say(said, "assistant" if role == "assistant" else "user", parts)


def _part(part: Mapping[str, Any], lost: Lost) -> Part | None:
    kind = part.get("type")
    if kind in ("input_text", "output_text", "text"):
        return Text(part["text"])
    if kind == "refusal":
        return Refused(part["refusal"])
    if kind == "input_image":
        return media("image", part["image_url"])._replace(detail=part.get("detail") or "")
    if kind == "input_file":
        held = media("document", part.get("file_data") or part["file_url"])
        return held._replace(name=part.get("filename") or "")
    if kind == "input_audio":
        return sound(part["input_audio"])
    lost.kind(kind, _PARTS, "content")
    return None


def _tool(tool: Mapping[str, Any], lost: Lost) -> Tool | None:
    kind = tool.get("type")
    if kind == "function":
        return Tool(tool["name"], tool.get("description") or "", schema_of(tool), tool.get("strict"))
    if kind == "custom":
        return Tool(tool["name"], described(tool), None)
    lost.kind(kind, _TOOLS, "tools")
    return None


def _choice(value: Any) -> Choice | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Choice("any" if value == "required" else value)
    if value.get("type") == "allowed_tools":
        return Choice("any" if value.get("mode") == "required" else "auto")
    return Choice("tool", value["name"]) if "name" in value else Choice("auto")


def _form(value: Any) -> Form | None:
    if not value or value.get("type") == "text":
        return None
    if value["type"] == "json_object":
        return Form(None)
    return Form(value["schema"], value.get("name") or "answer", value.get("strict"))


def _reasoning(value: Any) -> Reasoning | None:
    if not value or not (value.get("effort") or value.get("summary")):
        return None
    return Reasoning(value.get("effort") or "", shown=bool(value.get("summary")))
