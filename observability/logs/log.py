"""Writes the lines: what may be said is a closed list; texts and values are not on it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import orjson

from observability.logs.events import EVENTS, Level
from observability.logs.fields import FIELDS, Field
from observability.logs.writer import Writer

LEVELS: Final = ("info", "warning", "error")
_LONGEST = 200  # characters of a string
_BUFFERED = 64  # lines
_LAST_SECONDS = 1.0
_LARGEST = (1 << 63) - 1
_RANDOM_HEX = 8  # digits at the end of a call's id, which are random
_TYPES: Final = {name: kind.types for name, kind in FIELDS.items()}


class Stream(Protocol):
    """Where lines go."""

    def write(self, data: bytes, /) -> object: ...
    def flush(self) -> object: ...


class Log:
    """Writes lines to `stream`, many at once. A stream that can't be written loses lines, never a call.

    level: the least that is written. calls: the share of calls that went well that have a
    line. heard: is told of every event, written or not, with the fields that a line may have.
    """

    def __init__(self, stream: Stream, *, clock: Callable[[], datetime]) -> None:
        self._stream, self._clock = stream, clock
        self._lines: list[bytes] = []
        self._least = 0
        self._share = 1.0
        self._lost = 0
        self.heard: Callable[[str, Mapping[str, Field]], None] | None = None

    @property
    def lost(self) -> int:
        """Lines that nobody will read."""
        return self._lost + (self._stream.lost if isinstance(self._stream, Writer) else 0)

    def use(self, level: str, calls: float) -> None:
        """The settings in force."""
        self._least, self._share = LEVELS.index(level), calls

    def event(self, event: str, call: str | None = None, **fields: Field) -> None:
        """Say that something of the table happened. Warnings and errors are written at once, the rest when 64 lines
        wait."""
        kept, dropped = _kept(fields)
        level: Level = EVENTS[event].level if event in EVENTS else "error"  # a slip: to be seen, but to fail no call
        if LEVELS.index(level) >= self._least:
            self._add(level, event, call, kept, dropped)
        self._tell(event, kept)
        if level != "info":
            self.flush()

    def call(self, call: str, *, well: bool, level: Level, **fields: Field) -> None:
        """Say how a call ended; never by itself: in a storm of failures, a write for each would cost the others.

        well: of such calls a share has a line, decided by the id.
        """
        if LEVELS.index(level) < self._least or (well and not sampled(call, self._share)):
            return
        self._add(level, "call", call, *_kept(fields))

    def fault(self, error: BaseException, call: str | None = None) -> None:
        """Say that the code failed: the error's type and where, never its words, which may quote a text."""
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        self.event("fault", call, error=type(error).__name__, where=where)

    def flush(self) -> None:
        """Write what waits."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        try:
            self._stream.write(b"".join(lines))
            self._stream.flush()
        except (OSError, ValueError):  # a full disk, a closed pipe or stream, a reader that is too slow
            self._lost += len(lines)

    def close(self) -> None:
        """Write what waits, in a second at most where nobody reads."""
        self.flush()
        if isinstance(self._stream, Writer):
            self._stream.close(_LAST_SECONDS)

    def _add(self, level: str, event: str, call: str | None, kept: Mapping[str, Field], dropped: int) -> None:
        line: dict[str, object] = {"at": self._clock(), "level": level, "event": event}
        if call is not None:
            line["call"] = call
        line |= kept
        if dropped:
            line["dropped"] = dropped
        self._lines.append(_encoded(line))
        if len(self._lines) >= _BUFFERED:
            self.flush()

    def _tell(self, event: str, fields: Mapping[str, Field]) -> None:
        try:
            if self.heard is not None:
                self.heard(event, fields)
        except Exception:  # noqa: BLE001 - whoever listens must not cost the line, let alone a call
            self._lost += 1


def sampled(call: str, share: float) -> bool:
    """Whether a call is among the share, the same for whoever asks."""
    return share >= 1.0 or int(call[-_RANDOM_HEX:], 16) < share * 16**_RANDOM_HEX


def _kept(fields: Mapping[str, Field]) -> tuple[dict[str, Field], int]:
    """The fields that a line may have, and how many it may not."""
    kept: dict[str, Field] = {}
    dropped = 0
    for name, value in fields.items():
        if value is None:
            continue
        if type(value) in _TYPES.get(name, ()):
            kept[name] = value[:_LONGEST] if isinstance(value, str) else value
        else:
            dropped += 1
    return kept, dropped


def _encoded(line: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a lone surrogate in a string, a number too large
        safe = {name: _plain(value) for name, value in line.items()}
        return orjson.dumps(safe, option=orjson.OPT_APPEND_NEWLINE)


def _plain(value: object) -> object:
    if isinstance(value, int):
        return min(value, _LARGEST)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
