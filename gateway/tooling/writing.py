"""Settings come into a tool's file: beside what is there already, never over what isn't ours.

What was written is noted in the person's own configuration folder. A value is ours as long as it is what we wrote last;
only then it is replaced. Every file that changes is kept beside under another name first.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from gateway.tooling.tools import Piece

Dotted = tuple[str, ...]


class NotOurs(Exception):
    """A file has something of its own where ours would stand; `places` says where."""

    def __init__(self, path: Path, places: list[str]) -> None:
        super().__init__(path, places)
        self.path = path
        self.places = places


class Change(NamedTuple):
    """What becomes of one file. before: None where there is none. ours: what to note of it."""

    path: Path
    before: str | None
    after: str
    ours: dict[str, Any]

    @property
    def diff(self) -> str:
        """The lines that differ, without those around them: the file may hold secrets."""
        old, new = (self.before or "").splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, str(self.path), str(self.path), n=0))


def planned(piece: Piece, home: Path) -> Change:
    """What a file would become; raises NotOurs, and OSError where it can't be read."""
    path = (home / piece.path).resolve()
    before = path.read_text("utf-8") if path.exists() else None
    noted = _noted(home).get(piece.path, {})
    if isinstance(piece.value, str):
        if before is not None and before not in (piece.value, noted.get("text")):
            raise NotOurs(path, [])
        return Change(path, before, piece.value, {"text": piece.value})
    wanted = dict(_leaves(piece.value))
    there = _object(path, before)
    last = {tuple(place): value for place, value in noted.get("members", [])}
    taken = [place for place, value in wanted.items() if _stands(there, place, (value, last.get(place, value)))]
    if taken:
        raise NotOurs(path, [".".join(place) for place in taken])
    for place, value in wanted.items():
        _put(there, place, value)
    after = json.dumps(there, indent=2, ensure_ascii=False) + "\n"
    return Change(path, before, after, {"members": [[list(place), value] for place, value in wanted.items()]})


def write(change: Change, piece: Piece, home: Path, now: datetime) -> Path | None:
    """Writes it, whole or not at all; the name under which the file before is kept, None where there was none."""
    kept = None
    if change.before is not None and change.before != change.after:
        kept = change.path.with_name(f"{change.path.name}.{now:%Y%m%d-%H%M%S}.before-ecluse")
        # Closed to others from the beginning: it may hold secrets.
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(change.path.read_bytes())
        shutil.copystat(change.path, kept)
    if change.before != change.after:
        _replace(change.path, change.after)
    notes = _noted(home)
    notes[piece.path] = change.ours
    _replace(_notes(home), json.dumps(notes, indent=2) + "\n")
    return kept


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _notes(home: Path) -> Path:
    return home / ".config" / "ecluse" / "setup.json"


def _noted(home: Path) -> dict[str, Any]:
    try:
        found = json.loads(_notes(home).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _object(path: Path, text: str | None) -> dict[str, Any]:
    """The members of a JSON file; one with comments, or that is none, isn't touched."""
    try:
        found = json.loads(text) if text and text.strip() else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotOurs(path, [])
    return found


def _leaves(value: Mapping[str, Any], above: Dotted = ()) -> Iterator[tuple[Dotted, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _leaves(inner, (*above, name))
        else:
            yield (*above, name), inner


def _stands(there: Any, place: Dotted, allowed: tuple[Any, ...]) -> bool:
    """Whether something else than `allowed` stands at or above a place."""
    for step in place:
        if not isinstance(there, dict):
            return True
        if step not in there:
            return False
        there = there[step]
    return there not in allowed


def _put(there: dict[str, Any], place: Dotted, value: Any) -> None:
    for step in place[:-1]:
        there = there.setdefault(step, {})
    there[place[-1]] = value
