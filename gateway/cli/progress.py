"""How far a long work is, for whoever waits at a terminal."""

from __future__ import annotations

import sys
from pathlib import Path


class Damage:
    """Says of each segment once that it lacks records, and counts them: sums of what is left are too small.

    so: what that means for what can't be read.
    """

    def __init__(self, so: str = "is in no figure") -> None:
        self._so = so
        self._told: set[Path] = set()

    def __call__(self, path: Path) -> None:
        """It lacks some."""
        if path not in self._told:
            self._told.add(path)
            print(f"warning: {path.name} is damaged; what can't be read of it {self._so}", file=sys.stderr)

    @property
    def segments(self) -> int:
        """How many lack some."""
        return len(self._told)


def told_progress(done: int, of: int) -> None:
    """How far a long work is, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        print(f"\rreading the ledger: {done} of {of} segments", end=end, file=sys.stderr, flush=True)
