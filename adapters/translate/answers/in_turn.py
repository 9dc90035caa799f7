"""Calls that grow side by side, told one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from adapters.translate.canonical import Arguments, CallBegin, CallEnd

CallPart = CallBegin | Arguments | CallEnd


class InTurn:
    """Lets the parts of one call through at a time; those of others wait until it is complete.

    Where a vendor doesn't say that a call is complete, it counts as complete when the next begins and its arguments
    are whole JSON, as vendors usually send them.
    """

    def __init__(self) -> None:
        self._current: int | None = None
        self._said = ""
        self._asked = 0
        self._waiting: dict[int, list[CallPart]] = {}
        self._over: set[int] = set()

    def take(self, part: CallPart) -> Iterator[CallPart]:
        """The parts that may be told now."""
        number = part.number
        if number in self._over:
            return
        if self._current is None:
            self._current = number
        elif number != self._current:
            self._waiting.setdefault(number, []).append(part)
            if isinstance(part, CallBegin) and self._whole():
                yield from self._close()
            return
        yield part
        if isinstance(part, Arguments):
            self._said += part.text
        elif isinstance(part, CallEnd):
            yield from self._next()

    def rest(self) -> Iterator[CallPart]:
        """Everything that waits, each call with its end: nothing more of them will come."""
        while self._current is not None:
            yield from self._close()

    def _close(self) -> Iterator[CallPart]:
        assert self._current is not None
        yield CallEnd(self._current)
        yield from self._next()

    def _whole(self) -> bool:
        """Whether the current call's arguments are; asked once for as many of them as there are."""
        if len(self._said) == self._asked or not self._said.rstrip().endswith("}"):
            return False
        self._asked = len(self._said)
        return complete(self._said) is not None

    def _next(self) -> Iterator[CallPart]:
        """The current call is over; what waited of the next ones is told, up to one that isn't over yet."""
        ended = True
        while ended:
            if self._current is not None:
                self._over.add(self._current)
            self._current, self._said, self._asked, ended = None, "", 0, False
            if self._waiting:
                self._current = next(iter(self._waiting))
                for part in self._waiting.pop(self._current):
                    yield part
                    if isinstance(part, Arguments):
                        self._said += part.text
                    elif isinstance(part, CallEnd):
                        ended = True
                        break


def complete(text: str) -> Any:
    """The value that a text is the JSON of; None where it isn't."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
