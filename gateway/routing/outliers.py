"""Which of a model's destinations do so much worse than the others that calls had better go to those.

Failures that open a breaker are one matter; this is about a destination that fails a third of its calls, or takes three
times as long as the others, and says nothing. Plain values in, names out.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gateway.config.health import HealthSettings

LEAST_SECONDS = 0.2
"""So much slower than the others it must be at least: of answers that begin within milliseconds, none is slow."""
AGAIN = 3
"""Calls that are enough for one that was an outlier before."""


class Standing(NamedTuple):
    """One destination lately. calls: their number; failed: of them. latency: seconds to the first word, timed: from so
    many. before: whether it was an outlier not long ago. away: whether it is one now, or its breaker is open."""

    name: str
    calls: int
    failed: int
    latency: float
    timed: int
    before: bool = False
    away: bool = False


def outliers(standings: Sequence[Standing], settings: HealthSettings) -> list[str]:
    """The destinations that are outliers from now on, the worst first; never so many that with those away already there
    would be more than the settings let."""
    room = int(len(standings) * settings.outlier_most_share) - sum(s.away for s in standings)
    if room <= 0:
        return []
    here = [s for s in standings if not s.away]
    worst = sorted(((_badness(s, here, settings), s.name) for s in here), reverse=True)
    return [name for badness, name in worst if badness > 0][:room]


def _badness(one: Standing, here: Sequence[Standing], settings: HealthSettings) -> float:
    """How many times as bad as it may be; 0 where it isn't, or nobody can say."""
    enough = AGAIN if one.before else settings.outlier_calls
    others = [s for s in here if s is not one]
    return max(_failing(one, others, enough, settings), _slow(one, others, enough, settings))


def _failing(one: Standing, others: Sequence[Standing], enough: int, settings: HealthSettings) -> float:
    shares = [s.failed / s.calls for s in others if s.calls >= settings.outlier_calls]
    if not shares or one.calls < enough:
        return 0.0
    worse = (one.failed / one.calls - median(shares)) / settings.outlier_error_share
    return worse if worse >= 1 else 0.0


def _slow(one: Standing, others: Sequence[Standing], enough: int, settings: HealthSettings) -> float:
    times = [s.latency for s in others if s.timed >= settings.outlier_calls]
    if not times or one.timed < enough or one.latency < median(times) + LEAST_SECONDS:
        return 0.0
    worse = one.latency / max(median(times) * settings.outlier_latency_factor, 1e-6)
    return worse if worse >= 1 else 0.0
