"""What contracts promise of a vendor's service, measured by the attempts on record."""

from observability.promises.attempts import Ended, attempts
from observability.promises.judging import (
    ASIDE,
    AVAILABILITY,
    CAPACITY,
    FAILED,
    GOOD,
    THROTTLED,
    UNCOUNTED,
    keeps,
    kept_by,
    verdict,
)
from observability.promises.measured import Hour, Kept, Measured, Measuring
from observability.promises.waiting import Early, Waiting, Waits

__all__ = [
    "ASIDE",
    "AVAILABILITY",
    "CAPACITY",
    "FAILED",
    "GOOD",
    "THROTTLED",
    "UNCOUNTED",
    "Early",
    "Ended",
    "Hour",
    "Kept",
    "Measured",
    "Measuring",
    "Waiting",
    "Waits",
    "attempts",
    "keeps",
    "kept_by",
    "verdict",
]
