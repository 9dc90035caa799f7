"""The classes of failures that are counted apart: a vendor without money for us is another matter than one that is
slow.

Each has its own measure of when it is too much and for how long a destination is then left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Changes(Protocol):
    """What settings change of a class; None leaves it as it is."""

    @property
    def in_a_row(self) -> int | None: ...
    @property
    def share(self) -> float | None: ...
    @property
    def open_seconds(self) -> float | None: ...
    @property
    def longest_seconds(self) -> float | None: ...


class FailureClass(NamedTuple):
    """When failures of one sort open a breaker, and for how long.

    in_a_row: so many without a success between. share: of the calls in the window (None: never by share). open_seconds:
    the first time, doubled at each failed try up to longest_seconds. of_credential: it is the account that fails, so
    another credential of the same destination may still go.
    """

    in_a_row: int
    share: float | None
    open_seconds: float
    longest_seconds: float
    of_credential: bool = False

    def but(self, changes: Changes | None) -> FailureClass:
        """The same with what settings say."""
        if changes is None:
            return self
        row, share, first, longest = (changes.in_a_row, changes.share, changes.open_seconds, changes.longest_seconds)
        first = self.open_seconds if first is None else first
        return self._replace(
            in_a_row=self.in_a_row if row is None else row,
            share=self.share if share is None else share,
            open_seconds=first,
            longest_seconds=max(first, self.longest_seconds if longest is None else longest),
        )


CLASSES: Mapping[str, FailureClass] = {
    "throttled": FailureClass(1, None, 1.0, 60.0, of_credential=True),
    "money": FailureClass(1, None, 60.0, 300.0, of_credential=True),
    "auth": FailureClass(1, None, 60.0, 300.0, of_credential=True),
    "missing": FailureClass(1, None, 30.0, 300.0),
    "overload": FailureClass(5, 0.5, 5.0, 60.0),
    "server": FailureClass(5, 0.5, 5.0, 60.0),
    "timeout": FailureClass(3, 0.5, 10.0, 120.0),
    "connect": FailureClass(3, 0.5, 5.0, 60.0),
    "broken": FailureClass(5, 0.5, 10.0, 60.0),
}
"""By name, as the settings and metrics call them."""

_OF_KIND: Mapping[str, str] = {
    "rate_limit": "throttled", "ramp": "throttled", "money": "money", "auth": "auth", "not_found": "missing",
    "overload": "overload", "server": "server", "timeout": "timeout", "connect": "connect",
    "protocol": "broken", "cut": "broken",
}  # fmt: skip


def class_of(kind: str) -> str | None:
    """The class of an error's kind (adapters.errors); None for what says nothing of the destination: the client's own
    mistakes, and answers that we asked too much of."""
    return _OF_KIND.get(kind)
