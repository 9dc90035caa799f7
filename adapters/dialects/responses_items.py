"""What stands in the input items and tools of a request to OpenAI's Responses API."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

from adapters.ask import SERVER_TOOL
from adapters.dialects.checks import objects, optional, refuse_vendor_held
from adapters.dialects.fields import dotted
from adapters.dialects.foreign import ciphertexts, foreign
from adapters.dialects.passages import Gathering, Mark, known, tool_name
from adapters.errors import BodyRefused
from adapters.wire.body import Path

_ROLES = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}

# Items that only an answer of the model can have begun as, besides messages and calls.
_ANSWERED = frozenset({"reasoning", "compaction", "mcp_list_tools", "mcp_approval_request"})

_MEDIA = ("image_url", "file_url", "file_data", "result")
_HELD = frozenset((*_MEDIA, "input_audio"))
_SAID = ("text", "refusal")

# Members of a call's item that hold its arguments as an object or a list.
_ACTIONS = ("action", "operation", "arguments", "queries")
# And its strings, and what a tool at the vendor gave.
_PAST = frozenset((*_ACTIONS, "input", "code", "output", "results", "result"))

# Where the content of an item stands. Without it, the vendor looks up by the item's id what it kept, whoever had it.
_CONTENT = {
    "message": ("content",),
    "reasoning": ("encrypted_content", "content"),
    "compaction": ("encrypted_content",),
    "image_generation_call": ("result",),
    "file_search_call": ("results",),
}
_NAMES = frozenset({"type", "id", "status", "role", "object"})
_BY_US = re.compile(r"rs_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}\d{1,4}")
"""The id of reasoning in an answer that was translated here (rs_, the call's id, a number): no vendor has it."""

# Parts that are words and nothing else to whoever reads them.
_WORDS = frozenset({"input_text", "output_text", "text", "refusal", "summary_text", "reasoning_text"})

# Tools that the client runs. Two more do where they say so; all others run at the vendor, which knows types of its own.
_CLIENT_RUN = frozenset({
    "function", "custom", "namespace", "local_shell", "apply_patch", "computer", "computer_use_preview",
})  # fmt: skip

# What the vendor keeps, where a tool may name it.
_KEPT = ("vector_store_ids", "file_id", "file_ids", "container_id", "skill_id")


def items(gathering: Gathering, value: list[Any]) -> tuple[str, ...]:
    """Claims the texts of `input`; what is up to the last item of the model's is history. Gives the tools' names."""
    listed = objects(value, ("input",))
    last = max((i for i, item in enumerate(listed) if _from_model(item)), default=-1)
    asked = [item.get("id") for item in listed if item.get("type") == "mcp_approval_request"]
    calls: dict[str, str] = {}
    found: list[str] = []
    for index, item in enumerate(listed):
        role = item.get("role")
        role = _ROLES.get(role, "other") if type(role) is str else "other"
        mark = Mark(role, history=index <= last and role != "system", message=index)
        gathering.group(("input", index), mark._replace(role="other"))
        if item.get("approval_request_id") not in asked and item.get("type") == "mcp_approval_response":
            refuse_vendor_held(item, ("approval_request_id",), ("input", index))
        found += _item(gathering, ("input", index), item, mark, calls)
    return tuple(found)


def _from_model(item: dict[str, Any]) -> bool:
    kind = item.get("type")
    return item.get("role") == "assistant" or (type(kind) is str and (kind in _ANSWERED or kind.endswith("_call")))


def _item(gathering: Gathering, path: Path, item: dict[str, Any], mark: Mark, calls: dict[str, str]) -> tuple[str, ...]:
    kind = item.get("type") or "message"
    kind = kind if type(kind) is str else ""
    _refuse_held(item, kind, path)
    offered = tools(gathering, item, path, mark) if type(item.get("tools")) is list else ()
    if kind == "message":
        content(gathering, (*path, "content"), item.get("content"), mark)
        foreign(gathering, path, _without(item, ("content", "tools")), mark)
    elif kind == "reasoning":
        _reasoning(gathering, path, item, mark._replace(role="assistant"))
    elif kind.endswith("_output"):
        _output(gathering, path, item, mark, calls)
    elif kind.endswith("_call") or kind == "mcp_approval_request":
        _call(gathering, path, item, mark, calls)
    else:
        foreign(gathering, path, _without(item, ("tools",)), mark)
    return offered


def _refuse_held(item: dict[str, Any], kind: str, path: Path) -> None:
    """Refuses an item that stands for what the vendor keeps: by its name, or since what it says isn't here."""
    refuse_vendor_held(item, ("file_id", "container_id"), path)
    held = kind == "item_reference" or not any(item.get(name) for name in item if name not in _NAMES)
    if kind in _CONTENT:
        held = not any(item.get(name) for name in _CONTENT[kind])
    if held and not (kind == "reasoning" and _made_here(item.get("id"))):
        refuse_vendor_held(item, ("id",), path)


def _made_here(identity: object) -> bool:
    return type(identity) is str and _BY_US.fullmatch(identity) is not None


def _without(holder: dict[str, Any], names: Container[str]) -> dict[str, Any]:
    return {name: inner for name, inner in holder.items() if name not in names}


def content(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    """A string, or an array of parts."""
    if type(value) is str:
        gathering.text(path, mark)
    elif type(value) is list:
        for index, part in enumerate(objects(value, path)):
            _part(gathering, (*path, index), part, mark)
    elif value is not None:
        raise BodyRefused("wrong_type", f"{dotted(path)} must be a string or an array.", param=dotted(path))


def _part(gathering: Gathering, path: Path, part: dict[str, Any], mark: Mark) -> None:
    """One part of a content: its text, or what it is instead."""
    refuse_vendor_held(part, ("file_id",), path)
    for field in _SAID:
        gathering.text((*path, field), mark)
    # Words beside a file don't hide it: who reads goes by the type.
    kind = part.get("type")
    if type(kind) is str and kind in _WORDS and part.keys().isdisjoint(_HELD):
        return
    for field in _MEDIA:
        gathering.media((*path, field), mark)
    # Only what was read is left out of the rest: an object in the place of an address holds one all the same.
    rest = {key: inner for key, inner in part.items() if type(inner) is not str or key not in (*_SAID, *_MEDIA)}
    audio = part.get("input_audio")
    if type(audio) is dict and type(audio.get("data")) is str:
        gathering.media((*path, "input_audio", "data"), mark, known(f"audio/{audio.get('format')}", "audio"))
        rest["input_audio"] = _without(audio, ("data",))
    foreign(gathering, path, rest, mark)


def _reasoning(gathering: Gathering, path: Path, item: dict[str, Any], mark: Mark) -> None:
    for field in ("summary", "content"):
        content(gathering, (*path, field), item.get(field), mark)
    ciphertexts(gathering, path, item, mark)


def _call(gathering: Gathering, path: Path, item: dict[str, Any], mark: Mark, calls: dict[str, str]) -> None:
    """A call that the model made earlier, whoever ran it."""
    name = tool_name(item.get("name")) or known(item.get("type"), "call")
    if type(item.get("call_id")) is str:
        calls[item["call_id"]] = name
    called = mark._replace(role="tool_arguments", direction="tool_arguments", tool=name)
    for field in ("arguments", "input", "code"):
        gathering.arguments((*path, field), called)
    for field in _ACTIONS:
        if type(item.get(field)) in (dict, list):
            gathering.group((*path, field), called)
    result = called._replace(role="tool", direction="tool_results")
    for field in ("output", "outputs", "results"):
        if item.get(field):
            gathering.group((*path, field), result)
    gathering.media((*path, "result"), result, "image/png")
    ciphertexts(gathering, path, {name: inner for name, inner in item.items() if name in _PAST}, mark)
    foreign(gathering, path, _without(item, (*_PAST, "tools")), mark)


def _output(gathering: Gathering, path: Path, item: dict[str, Any], mark: Mark, calls: dict[str, str]) -> None:
    """What a tool that the client ran gave."""
    called = item.get("call_id")
    name = calls.get(called) if type(called) is str else None
    result = mark._replace(role="tool", direction="tool_results", tool=name)
    foreign(gathering, path, _without(item, ("output", "tools")), mark)
    output = item.get("output")
    if type(output) is str:
        gathering.text((*path, "output"), result)
        return
    gathering.group((*path, "output"), result)
    if type(output) is list:
        content(gathering, (*path, "output"), output, result)
    elif type(output) is dict:
        _part(gathering, (*path, "output"), output, result)


def tools(gathering: Gathering, holder: dict[str, Any], path: Path = (), mark: Mark | None = None) -> tuple[str, ...]:
    """Claims the tool definitions in `holder`, names what would run at the vendor; gives the names of the tools."""
    found: list[str] = []
    for index, tool in enumerate(objects(optional(holder, "tools", list, path) or (), (*path, "tools"))):
        here: Path = (*path, "tools", index)
        name = tool_name(tool.get("name"))
        defined = (mark or Mark())._replace(role="tool_definition", tool=name, history=False)
        gathering.group(here, defined)
        kind = tool.get("type")
        _refuse_kept(tool, here)
        if _at_vendor(tool, kind):
            gathering.part(here, SERVER_TOOL, known(kind, "server_tool"), defined)
            mask = tool.get("input_image_mask")
            if type(mask) is dict:
                _part(gathering, (*here, "input_image_mask"), mask, defined)
            foreign(gathering, here, _without(tool, ("input_image_mask",)), defined)
        elif kind == "namespace":
            found += tools(gathering, tool, here, mark)
        elif name:
            found.append(name)
    return tuple(found)


def _at_vendor(tool: dict[str, Any], kind: object) -> bool:
    """Whether a tool may run at the vendor: also one of a type that isn't known here."""
    environment = tool.get("environment")
    if kind == "shell":
        return environment is not None and not (type(environment) is dict and environment.get("type") == "local")
    if kind == "tool_search":
        return tool.get("execution") != "client"
    return kind is not None and not (type(kind) is str and kind in _CLIENT_RUN)


def _refuse_kept(tool: dict[str, Any], path: Path) -> None:
    """Refuses a tool, of whatever type, that names what the vendor keeps."""
    refuse_vendor_held(tool, _KEPT, path)
    if type(tool.get("container")) is str:
        refuse_vendor_held(tool, ("container",), path)
    for field in ("container", "environment", "input_image_mask"):
        inner = tool.get(field)
        if type(inner) is dict:
            refuse_vendor_held(inner, _KEPT, (*path, field))
