"""The way from the calls to a collector: a bounded queue, and a thread that works it off.

A call that is kept costs the event loop one `offer`. Spans are made, encoded and sent in the thread; a collector that
is slow, refuses or isn't there only makes the queue full, and then the oldest are dropped and counted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from observability.tracing.facts import TracedCall
    from observability.tracing.sending import Sender

RESULTS = ("sent", "rejected", "refused", "given_up", "dropped", "broken", "unsent")
"""What becomes of spans. rejected: by a collector that took the rest. refused: the whole request. given_up: after all
tries. dropped: the queue was full. broken: a mistake of ours. unsent: the process ended before."""

TRIES = 6
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between two tries, doubled each time."""
MOST_AT_ONCE = 128
"""Calls in one request."""


class Encode(Protocol):
    """Makes the body of a request."""

    def encode(self, calls: list[TracedCall]) -> bytes: ...


class Exporter:
    """Sends what it is offered. most_waiting: calls in the queue. gather: seconds that calls are collected for one
    request. told: called in the thread when sending begins to fail, with a word that says why, and with "" when it
    works again.
    """

    def __init__(
        self,
        sender: Sender,
        encoder: Encode,
        *,
        most_waiting: int,
        gather: float,
        told: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._sender, self._encoder, self._told = sender, encoder, told
        self._most, self._gather = most_waiting, gather
        self._queue: SimpleQueue[TracedCall | None] = SimpleQueue()
        self._ending = threading.Event()
        self._failing = False
        self._in_hand = 0
        # Each of these is written by one thread alone: "dropped" by the loop's, the rest by ours.
        self.counts = dict.fromkeys(RESULTS, 0)
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Calls in the queue."""
        return self._queue.qsize()

    def offer(self, call: TracedCall) -> None:
        """Takes a call to be sent. Never waits, never fails."""
        if self._queue.qsize() >= self._most:
            self._drop_oldest()
        self._queue.put(call)

    def end(self) -> None:
        """Has it send what waits, with one try each, and end. Doesn't wait for that."""
        self._ending.set()
        self._queue.put(None)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    def close(self, seconds: float) -> None:
        """Has it end, and waits for so long; the rest, also what is just being sent, is taken for lost."""
        self.end()
        self._thread.join(seconds)
        left = self._in_hand
        while (call := self._taken()) is not None:
            left += call.spans
        self.counts["unsent"] += left

    def _drop_oldest(self) -> None:
        if (oldest := self._taken()) is not None:
            self.counts["dropped"] += oldest.spans

    def _taken(self) -> TracedCall | None:
        try:
            return self._queue.get_nowait()
        except Empty:
            return None

    def _run(self) -> None:
        try:
            while batch := self._next():
                self._deliver(batch)
        finally:
            self._sender.close()

    def _next(self) -> list[TracedCall]:
        """Waits for a call and what follows it soon; empty at the end."""
        batch: list[TracedCall] = []
        until = 0.0
        while len(batch) < MOST_AT_ONCE:
            try:
                left = max(until - time.monotonic(), 0.0) if batch and not self._ending.is_set() else 0.0
                call = self._queue.get(timeout=left) if batch else self._queue.get()
            except Empty:
                break
            if call is None:
                self._queue.put(None)  # for the next round, which finds nothing else
                break
            if not batch:
                until = time.monotonic() + self._gather
            batch.append(call)
        return batch

    def _deliver(self, batch: list[TracedCall]) -> None:
        spans = self._in_hand = sum(call.spans for call in batch)
        try:
            result, refused = self._sent(self._encoder.encode(batch))
            rejected = min(refused, spans)
        except Exception:  # noqa: BLE001 - a mistake of ours here must not end the thread
            result, rejected = "broken", 0
            self._tell("broken")
        self._in_hand = 0
        self.counts[result] += spans - rejected
        self.counts["rejected"] += rejected

    def _sent(self, body: bytes) -> tuple[str, int]:
        pause = FIRST_PAUSE
        for _ in range(TRIES):
            answer = self._sender.send(body)
            self._tell(answer.reason)
            if answer.result == "sent":
                return "sent", answer.rejected
            if answer.result == "refused":
                return "refused", 0
            if self._ending.wait(pause if answer.wait is None else answer.wait):
                break
            pause = min(pause * 2, LONGEST_PAUSE)
        return "given_up", 0

    def _tell(self, reason: str) -> None:
        if bool(reason) != self._failing:
            self._failing = bool(reason)
            self._told(reason)
