"""How far a command is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")
_WIDTH = 30
_BETWEEN = 0.1
_BETWEEN_LINES = 10.0


class Progress:
    """Shows how many of about `total` are done. what: their name in words."""

    def __init__(
        self, total: int, what: str, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._what, self._out, self._clock = max(total, 1), what, out or sys.stderr, clock
        self._bar = self._out.isatty()
        self._begun = self._shown = clock()
        self.done = 0

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """The same items; each counts when the next is asked for."""
        for item in items:
            yield item
            self.done += 1
            if self._clock() - self._shown >= (_BETWEEN if self._bar else _BETWEEN_LINES):
                self._show()
        if self._bar:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def _show(self) -> None:
        self._shown = self._clock()
        share = min(self.done / self._total, 1.0)
        left = (self._shown - self._begun) * (1 - share) / share
        said = f"{share:4.0%}  {self.done:,} {self._what}, about {left:.0f} s left"
        if self._bar:
            filled = "#" * round(share * _WIDTH)
            self._out.write(f"\r[{filled:<{_WIDTH}}] {said}\x1b[K")
        else:
            self._out.write(f"{said.strip()}\n")
        self._out.flush()
