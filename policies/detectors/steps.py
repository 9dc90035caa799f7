"""Work that pauses: generators that yield nothing but time, and return their result."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

# A generator that pauses every few milliseconds, so that others can run, and returns a T.
Steps = Generator[None, None, T]


def finished(steps: Steps[T]) -> T:
    """What steps return, taken without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            value: T = end.value
            return value
