"""Files and folders that a command was told to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Unwritten(Exception):
    """What couldn't be written, and why, in words for the user; `main` says it."""


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """While this is written; an OSError becomes Unwritten."""
    try:
        yield
    except OSError as failed:
        raise Unwritten(f"{target} can't be written: {failed.strerror or failed}") from None
