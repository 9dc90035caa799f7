"""What the tools did, as a table under pytest's summary; rows travel with the reports, also from pytest-xdist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

NAME = "tool row"
Record = Callable[[str, object], None]


class Row(NamedTuple):
    """One tool with one dialect before one vendor. lost: in translation. reason: why it failed, empty where not."""

    tool: str
    version: str
    own: str
    vendor: str
    did: str
    seconds: float
    lost: str = ""
    reason: str = ""

    def cells(self) -> list[str]:
        """As text."""
        outcome = f"FAILED: {self.reason.splitlines()[0][:160]}" if self.reason else "passed"
        outcome += f"; lost: {self.lost}" if self.lost else ""
        return [self.tool, self.version, self.own, self.vendor, self.did, f"{self.seconds:.1f}", outcome]


HEAD = ["tool", "version", "own dialect", "vendor's dialect", "what it did", "s", "outcome"]


def lines(properties: Iterable[tuple[str, object]]) -> list[str]:
    """The table of the rows among the properties of all reports; empty where there are none."""
    rows = sorted(Row(*value).cells() for name, value in properties if name == NAME and isinstance(value, Sequence))
    if not rows:
        return []
    widths = [max(len(row[at]) for row in (HEAD, *rows)) for at in range(len(HEAD) - 1)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
            for row in (HEAD, ["-" * width for width in (*widths, 7)], *rows)]  # fmt: skip
