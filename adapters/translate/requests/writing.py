"""What writers of requests share: the arguments of tools, and marks that most dialects have no place for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from adapters.translate.canonical import Lost, Tool

_FREE: Final = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}


def arguments_of(tool: Tool) -> Mapping[str, Any]:
    """The schema of a tool's arguments; a tool of any text has one member that holds it."""
    return _FREE if tool.schema is None else tool.schema


def uncached(parts: Iterable[Any], lost: Lost) -> None:
    """Notes marks of what the vendor is to keep, for dialects that cache by themselves."""
    if any(getattr(part, "cache", "") for part in parts):
        lost.add("cache_control")
