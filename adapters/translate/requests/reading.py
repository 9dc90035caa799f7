"""What readers of requests share: turns joined as they are said, and plain values out of loose ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from adapters.translate.canonical import Conversation, Part, Text, Turn


def say(said: Conversation, role: Literal["user", "assistant"], parts: Sequence[Part]) -> None:
    """Adds to a conversation; what the same side says twice in a row is one turn."""
    if not parts:
        return
    if said.turns and said.turns[-1].role == role:
        said.turns[-1].parts.extend(parts)
    else:
        said.turns.append(Turn(role, list(parts)))


def instruct(said: Conversation, texts: Sequence[Text]) -> None:
    """Adds instructions. Where a turn was said before, they stand at the head all the same, and that is noted."""
    if texts and said.turns:
        said.lost.add("messages.system.position")
    said.instructions.extend(texts)


def cache_of(part: Mapping[str, Any]) -> str:
    """How long the vendor is to keep what stands up to here, as `cache_control` says it."""
    control = part.get("cache_control")
    return "" if not control else (control.get("ttl") or "5m")


def number(value: Any) -> float | None:
    """A number, None for anything else."""
    return value if type(value) in (int, float) else None


def whole(value: Any) -> int | None:
    """A whole number, None for anything else."""
    return value if type(value) is int else None


def stops(value: Any) -> tuple[str, ...]:
    """Stop sequences: one, several or none."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def text_of(value: Any) -> str:
    """A text; TypeError for anything else."""
    if type(value) is not str:
        raise TypeError("not a text")
    return value
