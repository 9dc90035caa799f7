"""What a simulator received, and the faults that an operator set on it: both bounded, in memory."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from adapters.vendors.simulator.directives import Directives

_CREDENTIALS = {b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key", b"cookie"}


@dataclass(slots=True)
class Received:
    """One request as it came. outcome: open | answered | failed | cut | gone (the client left). Times in seconds.

    connection: its number, the same for requests over one connection.
    """

    destination: str
    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)
    began: float
    ended: float | None = None
    outcome: str = "open"
    connection: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event, repr=False, compare=False)

    def header(self, name: bytes) -> str | None:
        """The value of a header (name in lower case), None where absent."""
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == name), None)

    @property
    def call_id(self) -> str | None:
        """The gateway's call id, sent to simulators only."""
        return self.header(b"x-ecluse-call-id")

    def view(self) -> dict[str, Any]:
        """The request as JSON values; credentials show only that they were there."""
        shown = {
            key.decode("latin-1"): "(credential)" if key.lower() in _CREDENTIALS else value.decode("latin-1")
            for key, value in self.headers
        }
        return {
            "call_id": self.call_id, "attempt": self.header(b"x-ecluse-attempt"), "destination": self.destination,
            "method": self.method, "path": self.path, "headers": shown, "bytes": len(self.body),
            "digest": sha256(self.body).hexdigest(), "body": self.body.decode("utf-8", "replace"),
            "outcome": self.outcome, "seconds": None if self.ended is None else round(self.ended - self.began, 6),
        }  # fmt: skip


class Recorder:
    """The last requests of all simulators in this process; the oldest fall off past `most` requests or `most_bytes`."""

    def __init__(
        self, *, most: int = 1_000, most_bytes: int = 16 * 2**20, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kept: deque[Received] = deque()
        self._most, self._most_bytes, self._bytes = most, most_bytes, 0
        self.clock = clock
        self.total = 0

    def __iter__(self) -> Iterator[Received]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    def begin(
        self,
        destination: str,
        method: str,
        path: str,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes,
        connection: int = 0,
    ) -> Received:
        """Keep a request that has just been read."""
        received = Received(destination, method, path, headers, body, self.clock(), connection=connection)
        self._kept.append(received)
        self._bytes += len(body)
        self.total += 1
        while len(self._kept) > self._most or (self._bytes > self._most_bytes and len(self._kept) > 1):
            self._bytes -= len(self._kept.popleft().body)
        return received

    def end(self, received: Received, outcome: str) -> None:
        """Note how the answer to it ended."""
        received.outcome, received.ended = outcome, self.clock()
        received.over.set()

    def of(self, destination: str, call_id: str | None = None) -> list[Received]:
        """The requests to one simulator, of one call where an id is given, oldest first."""
        return [r for r in self._kept if r.destination == destination and call_id in (None, r.call_id)]

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._bytes = 0


class Faults:
    """What an operator makes one simulator do, until a moment of `clock`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._fault, self._until = Directives(), 0.0

    def set(self, fault: Directives, seconds: float) -> None:
        """Every answer behaves like `fault` for `seconds`."""
        self._fault, self._until = fault, self._clock() + seconds

    def now(self) -> Directives:
        """The fault in force; plain behaviour where there is none."""
        return self._fault if self._clock() < self._until else Directives()
