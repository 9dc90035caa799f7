"""What operators stopped: keys, users, use cases, destinations and rules, until they are started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

KINDS = ("key", "user", "use_case", "destination", "rule")
PREFIX = "stop/"
LONGEST_REASON = 300


class Stop(NamedTuple):
    """at: ISO 8601, UTC. cut: what was under way was ended too."""

    kind: str
    name: str
    at: str
    reason: str = ""
    cut: bool = False


class Stops:
    """Those in force, as this worker knows them."""

    def __init__(self) -> None:
        self._by_kind: dict[str, dict[str, Stop]] = {kind: {} for kind in KINDS}
        self._any = False
        self.rules: frozenset[str] = frozenset()
        """Rules and exceptions that are stopped."""
        self.on_cut: Callable[[Stop], None] = lambda _: None
        """Is told of each new stop that ends what is under way."""

    def __bool__(self) -> bool:
        return self._any

    def find(self, kind: str, name: str) -> Stop | None:
        """The stop of that name, None where there is none."""
        return self._by_kind[kind].get(name)

    def names(self, kind: str) -> Mapping[str, Stop]:
        """Those of a kind, by name."""
        return self._by_kind[kind]

    def count(self, kind: str) -> float:
        """How many of a kind."""
        return float(len(self._by_kind[kind]))

    def all(self) -> Iterator[Stop]:
        """Every stop in force, by kind and name."""
        for kind in KINDS:
            yield from (self._by_kind[kind][name] for name in sorted(self._by_kind[kind]))

    def hear(self, name: str, value: bytes | None) -> None:
        """What the board says of KIND/NAME. Of a kind that this version doesn't know nothing can be kept from going
        on, so that is no stop of ours."""
        kind, _, name = name.partition("/")
        if kind not in KINDS:
            return
        said: dict[str, Any] = orjson.loads(value) if value is not None else {}
        stops = self._by_kind[kind]
        before = stops.pop(name, None)
        if said.get("stopped"):
            stop = stops[name] = Stop(kind, name, str(said["at"]), str(said["reason"]), bool(said["cut"]))
            if stop.cut and stop != before:
                self.on_cut(stop)
        self._any = any(self._by_kind.values())
        self.rules = frozenset(self._by_kind["rule"])


def key_of(kind: str, name: str) -> str:
    """The key of the fact."""
    return f"{PREFIX}{kind}/{name}"


def stopped(stop: Stop) -> bytes:
    """The value that says that something is stopped."""
    return orjson.dumps({"stopped": True, "at": stop.at, "reason": stop.reason, "cut": stop.cut})


def started(at: str) -> bytes:
    """The value that says that it goes on: kept, so that no older word stops it again."""
    return orjson.dumps({"stopped": False, "at": at})
