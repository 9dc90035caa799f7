"""Quotas: how much may be used, by whom, in what time."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config import kinds as k
from gateway.config.table import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSettings:
    """One hard limit."""

    scope: str = setting(k.choice("user", "team", "use_case"), "Who shares it.")
    match: str = setting(k.TEXT, "Which of them, as a pattern; each has the limit for itself.", default="*")
    unit: str = setting(k.choice("requests", "tokens", "concurrent"), "What is counted.")
    window: str = setting(k.choice("minute", "hour", "day"), "How long (not for concurrent).", default="minute")
    limit: int = setting(k.count(0), "How many.")
