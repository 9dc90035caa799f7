"""A messages request, read into the canonical form."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from adapters.translate.canonical import (
    Call,
    Choice,
    Conversation,
    Form,
    Lost,
    Media,
    Part,
    Reasoning,
    Result,
    Text,
    Thought,
    Tool,
)
from adapters.translate.requests.reading import cache_of, instruct, number, say, whole
from adapters.translate.states import ANTHROPIC, REDACTED, packed
from adapters.translate.urls import encoded, media

_READ: Final = frozenset({
    "model", "messages", "system", "stream", "tools", "tool_choice", "max_tokens", "temperature", "top_p", "top_k",
    "stop_sequences", "thinking", "output_config", "output_format", "metadata", "service_tier", "cache_control",
})  # fmt: skip
_NAMED: Final = frozenset({
    "container", "mcp_servers", "context_management", "inference_geo", "speed", "betas", "diagnostics", "fallbacks",
})  # fmt: skip
# Blocks that are known here and can't be carried.
_BLOCKS: Final = frozenset({
    "server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result",
    "bash_code_execution_tool_result", "text_editor_code_execution_tool_result", "mcp_tool_use", "mcp_tool_result",
    "container_upload", "tool_reference", "tool_search_tool_result", "compaction",
})  # fmt: skip
# Tools that the client runs, of types whose schema only the vendor's models know; and those that the vendor runs.
_TOOLS: Final = frozenset({
    "bash", "text_editor", "computer", "memory", "web_search", "web_fetch", "code_execution", "mcp_toolset",
    "tool_search_tool_regex", "tool_search_tool_bm25",
})  # fmt: skip
_EFFORTS: Final = frozenset({"low", "medium", "high", "xhigh", "max"})


def read(value: Mapping[str, Any], parameters: Mapping[str, str]) -> Conversation:
    """The conversation that a body asks to go on."""
    said = Conversation(value["model"], bool(value.get("stream")))
    lost = said.lost
    lost.members(value, _READ, _NAMED)
    if value.get("cache_control"):
        lost.add("cache_control")
    instruct(said, _texts(value.get("system"), lost))
    for message in value["messages"]:
        if message["role"] == "system":
            instruct(said, _texts(message.get("content"), lost))
        else:
            say(said, "assistant" if message["role"] == "assistant" else "user", _content(message["content"], lost))
    said.tools = [tool for item in value.get("tools") or () if (tool := _tool(item, lost))]
    choice = value.get("tool_choice") or {}
    said.choice = Choice(choice["type"], choice.get("name") or "") if choice else None
    if choice.get("disable_parallel_tool_use"):
        said.parallel = False
    said.most_output = whole(value.get("max_tokens"))
    said.temperature, said.top_p = number(value.get("temperature")), number(value.get("top_p"))
    said.top_k = whole(value.get("top_k"))
    said.stop = tuple(value.get("stop_sequences") or ())
    output = value.get("output_config") or {}
    lost.members(output, frozenset({"format", "effort"}), frozenset({"task_budget"}), "output_config.")
    form = output.get("format") or value.get("output_format")
    said.form = Form(form["schema"]) if form else None
    said.reasoning = _reasoning(value.get("thinking") or {}, output.get("effort"))
    said.user = (value.get("metadata") or {}).get("user_id") or ""
    said.tier = {"standard_only": "default"}.get(tier := value.get("service_tier") or "", tier)
    return said


def _reasoning(thinking: Mapping[str, Any], effort: Any) -> Reasoning | None:
    kind = thinking.get("type")
    if kind == "disabled":
        return Reasoning("none")
    shown = {"omitted": False, "summarized": True}.get(thinking.get("display") or "", True if kind else None)
    said = effort if isinstance(effort, str) and effort in _EFFORTS else ""
    if not kind and not said:
        return None
    return Reasoning(said, whole(thinking.get("budget_tokens")), kind == "adaptive", shown)


def _tool(tool: Mapping[str, Any], lost: Lost) -> Tool | None:
    kind = tool.get("type") or "custom"
    if kind != "custom":
        stem = str(kind).rpartition("_")[0]
        lost.kind(stem, _TOOLS, "tools")
        return None
    return Tool(tool["name"], tool.get("description") or "", tool["input_schema"], tool.get("strict"), cache_of(tool))


def _texts(content: Any, lost: Lost) -> list[Text]:
    return [part for part in _content(content, lost) if isinstance(part, Text)]


def _content(content: Any, lost: Lost) -> list[Part]:
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)] if content else []
    return [part for block in content for part in _block(block, lost)]


def _block(block: Mapping[str, Any], lost: Lost) -> Iterable[Part]:
    kind, cache = block.get("type"), cache_of(block)
    if kind == "text":
        if block.get("citations"):
            lost.add("content.citations")
        return (Text(block["text"], cache),) if block["text"] else ()
    if kind == "image":
        return _source(block["source"], "image", lost, cache=cache)
    if kind == "document":
        if (block.get("citations") or {}).get("enabled"):
            lost.add("content.citations")
        return _source(block["source"], "document", lost, name=block.get("title") or "", cache=cache)
    if kind == "tool_use":
        return (Call(block["id"], block["name"], orjson.dumps(block["input"]).decode(), cache=cache),)
    if kind == "tool_result":
        return (_result(block, lost, cache),)
    if kind == "thinking":
        return (Thought(block["thinking"], packed(block.get("signature") or "", ANTHROPIC)),)
    if kind == "redacted_thinking":
        return (Thought("", packed(block["data"], REDACTED)),)
    if kind == "search_result":
        title = block.get("title") or ""
        words = [text for item in block.get("content") or () if (text := item.get("text"))]
        return (Text("\n".join([title, block.get("source") or "", *words]), cache),)
    lost.kind(kind, _BLOCKS, "content")
    return ()


def _result(block: Mapping[str, Any], lost: Lost, cache: str) -> Result:
    parts = _content(block.get("content"), lost)
    kept = tuple(part for part in parts if isinstance(part, Text | Media))
    return Result(block["tool_use_id"], "", kept, bool(block.get("is_error")), cache=cache)


def _source(
    source: Mapping[str, Any], kind: str, lost: Lost, *, name: str = "", cache: str = ""
) -> Iterable[Text | Media]:
    shape = source["type"]
    if shape == "base64":
        return (Media(kind, source.get("media_type") or "", encoded(source["data"]), name=name, cache=cache),)
    if shape == "url":
        return (media(kind, source["url"])._replace(name=name, cache=cache),)
    if shape == "text":
        data = base64.b64encode(source["data"].encode()).decode()
        return (Media(kind, "text/plain", data, text=source["data"], name=name, cache=cache),)
    if shape == "content":
        inner = source["content"]
        held = _content(inner, lost)
        return tuple(part for part in held if isinstance(part, Text | Media))
    lost.kind(shape, (), "content.source")
    return ()
