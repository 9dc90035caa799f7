"""What writers of requests share: the arguments of tools, and marks that most dialects have no place for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.translate.canonical import Conversation, Tool

_FREE: Final = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}


def arguments_of(tool: Tool) -> Mapping[str, Any]:
    """The schema of a tool's arguments; a tool of any text has one member that holds it."""
    return _FREE if tool.schema is None else tool.schema


def uncached(said: Conversation) -> None:
    """Notes marks of what the vendor is to keep, for dialects that cache by themselves."""
    parts = (part for turn in said.turns for part in turn.parts)
    if any(getattr(one, "cache", "") for one in (*said.instructions, *said.tools, *parts)):
        said.lost.add("cache_control")
