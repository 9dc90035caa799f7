"""How failing destinations are left alone, and when they are asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.config import kinds as k
from gateway.config.failures import CLASSES, FailureClass
from gateway.config.table import named, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSettings:
    """Another measure for one class of failures; what is left out is as usual."""

    name: str
    in_a_row: int | None = setting(
        k.count(1, 10_000), "Failures in a row that open the breaker.", default=None, shown="by class"
    )
    share: float | None = setting(
        k.number(0.01, 1), "Share of calls that fail so, in the window, that opens it.", default=None, shown="by class"
    )
    open_seconds: float | None = setting(
        k.SPAN, "First time that it stays open; doubles each time a try fails.", default=None, shown="by class"
    )
    longest_seconds: float | None = setting(k.SPAN, "Longest time that it stays open.", default=None, shown="by class")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """When a destination is left alone, and for how long."""

    breakers: Mapping[str, BreakerSettings] = named(
        BreakerSettings, "Breakers by class of failure, where one is to differ from the usual."
    )
    window_seconds: float = setting(k.SPAN, "Time over which shares of failures are taken.", default=30.0)
    window_calls: int = setting(
        k.count(1, 1_000_000), "Calls in that time below which a share says nothing.", default=20
    )
    slow_start_seconds: float = setting(
        k.SPAN, "Time in which a destination that is back gets its full share of calls again.", default=30.0
    )
    outlier_calls: int = setting(
        k.count(1, 1_000_000),
        "Calls in the window before a destination is compared with its model's others.",
        default=20,
    )
    outlier_error_share: float = setting(
        k.number(0.01, 1), "How far its share of failures may lie above the others' median.", default=0.3
    )
    outlier_latency_factor: float = setting(
        k.number(1.1, 1000), "How many times the others' median its time to the first word may be.", default=3.0
    )
    outlier_seconds: float = setting(
        k.SPAN, "First time that an outlier gets no calls while others can; doubles each time.", default=30.0
    )
    outlier_most_share: float = setting(
        k.number(0, 1), "Largest share of a model's destinations that may be outliers at once.", default=0.5
    )
    attempt_share: float = setting(
        k.number(0.1, 1), "Share of the time left that an attempt may take while others could follow.", default=0.5
    )
    retry_share: float = setting(k.number(0, 1), "Further attempts, as a share of the calls in flight.", default=0.2)

    def classes(self) -> Mapping[str, FailureClass]:
        """Every class of failures with what these settings change of it."""
        return {name: usual.but(self.breakers.get(name)) for name, usual in CLASSES.items()}
