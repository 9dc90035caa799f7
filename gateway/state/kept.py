"""The file of facts that must outlive every store: stops, and keys that were revoked.

All workers of one state folder write it, one at a time, and each keeps what the others wrote: of two facts with the
same key the one of higher rank counts, as on the board.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import orjson

from gateway.alone import alone, replace

FORMAT = 1


class KeptRefused(Exception):
    """The file can't be used: without it nobody knows what was stopped. Its words are for the operator."""


class Kept(NamedTuple):
    """value: text, as JSON."""

    rank: int
    value: str


class KeptFacts:
    """The facts of one state folder."""

    def __init__(self, file: Path) -> None:
        """Raises KeptRefused where the file is damaged."""
        self._file = file
        self._facts = _read(file)
        self._unsaved: dict[str, Kept] = {}
        self._changing = Lock()

    def all(self) -> Mapping[str, Kept]:
        """Every fact, by its key."""
        return self._facts

    @property
    def waiting(self) -> bool:
        """Whether something isn't on disk yet."""
        return bool(self._unsaved)

    def put(self, key: str, rank: int, value: bytes) -> None:
        """A fact; `save` makes it last."""
        kept = Kept(rank, value.decode())
        with self._changing:  # a thread may be saving
            if key not in self._facts or kept > self._facts[key]:
                self._facts[key] = self._unsaved[key] = kept

    def save(self) -> None:
        """Adds to the file what isn't there yet, on disk when this returns. Raises OSError, KeptRefused."""
        unsaved = dict(self._unsaved)
        if not unsaved:
            return
        with alone(self._file):
            there = _read(self._file)
            news = {key: kept for key, kept in unsaved.items() if key not in there or kept > there[key]}
            if news:
                facts = {key: [*kept] for key, kept in (there | news).items()}
                replace(self._file, orjson.dumps({"format": FORMAT, "facts": facts}, option=orjson.OPT_INDENT_2))
        with self._changing:
            self._unsaved = {key: kept for key, kept in self._unsaved.items() if unsaved.get(key) != kept}


def _read(file: Path) -> dict[str, Kept]:
    try:
        value = orjson.loads(file.read_bytes())
        if value["format"] != FORMAT:
            raise KeptRefused(f"{file} is of a version that this one can't read")
        return {key: Kept(int(rank), str(text)) for key, (rank, text) in value["facts"].items()}
    except FileNotFoundError:
        return {}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise KeptRefused(f"{file} is damaged: put back a copy, or remove it where nothing is stopped") from None
