"""The log: what is written of it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config import kinds as k
from gateway.config.table import setting
from observability.logs import LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingSettings:
    """Lines on standard error. Which there are is a closed list."""

    level: str = setting(k.choice(*LEVELS), "The least that is written.", default="info")
    calls: float = setting(
        k.number(0, 1), "Share of served calls that have a line; of others every one has.", default=1.0
    )
