"""How far a long work is, for whoever waits at a terminal."""

from __future__ import annotations

import sys


def told_progress(done: int, of: int) -> None:
    """How far a long work is, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        print(f"\rreading the ledger: {done} of {of} segments", end=end, file=sys.stderr, flush=True)
