"""Work that pauses: generators that yield nothing but time, and return their result."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from heapq import merge
from itertools import chain, pairwise
from typing import Any, TypeVar

T = TypeVar("T")
# So many are sorted in one step, and so many freed.
_SORTED = 2048
_FREED = 1 << 14

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


def in_order(items: Sequence[T], key: Callable[[T], Any]) -> Steps[list[T]]:
    """`sorted`, in steps of a few milliseconds."""
    if len(items) <= _SORTED:
        return sorted(items, key=key)
    runs = []
    for low in range(0, len(items), _SORTED):
        runs.append(sorted(items[low : low + _SORTED], key=key))
        yield
    if all(key(before[-1]) <= key(after[0]) for before, after in pairwise(runs)):
        return list(chain.from_iterable(runs))
    ordered: list[T] = []
    for one in merge(*runs, key=key):
        ordered.append(one)
        if len(ordered) % _SORTED == 0:
            yield
    return ordered


def let_go(items: list[Any]) -> Steps[None]:
    """Empty a list in short steps: to free half a million small things takes 50 milliseconds."""
    while len(items) > _FREED:
        del items[-_FREED:]
        yield
