"""A passage of no body: what rules are asked about where only a text, or the place of one, is at hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlainPassage:
    """One text, every character of which can be rewritten."""

    text: str = ""
    role: str = "user"
    direction: str = "request"
    history: bool = False
    part: str = "text"
    path: str = ""
    message: int | None = 0
    tool: str | None = None
    note: str = ""
    file: str = ""

    def rewritable(self, start: int, end: int) -> bool:
        """Always."""
        return True

    def renamable(self, start: int, end: int) -> bool:
        """Always."""
        return True
