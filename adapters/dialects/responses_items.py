"""What stands in the input items and tools of a request to OpenAI's Responses API."""

from __future__ import annotations

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

# Members of a call's item that hold its arguments as an object or a list.
_ACTIONS = ("action", "operation", "arguments", "queries")

# Tools that run at the vendor, by how their types begin. A type that isn't known passes, inspected.
_SERVER_RUN = ("web_search", "file_search", "code_interpreter", "computer", "mcp", "image_generation")


def items(gathering: Gathering, value: list[Any]) -> tuple[str, ...]:
    """Claims the texts of `input`; what is up to the last item of the model's is history. Gives the tools' names."""
    listed = objects(value, ("input",))
    last = max((i for i, item in enumerate(listed) if _from_model(item)), default=-1)
    calls: dict[str, str] = {}
    found: list[str] = []
    for index, item in enumerate(listed):
        role = item.get("role")
        role = _ROLES.get(role, "other") if type(role) is str else "other"
        mark = Mark(role, history=index <= last and role != "system", message=index)
        gathering.group(("input", index), mark._replace(role="other"))
        found += _item(gathering, ("input", index), item, mark, calls)
    return tuple(found)


def _from_model(item: dict[str, Any]) -> bool:
    kind = item.get("type")
    return item.get("role") == "assistant" or (type(kind) is str and (kind in _ANSWERED or kind.endswith("_call")))


def _item(gathering: Gathering, path: Path, item: dict[str, Any], mark: Mark, calls: dict[str, str]) -> tuple[str, ...]:
    kind = item.get("type", "message")
    kind = kind if type(kind) is str else ""
    if kind == "item_reference":
        refuse_vendor_held(item, ("id",), path)
    refuse_vendor_held(item, ("file_id",), path)
    if kind == "message":
        content(gathering, (*path, "content"), item.get("content"), mark)
    elif kind == "reasoning":
        _reasoning(gathering, path, item, mark._replace(role="assistant"))
    elif kind.endswith("_output") and "tools" not in item:
        _output(gathering, path, item, mark, calls)
    elif kind.endswith("_call") or kind == "mcp_approval_request":
        _call(gathering, path, item, mark, calls)
    elif type(item.get("tools")) is list:
        return tools(gathering, item, path, mark)
    else:
        foreign(gathering, path, item, mark)
    return ()


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
    for field in ("text", "refusal"):
        gathering.text((*path, field), mark)
    said = type(part.get("text")) is str or type(part.get("refusal")) is str
    if said and part.keys().isdisjoint(_HELD):  # words beside a file don't hide it: who reads goes by the type
        return
    for field in _MEDIA:
        gathering.media((*path, field), mark)
    audio = part.get("input_audio")
    if type(audio) is dict:
        gathering.media((*path, "input_audio", "data"), mark, known(f"audio/{audio.get('format')}", "audio"))
    rest = {key: inner for key, inner in part.items() if key not in _HELD and key not in ("text", "refusal")}
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
    ciphertexts(gathering, path, item, mark)


def _output(gathering: Gathering, path: Path, item: dict[str, Any], mark: Mark, calls: dict[str, str]) -> None:
    """What a tool that the client ran gave."""
    called = item.get("call_id")
    name = calls.get(called) if type(called) is str else None
    result = mark._replace(role="tool", direction="tool_results", tool=name)
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
        if _at_vendor(tool, kind):
            gathering.part(here, SERVER_TOOL, known(kind, "server_tool"), defined)
            _reaches(gathering, here, tool, defined)
        elif kind == "namespace":
            found += tools(gathering, tool, here, mark)
        elif name:
            found.append(name)
    return tuple(found)


def _at_vendor(tool: dict[str, Any], kind: object) -> bool:
    if kind == "shell":
        environment = tool.get("environment")
        return type(environment) is dict and environment.get("type") != "local"
    return type(kind) is str and kind.startswith(_SERVER_RUN)


def _reaches(gathering: Gathering, path: Path, tool: dict[str, Any], mark: Mark) -> None:
    """What a tool at the vendor would open: hosts, and things that the vendor keeps."""
    held = ("vector_store_ids", "file_id", "file_ids", "container_id")
    refuse_vendor_held(tool, held, path)
    gathering.media((*path, "server_url"), mark)
    if type(tool.get("container")) is str:
        refuse_vendor_held(tool, ("container",), path)
    for field in ("container", "environment", "input_image_mask"):
        inner = tool.get(field)
        if type(inner) is dict:
            refuse_vendor_held(inner, held, (*path, field))
            gathering.media((*path, field, "image_url"), mark)
