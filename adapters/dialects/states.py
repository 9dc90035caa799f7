"""What a vendor sealed for itself (signed thinking, encrypted reasoning), taken out of a request for another vendor.

Only where the dialect does without it: what would be left is a request like any other. Where it isn't, nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from adapters.ask import VENDOR_STATE, Ask
from adapters.dialects.gemini_content import NO_SIGNATURE
from adapters.wire.body import Edit, Path, remove_items, replace_string


def left_out(ask: Ask, passages: Collection[int], *, translated: bool) -> list[Edit] | None:
    """The edits that take out everything that these passages stand for; None where the dialect can't do without it.

    translated: the destination is asked in another dialect, whose own demands are seen to there.
    """
    remove = _BY_DIALECT.get(ask.dialect)
    paths = [_path(ask.document.value, ask.passages[index].path) for index in passages]
    if remove is None or any(path is None for path in paths):
        return None
    return remove(ask, {path for path in paths if path is not None}, translated)


def _path(value: Any, pointer: str) -> Path | None:
    """The path that a passage's pointer shows; None where it hides a name."""
    path: list[str | int] = []
    for step in pointer.split("/")[1:]:
        if type(value) is list and step.isdigit() and int(step) < len(value):
            path.append(int(step))
            value = value[int(step)]
        elif type(value) is dict and step in value:
            path.append(step)
            value = value[step]
        else:
            return None
    return tuple(path)


def _thinking(ask: Ask, paths: Collection[Path], translated: bool) -> list[Edit] | None:
    """Thinking blocks of Anthropic's messages.

    Those of earlier turns may be missing. Within a turn that goes on (a tool's result is what came last) a vendor that
    was told `thinking: enabled` wants them back, one that was told `adaptive` does not.
    """
    messages = ask.document.value["messages"]
    thinking = ask.document.value.get("thinking")
    strict = not translated and type(thinking) is dict and thinking.get("type") not in ("adaptive", "disabled")
    turn = max((index for index, message in enumerate(messages) if _speaks(message)), default=-1)
    found: dict[int, set[int]] = {}
    for path in paths:
        if len(path) < 5 or path[0] != "messages" or path[2] != "content":
            return None
        message, block = int(path[1]), int(path[3])
        content = messages[message]["content"]
        if content[block].get("type") not in ("thinking", "redacted_thinking") or (strict and message > turn):
            return None
        found.setdefault(message, set()).add(block)
    edits: list[Edit] = []
    for message, blocks in found.items():
        if len(blocks) == len(messages[message]["content"]):
            return None
        edits += remove_items(ask.document, ("messages", message, "content"), blocks, VENDOR_STATE)
    return edits


def _speaks(message: Mapping[str, Any]) -> bool:
    """Whether a turn begins with a message: it is the user's own, more than results of tools."""
    content = message.get("content")
    if message.get("role") != "user" or type(content) is not list:
        return message.get("role") == "user"
    return any(block.get("type") != "tool_result" for block in content)


def _reasoning(ask: Ask, paths: Collection[Path], translated: bool) -> list[Edit] | None:
    """Reasoning items of OpenAI's responses; what stands for a whole conversation (`compaction`) is none."""
    items = ask.document.value["input"]
    found = set()
    for path in paths:
        if len(path) < 3 or path[0] != "input" or items[path[1]].get("type") != "reasoning":
            return None
        found.add(int(path[1]))
    return remove_items(ask.document, ("input",), found, VENDOR_STATE) if len(found) < len(items) else None


def _signatures(ask: Ask, paths: Collection[Path], translated: bool) -> list[Edit] | None:
    """Signatures of Gemini's parts. Google wants one where a function was called, and takes a word for none."""
    if any(path[-1] not in ("thoughtSignature", "thought_signature") for path in paths):
        return None
    return [replace_string(ask.document, path, NO_SIGNATURE, VENDOR_STATE) for path in paths]


_BY_DIALECT: Mapping[str, Callable[[Ask, Collection[Path], bool], list[Edit] | None]] = {
    "anthropic_messages": _thinking,
    "anthropic_count_tokens": _thinking,
    "openai_responses": _reasoning,
    "openai_responses_compact": _reasoning,
    "openai_input_tokens": _reasoning,
    "gemini_generate": _signatures,
    "gemini_count_tokens": _signatures,
}
