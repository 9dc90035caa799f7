"""What stands in the messages and tools of an Anthropic request."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from adapters.ask import NOT_INSPECTABLE, SERVER_TOOL, TEXT
from adapters.dialects.checks import objects, optional, refuse_vendor_held, required
from adapters.dialects.fields import dotted
from adapters.dialects.foreign import ciphertexts, foreign
from adapters.dialects.passages import Gathering, Mark, known, tool_name
from adapters.errors import BodyRefused
from adapters.wire.body import Path

_ROLES = frozenset({"user", "assistant", "system"})

# Tools that the vendor defines and the client runs. Every other type but `custom` runs at the vendor.
_CLIENT_RUN = re.compile(r"(?:bash|text_editor|computer|memory)_\d{8}")


def messages(gathering: Gathering, value: dict[str, Any]) -> None:
    """Claims the texts of `messages` by role; what is up to the last assistant message is history.

    Instructions are none: they are sent anew with every turn, wherever they stand.
    """
    items = objects(required(value, "messages", list), ("messages",))
    last = max((i for i, item in enumerate(items) if item.get("role") == "assistant"), default=-1)
    tools: dict[str, str] = {}
    for index, item in enumerate(items):
        path: Path = ("messages", index)
        role = required(item, "role", str, path)
        mark = Mark(role if role in _ROLES else "other", history=index <= last and role != "system", message=index)
        gathering.group(path, mark._replace(role="other"))
        content(gathering, (*path, "content"), item.get("content"), mark, tools)


def content(gathering: Gathering, path: Path, value: Any, mark: Mark, tools: dict[str, str]) -> None:
    """A string, or an array of blocks. tools: names of the tools by the id of their call, filled as they are met."""
    if type(value) is str:
        gathering.text(path, mark)
    elif type(value) is list:
        for index, block in enumerate(objects(value, path)):
            _block(gathering, (*path, index), block, mark, tools)
    elif value is not None:
        raise BodyRefused("wrong_type", f"{dotted(path)} must be a string or an array.", param=dotted(path))


def _block(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    refuse_vendor_held(block, ("file_id",), path)
    source = optional(block, "source", dict, path) if block.get("type") != "search_result" else None
    if source is not None:
        _source(gathering, (*path, "source"), source, mark, tools)
    kind = block.get("type")
    read = _BLOCKS.get(kind) if type(kind) is str else None
    if read is not None:
        read(gathering, path, block, mark, tools)
    else:
        _unknown(gathering, path, block, mark, tools)


def _source(gathering: Gathering, path: Path, source: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    """Where an image or a document comes from."""
    refuse_vendor_held(source, ("file_id",), path)
    kind = source.get("type")
    mime = source.get("media_type")
    if kind == "text":
        gathering.text((*path, "data"), mark)
    elif kind == "content":
        content(gathering, (*path, "content"), source.get("content"), mark, tools)
    elif kind == "base64":
        gathering.media((*path, "data"), mark, mime if type(mime) is str else "")
    elif kind == "url":
        gathering.media((*path, "url"), mark)
    else:
        gathering.part(path, NOT_INSPECTABLE, known(kind, "source"), mark)
        foreign(gathering, path, source, mark)


def _text(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    gathering.text((*path, "text"), mark)
    if block.get("citations"):
        ciphertexts(gathering, (*path, "citations"), block["citations"], mark)


def _document(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    for field in ("title", "context"):
        gathering.text((*path, field), mark)


def _search_result(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    for field in ("title", "source"):
        gathering.text((*path, field), mark)
    content(gathering, (*path, "content"), block.get("content"), mark, tools)


def _tool_use(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    name = tool_name(block.get("name"))
    if name and type(block.get("id")) is str:
        tools[block["id"]] = name
    arguments = mark._replace(role="tool_arguments", direction="tool_arguments", tool=name)
    if type(block.get("input")) is str:
        gathering.text((*path, "input"), arguments)
    else:
        gathering.group((*path, "input"), arguments)


def _tool_result(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    result = _result(block, mark, tools)
    if type(block.get("content")) in (str, list):
        content(gathering, (*path, "content"), block["content"], result, tools)
    else:
        here = (*path, "content")
        gathering.group(here, result)
        foreign(gathering, here, _sources(gathering, here, block.get("content"), result, tools), result)


def _result(block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> Mark:
    called = block.get("tool_use_id")
    name = tools.get(called) if type(called) is str else None
    return mark._replace(role="tool", direction="tool_results", tool=name)


def _thinking(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    """Signed text: inspected, but an edit would break the signature. Its note tells whether its vendor wrote it."""
    if type(block.get("thinking")) is str:
        note = sha256(block["thinking"].encode("utf-8", "surrogatepass")).hexdigest() if block.get("signature") else ""
        gathering.opaque((*path, "thinking"), TEXT, note, mark)
    if block.get("signature"):
        gathering.vendor_state((*path, "signature"), mark)


def _redacted(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    gathering.vendor_state((*path, "data"), mark)


def _vendor_result(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    """What a tool at the vendor gave in an earlier turn. Its addresses are text; what it has as files is sent anew."""
    result, here = _result(block, mark, tools), (*path, "content")
    gathering.group(here, result)
    foreign(gathering, here, _sources(gathering, here, block.get("content"), result, tools), result, past=True)


def _sources(gathering: Gathering, path: Path, value: Any, mark: Mark, tools: dict[str, str]) -> Any:
    """Reads every `source` in a result; gives what is left of it."""
    if type(value) is list:
        return [_sources(gathering, (*path, index), inner, mark, tools) for index, inner in enumerate(value)]
    if type(value) is not dict:
        return value
    rest = {}
    for name, inner in value.items():
        if name == "source" and type(inner) is dict:
            _source(gathering, (*path, name), inner, mark, tools)
        else:
            rest[name] = _sources(gathering, (*path, name), inner, mark, tools)
    return rest


def _unknown(gathering: Gathering, path: Path, block: dict[str, Any], mark: Mark, tools: dict[str, str]) -> None:
    told = type(block.get("source")) is dict
    foreign(gathering, path, {k: v for k, v in block.items() if not (told and k == "source")}, mark)


_Read = Callable[[Gathering, Path, dict[str, Any], Mark, dict[str, str]], None]

_BLOCKS: dict[str, _Read] = {
    "text": _text,
    "document": _document,
    "search_result": _search_result,
    "tool_use": _tool_use,
    "server_tool_use": _tool_use,
    "mcp_tool_use": _tool_use,
    "tool_result": _tool_result,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
    "web_search_tool_result": _vendor_result,
    "web_fetch_tool_result": _vendor_result,
    "code_execution_tool_result": _vendor_result,
    "bash_code_execution_tool_result": _vendor_result,
    "text_editor_code_execution_tool_result": _vendor_result,
    "tool_search_tool_result": _vendor_result,
    "mcp_tool_result": _vendor_result,
    "advisor_tool_result": _vendor_result,
}


def tools(gathering: Gathering, value: dict[str, Any]) -> tuple[str, ...]:
    """Claims tool definitions, names what would run at the vendor; gives the names of the tools."""
    found = []
    for index, tool in enumerate(objects(optional(value, "tools", list) or (), ("tools",))):
        path: Path = ("tools", index)
        name = tool_name(tool.get("name"))
        mark = Mark("tool_definition", tool=name)
        gathering.group(path, mark)
        if name:
            found.append(name)
        kind = tool.get("type")
        if kind not in (None, "custom") and not (type(kind) is str and _CLIENT_RUN.fullmatch(kind)):
            gathering.part(path, SERVER_TOOL, known(kind, "server_tool"), mark)
            foreign(gathering, path, tool, mark)
    return tuple(found)


def connectors(gathering: Gathering, value: dict[str, Any]) -> None:
    """Names what else the vendor would do or reach: MCP servers, containers, other models to fall back on."""
    for index, server in enumerate(objects(optional(value, "mcp_servers", list) or (), ("mcp_servers",))):
        gathering.part(("mcp_servers", index), SERVER_TOOL, "mcp")
        if server.get("url") is not None:
            required(server, "url", str, ("mcp_servers", index))
            gathering.media(("mcp_servers", index, "url"))
    container = value.get("container")
    if type(container) is dict:
        refuse_vendor_held(container, ("id",), ("container",))
        gathering.part(("container",), SERVER_TOOL, "container")
    else:
        refuse_vendor_held(value, ("container",))
    if value.get("fallbacks"):
        gathering.part(("fallbacks",), SERVER_TOOL, "fallbacks")
