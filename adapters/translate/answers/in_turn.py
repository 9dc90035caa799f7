"""Calls that grow side by side, told one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from adapters.translate.canonical import Arguments, CallBegin, CallEnd

CallPart = CallBegin | Arguments | CallEnd

_MARKS: Final = re.compile(r'\\.?|["{}]', re.DOTALL)


class InTurn:
    """Lets the parts of one call through at a time; those of others wait until it is complete.

    Where a vendor doesn't say that a call is complete, it counts as complete when the next begins and its arguments
    are a whole object, as vendors usually send them.
    """

    def __init__(self) -> None:
        self._current: int | None = None
        self._said = _Source()
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
            if isinstance(part, CallBegin) and self._said.whole():
                yield from self._close()
            return
        yield part
        if isinstance(part, Arguments):
            self._said.grow(part.text)
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

    def _next(self) -> Iterator[CallPart]:
        """The current call is over; what waited of the next ones is told, up to one that isn't over yet."""
        ended = True
        while ended:
            if self._current is not None:
                self._over.add(self._current)
            self._current, self._said, ended = None, _Source(), False
            if self._waiting:
                self._current = next(iter(self._waiting))
                for part in self._waiting.pop(self._current):
                    yield part
                    if isinstance(part, Arguments):
                        self._said.grow(part.text)
                    elif isinstance(part, CallEnd):
                        ended = True
                        break


class _Source:
    """The source of an object as it comes. Each piece is read once, however often it is asked whether it is whole."""

    def __init__(self) -> None:
        self._unread: list[str] = []
        self._depth = 0
        self._begun = self._quoted = False

    def grow(self, text: str) -> None:
        """A piece of it."""
        self._unread.append(text)

    def whole(self) -> bool:
        """Whether every brace that was opened is closed again."""
        marks = _MARKS.findall("".join(self._unread))
        self._unread.clear()
        for mark in marks:
            if mark == "\\":  # the first half of an escape that was cut in two
                self._unread.append(mark)
            elif mark == '"':
                self._quoted = not self._quoted
            elif mark in "{}" and not self._quoted:
                self._begun = True
                self._depth += 1 if mark == "{" else -1
        return self._begun and self._depth == 0 and not self._quoted
