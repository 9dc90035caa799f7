"""The log: JSON lines about the gateway itself. What may be said is a closed list; texts and values are not on it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

import orjson

Level = Literal["info", "warning", "error"]
Field = str | int | float | bool | None

# Names and kinds of all fields a line may have besides `at`, `level`, `event` and `call`. A field that is not here, or
# is of another kind, is left out and counted in `dropped`: a slip must neither leak nor fail a call.
FIELDS: dict[str, tuple[type, ...]] = {
    "accepted": (bool,),
    "address": (str,),  # of our own listeners, never of a client
    "attempt": (int,),
    "bytes": (int,),
    "calls": (int,),
    "code": (str,),
    "config": (str,),
    "contract": (str,),
    "count": (int,),
    "credential": (int,),  # its number, never what it is
    "days": (int, float),
    "destination": (str,),
    "detection": (str,),
    "detector": (str,),
    "dialect": (str,),
    "error": (str,),
    "file": (str,),
    "key": (str,),
    "line": (int,),
    "listener": (str,),  # data
    "milliseconds": (int, float),
    "model": (str,),
    "name": (str,),  # of what an operator stopped; of people the pseudonym
    "objective": (str,),
    "outcome": (str,),
    "phase": (str,),
    "policy": (str,),
    "problems": (int,),
    "reason": (str,),
    "route": (str,),
    "rule": (str,),
    "schedule": (str,),  # of drills
    "scope": (str,),  # of a quota, of a stop
    "seconds": (int, float),
    "signal": (str,),
    "status": (int,),
    "team": (str,),
    "unit": (str,),
    "use_case": (str,),
    "vendor": (str,),
    "version": (str,),
    "where": (str,),
    "worker": (str,),
}
_LONGEST = 200  # characters of a string
_BUFFERED = 64  # lines


class Log:
    """Writes lines to `stream`, many at once. A stream that can't be written loses lines, never a call.

    heard: is told of every event with the fields that the line has.
    """

    def __init__(self, stream: BinaryIO, *, clock: Callable[[], datetime]) -> None:
        self._stream, self._clock = stream, clock
        self._lines: list[bytes] = []
        self.lost = 0
        self.heard: Callable[[str, Mapping[str, Field]], None] | None = None

    def event(self, event: str, call: str | None = None, *, level: Level = "info", **fields: Field) -> None:
        """Say that something happened. Warnings and errors are written at once, the rest when 64 lines wait."""
        line: dict[str, object] = {"at": self._clock(), "level": level, "event": event}
        if call is not None:
            line["call"] = call
        kept: dict[str, Field] = {}
        dropped = 0
        for name, value in fields.items():
            if value is not None and type(value) in FIELDS.get(name, ()):
                kept[name] = value[:_LONGEST] if isinstance(value, str) else value
            else:
                dropped += value is not None
        line |= kept
        if dropped:
            line["dropped"] = dropped
        self._tell(event, kept)
        self._lines.append(_encoded(line))
        if level != "info" or len(self._lines) >= _BUFFERED:
            self.flush()

    def _tell(self, event: str, fields: Mapping[str, Field]) -> None:
        try:
            if self.heard is not None:
                self.heard(event, fields)
        except Exception:  # noqa: BLE001 - whoever listens must not cost the line, let alone a call
            self.lost += 1

    def fault(self, error: BaseException, call: str | None = None) -> None:
        """Say that the code failed: the error's type and where, never its words, which may quote a text."""
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        self.event("fault", call, level="error", error=type(error).__name__, where=where)

    def flush(self) -> None:
        """Write what waits."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        try:
            self._stream.write(b"".join(lines))
            self._stream.flush()
        except (OSError, ValueError):  # a full disk, a closed pipe or stream
            self.lost += len(lines)


def _encoded(line: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a lone surrogate in a string
        safe = {name: _plain(value) for name, value in line.items()}
        return orjson.dumps(safe, option=orjson.OPT_APPEND_NEWLINE)


def _plain(value: object) -> object:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
