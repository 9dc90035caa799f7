"""What the two APIs of OpenAI say alike in requests: contents, sound, functions, tools that take any text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.translate.canonical import Lost, Media, Part, Text


def content_of(content: Any, lost: Lost, part_of: Callable[[dict[str, Any], Lost], Part | None]) -> list[Part]:
    """The parts of a content, which is a text or a list. part_of: reads one of them."""
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)] if content else []
    return [part for item in content if (part := part_of(item, lost)) is not None]


def only_texts(parts: Sequence[Part], lost: Lost) -> list[Text]:
    """The texts of instructions; that there was something else is noted."""
    texts = [part for part in parts if isinstance(part, Text)]
    if len(texts) < len(parts):
        lost.add("messages.system.content")
    return texts


def shown(parts: Sequence[Part]) -> tuple[Text | Media, ...]:
    """What of a tool's result a model can see."""
    return tuple(part for part in parts if isinstance(part, Text | Media))


def sound(audio: Mapping[str, Any]) -> Media:
    """A recording."""
    return Media("audio", f"audio/{audio.get('format') or 'wav'}", audio["data"])


def schema_of(function: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a function; one that says nothing of them has none."""
    return function.get("parameters") or {"type": "object", "properties": {}}


def described(tool: Mapping[str, Any]) -> str:
    """What a tool of any text is for, with the grammar that its text must follow: only this family enforces it."""
    description, form = tool.get("description") or "", tool.get("format") or {}
    grammar = form.get("definition") or (form.get("grammar") or {}).get("definition")
    return f"{description}\n\nThe input must follow this grammar:\n{grammar}" if grammar else description
