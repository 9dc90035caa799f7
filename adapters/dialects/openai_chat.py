"""OpenAI chat completions: `POST /v1/chat/completions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import NOT_INSPECTABLE, SERVER_TOOL, Ask
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import objects, optional, refuse_vendor_held, required
from adapters.dialects.failures import openai_error
from adapters.dialects.foreign import foreign
from adapters.dialects.identity import openai_identity
from adapters.dialects.openai_chat_answers import ChatReader, asks_for_media
from adapters.dialects.openai_requests import (
    alias,
    hold,
    plain_counts,
    refuse_held,
    searches,
    token_limit,
    usage_request,
    wants_usage,
)
from adapters.dialects.passages import Gathering, Mark, known, tool_name
from adapters.wire.body import Document, Edit, Path, set_member

_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_LIMITS = ("max_tokens", "max_completion_tokens")

# Members of the parts that hold a file by which that is read.
_READ = {"image_url": "url", "input_audio": "data", "file": "file_data"}


class OpenAIChat:
    """The chat completions dialect."""

    name = "openai_chat"
    family = "openai"
    operation = "chat"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; see Dialect."""
        value = document.value
        model = required(value, "model", str)
        messages = objects(required(value, "messages", list), ("messages",))
        stream = bool(optional(value, "stream", bool))
        store = optional(value, "store", bool)
        refuse_held(value)
        gathering = Gathering(document)
        openai_identity(gathering, value)
        plain_counts(value)
        names = _tools(value, gathering)
        _messages(messages, gathering)
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=stream,
            document=document,
            passages=gathering.passages(),
            files=gathering.files,
            max_output=token_limit(value, *reversed(_LIMITS)),
            wants_usage=wants_usage(value, stream=stream),
            tools=names,
            keeps="chat_completion" if store else "",  # where nobody gets at it: those paths aren't served
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """What changes on the way to one destination; see Dialect."""
        edits = alias(ask, model)
        if meter:
            edits += usage_request(ask)
        if vendor_stores and ask.document.value.get("store") is None:
            edits.append(set_member(ask.document, (), "store", b"false", "store"))
        return edits

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """The edits that hold the answer to `tokens` output tokens (of each choice)."""
        return hold(ask.document, tokens, _LIMITS)

    def reader(self, ask: Ask) -> ChatReader:
        """A fresh reader for one attempt's answer."""
        return ChatReader(ask)

    error = staticmethod(openai_error)


def _tools(value: dict[str, Any], gathering: Gathering) -> tuple[str, ...]:
    """Mark tool definitions and what the vendor would run itself; the names of the tools offered."""
    names = []
    for key in ("tools", "functions"):
        for index, tool in enumerate(objects(optional(value, key, list) or [], (key,))):
            path: Path = (key, index)
            kind = tool.get("type", "function") if key == "tools" else "function"
            definition = tool if key == "functions" else tool.get(kind) if kind in ("function", "custom") else tool
            name = tool_name(definition.get("name")) if type(definition) is dict else None
            mark = Mark("tool_definition", tool=name)
            gathering.group(path, mark)
            if kind not in ("function", "custom"):
                gathering.part(path, SERVER_TOOL, known(kind, "unknown"), mark)
                foreign(gathering, path, tool, mark)
            elif name:
                names.append(name)
    searches(value, gathering)
    optional(value, "modalities", list)
    if asks_for_media(value):
        gathering.part(("modalities",), NOT_INSPECTABLE, "media output")
    return tuple(names)


def _messages(messages: list[dict[str, Any]], gathering: Gathering) -> None:
    answered = max((i for i, message in enumerate(messages) if message.get("role") == "assistant"), default=-1)
    calls: dict[object, str | None] = {}
    for index, message in enumerate(messages):
        path: Path = ("messages", index)
        role = _ROLES.get(str(message.get("role")), "other")
        # Instructions are sent anew with every turn, wherever they stand.
        history = index <= answered and role != "system"
        tool = _called(message, calls) if role == "tool" else None
        about = ("tool_results" if role == "tool" else "request", history, index, tool)
        mark = Mark(role, *about)
        gathering.group(path, Mark("other", *about))
        _content(message, path, mark, gathering)
        if "tool_calls" in message or "function_call" in message:
            _calls(message, path, mark, gathering, calls)


def _called(message: dict[str, Any], calls: dict[object, str | None]) -> str | None:
    """The tool whose result a message is: named by it, or by the call that it answers."""
    identity = message.get("tool_call_id")
    named = tool_name(message.get("name"))
    return named or (calls.get(identity) if isinstance(identity, str) else None)


def _content(message: dict[str, Any], path: Path, mark: Mark, gathering: Gathering) -> None:
    for key in ("content", "refusal", "reasoning_content"):
        if type(message.get(key)) is str:
            gathering.text((*path, key), mark)
    content = message.get("content")
    if type(content) is list:
        for index, part in enumerate(objects(content, (*path, "content"))):
            _part(part, (*path, "content", index), mark, gathering)
    elif content is not None:
        required(message, "content", str, path)
    audio = message.get("audio")
    if type(audio) is dict:
        refuse_vendor_held(audio, ("id",), (*path, "audio"))


def _part(part: dict[str, Any], path: Path, mark: Mark, gathering: Gathering) -> None:
    """One part of a message's content: its text, or what it is instead."""
    kind = part.get("type")
    if kind in ("text", "refusal"):
        required(part, kind, str, path)
        gathering.text((*path, kind), mark)
    elif kind == "image_url":
        held = required(part, "image_url", dict, path) if type(part.get("image_url")) is not str else None
        gathering.media((*path, "image_url") if held is None else (*path, "image_url", "url"), mark, "image")
        _required_string(held, "url", (*path, "image_url"))
    elif kind == "input_audio":
        audio = required(part, "input_audio", dict, path)
        _required_string(audio, "data", (*path, "input_audio"))
        gathering.media((*path, "input_audio", "data"), mark, known(f"audio/{audio.get('format')}", "audio"))
    elif kind == "file":
        file = required(part, "file", dict, path)
        refuse_vendor_held(file, ("file_id",), (*path, "file"))
        _required_string(file, "file_data", (*path, "file"))
        gathering.media((*path, "file", "file_data"), mark, "file")
    else:
        gathering.part(path, NOT_INSPECTABLE, known(kind, "unknown"), mark)
        kind = None
    _rest(part, kind, path, mark, gathering)


def _rest(part: dict[str, Any], kind: str | None, path: Path, mark: Mark, gathering: Gathering) -> None:
    """What stands in a part beside that which was read of it. kind: None where nothing was."""
    foreign(gathering, path, {name: inner for name, inner in part.items() if name != kind}, mark)
    held = part.get(kind) if kind is not None else None
    if kind is not None and type(held) is dict:
        foreign(gathering, (*path, kind), {k: inner for k, inner in held.items() if k != _READ.get(kind)}, mark)


def _required_string(holder: dict[str, Any] | None, key: str, path: Path) -> None:
    if holder is not None:
        required(holder, key, str, path)


def _calls(
    message: dict[str, Any], path: Path, mark: Mark, gathering: Gathering, calls: dict[object, str | None]
) -> None:
    """Tool calls that the model made earlier, as the client sends them back."""
    for index, call in enumerate(objects(optional(message, "tool_calls", list, path) or [], (*path, "tool_calls"))):
        here: Path = (*path, "tool_calls", index)
        for kind, key in (("function", "arguments"), ("custom", "input")):
            called = optional(call, kind, dict, here)
            if called is not None:
                name = tool_name(called.get("name"))
                calls[call.get("id") if isinstance(call.get("id"), str) else None] = name
                optional(called, key, str, (*here, kind))
                gathering.arguments((*here, kind, key), mark._replace(tool=name))
    legacy = optional(message, "function_call", dict, path)
    if legacy is not None:
        optional(legacy, "arguments", str, (*path, "function_call"))
        name = tool_name(legacy.get("name"))
        gathering.arguments((*path, "function_call", "arguments"), mark._replace(tool=name))
