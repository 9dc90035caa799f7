"""Limits that operators changed for a while: another limit for one name, until a moment, for a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from gateway.quota.accounts import Account

PREFIX = "override/"
LONGEST_REASON = 300
LONGEST_SECONDS = 366 * 86_400

Change = Callable[[str, str, str, str, int | None], None]
"""Gives (scope, name, unit, window) a limit; None: what the configuration says."""


class Target(NamedTuple):
    """Whose limit on what. window: as the configuration has it, also of calls at once."""

    scope: str
    name: str
    unit: str
    window: str

    @property
    def key(self) -> str:
        """The key of the fact. The name comes last: it may have slashes."""
        return f"{PREFIX}{self.scope}/{self.unit}/{self.window}/{self.name}"


class Override(NamedTuple):
    """limit: as it is counted, cost in millionths. until, at: Unix seconds."""

    target: Target
    limit: int
    until: float
    at: float
    reason: str

    def value(self) -> bytes:
        """The value of the fact."""
        return orjson.dumps({"limit": self.limit, "until": self.until, "at": self.at, "reason": self.reason})


class Overrides:
    """Those in force, as this worker knows them. change: is told of each. now: Unix seconds."""

    def __init__(self, change: Change, now: Callable[[], float]) -> None:
        self._change = change
        self._now = now
        self._held: dict[Target, Override] = {}

    def __iter__(self) -> Iterator[Override]:
        return iter(sorted(self._held.values()))

    def find(self, target: Target) -> Override | None:
        """The override of a limit."""
        return self._held.get(target)

    def end_of(self, account: Account) -> float | None:
        """Until when another limit holds for an account (Unix seconds); None where none does."""
        line = account.line
        one = self._held.get(Target(line.scope, account.name, line.unit, line.window))
        return one.until if one is not None else None

    def hear(self, key: str, value: bytes | None) -> None:
        """What the board says, by the key behind the prefix. One whose time is over is none."""
        scope, unit, window, name = key.split("/", 3)
        target = Target(scope, name, unit, window)
        said: dict[str, Any] = orjson.loads(value) if value is not None else {}
        if "limit" in said and said["until"] > self._now():
            one = Override(target, int(said["limit"]), float(said["until"]), float(said["at"]), str(said["reason"]))
            self._held[target] = one
            self._change(*target, one.limit)
        elif self._held.pop(target, None) is not None:
            self._change(*target, None)

    def sweep(self) -> None:
        """Ends those whose time is over."""
        now = self._now()
        for target in [target for target, one in self._held.items() if one.until <= now]:
            del self._held[target]
            self._change(*target, None)


def dropped(at: float) -> bytes:
    """The value that says that the configuration's limit counts again: kept, so that no older word comes back."""
    return orjson.dumps({"dropped": at})
