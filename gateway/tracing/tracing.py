"""Decides at each call's end whether its trace is kept; what isn't costs next to nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from gateway.state.strangers import within
from gateway.tracing.facts import Ended, traced
from observability.tracing.exporter import RESULTS as EXPORTED
from observability.tracing.keeping import Rules, why_kept
from observability.tracing.traceparent import Parent, read

if TYPE_CHECKING:
    from collections.abc import Collection

    from gateway.config.kinds import Network
    from gateway.config.tracing import TracingSettings
    from gateway.exchange import Exchange
    from gateway.http import Request
    from observability.tracing.exporter import Exporter

CLOSE_SECONDS = 3.0
RESULTS = (*EXPORTED, "limited")
"""What becomes of spans; limited: of calls past most_a_second."""


class Listener(Protocol):
    """Who wants to know. traced: a call is kept, and why. traces_failing: sending fails, or ("") works again."""

    def traced(self, kept: str) -> None: ...
    def traces_failing(self, reason: str) -> None: ...
    def trace_broken(self, exchange: Exchange, bug: Exception) -> None: ...


class Tracing:
    """The traces of one serving process. instance: its name. later: has the loop's thread call what it is given."""

    def __init__(self, listener: Listener, instance: str, later: Callable[[Callable[[], None]], None]) -> None:
        self._listener, self._instance, self._later = listener, instance, later
        self._settings: TracingSettings | None = None
        self._exporter: Exporter | None = None
        self._ending: list[Exporter] = []
        self._rules = Rules(0.0, 0.0, 0.0)
        self._second, self._kept = 0, 0
        self._past: Counter[str] = Counter()

    @property
    def on(self) -> bool:
        """Whether calls are traced."""
        return self._exporter is not None

    @property
    def waiting(self) -> int:
        """Calls that wait to be sent."""
        return self._exporter.waiting if self._exporter is not None else 0

    def count(self, result: str) -> float:
        """Spans that ended so since the start; result: of RESULTS."""
        now = [*self._ending, *([self._exporter] if self._exporter is not None else ())]
        return float(self._past[result] + sum(exporter.counts.get(result, 0) for exporter in now))

    @property
    def lost(self) -> float:
        """Spans that should have reached the collector and didn't; those past most_a_second were never to."""
        return sum(self.count(result) for result in EXPORTED if result != "sent")

    def use(self, settings: TracingSettings) -> None:
        """The settings in force. What waits under others is still sent. Raises OSError for a CA bundle that can't be
        read; then all stays as it was."""
        if self._settings is None or not _same(self._settings, settings):
            exporter = self._made(settings) if settings.endpoint else None
            self._retire()
            self._exporter = exporter
        self._settings = settings
        self._rules = Rules(settings.ratio, settings.slow_seconds, settings.slow_overhead_seconds)

    def parent(self, request: Request, trusted: Collection[Network]) -> Parent | None:
        """The trace that a call belongs to, where who sent it is believed."""
        if self._exporter is None or self._settings is None or self._settings.parents == "never":
            return None
        said = request.header(b"traceparent")
        return read(said) if said and within(request.peer, trusted) else None

    def ended(self, exchange: Exchange, ended: Ended) -> bool:
        """A call is over; whether its trace is kept. Never raises: a trace is worth less than a call."""
        if self._exporter is None:
            return False
        try:
            return self._ended(self._exporter, exchange, ended)
        except Exception as bug:  # noqa: BLE001 - see above
            self._listener.trace_broken(exchange, bug)
            return False

    def _ended(self, exporter: Exporter, exchange: Exchange, ended: Ended) -> bool:
        parent = exchange.parent
        kept = why_kept(
            self._rules,
            exchange.trace,
            outcome=exchange.outcome,
            attempts=len(exchange.attempts),
            total=ended.total,
            overhead=ended.overhead,
            parent=None if parent is None else parent.sampled,
        )
        if not kept:
            return False
        if self._limited(kept, ended.ended):
            self._past["limited"] += 1 + len(exchange.attempts)
            return False
        exporter.offer(traced(exchange, ended, kept))
        self._listener.traced(kept)
        return True

    def _limited(self, kept: str, now: float) -> bool:
        """Whether enough were kept in this second: what fails a thousand times is told a hundred times."""
        assert self._settings is not None
        if int(now) != self._second:
            self._second, self._kept = int(now), 0
        most = self._settings.most_a_second
        if self._kept >= (most if kept != "sampled" else (most + 1) // 2):
            return True
        self._kept += 1
        return False

    def close(self) -> None:
        """Sends what waits, for a while."""
        self._retire()
        until = time.monotonic() + CLOSE_SECONDS
        for exporter in self._ending:
            exporter.close(max(until - time.monotonic(), 0.0))

    def _retire(self) -> None:
        """The exporter in use sends what it has and ends; those that ended leave what they counted."""
        for over in [exporter for exporter in self._ending if exporter.over]:
            self._ending.remove(over)
            self._past.update(over.counts)
        exporter, self._exporter = self._exporter, None
        if exporter is not None:
            exporter.end()
            self._ending.append(exporter)

    def _made(self, settings: TracingSettings) -> Exporter:
        # OpenTelemetry's messages take their time to load, and most start without traces.
        from gateway.tracing.exporting import exporter_of

        return exporter_of(settings, self._instance, self._told)

    def _told(self, reason: str) -> None:
        """In the exporter's thread."""
        self._later(lambda: self._listener.traces_failing(reason))


def _same(one: TracingSettings, other: TracingSettings) -> bool:
    """Whether a reload left as it was what sends."""
    references = [s.credential.reference if s.credential is not None else None for s in (one, other)]
    if references[0] != references[1]:
        return False
    return one == replace(
        other,
        credential=one.credential,
        ratio=one.ratio,
        slow_seconds=one.slow_seconds,
        slow_overhead_seconds=one.slow_overhead_seconds,
        parents=one.parents,
        most_a_second=one.most_a_second,
    )
