"""Quotas: how full they are, whom they refuse, and what the store behind them takes."""

from __future__ import annotations

from observability.families.family import FAST, Family

QUOTAS: tuple[Family, ...] = (
    Family(
        "ecluse_reservation_steps_total",
        "counter",
        "Steps held for answers under way whose length nobody stated; cut: nothing was left.",
        ("result",),
    ),
    Family(
        "ecluse_quota_warnings_total",
        "counter",
        "Accounts that passed their soft limit, once for each window.",
        ("scope", "unit"),
    ),
    Family(
        "ecluse_quota_used_ratio",
        "gauge",
        "Highest share used of a quota, over all its holders: settled plus reserved by limit.",
        ("scope", "unit", "window"),
    ),
    Family("ecluse_quota_refusals_total", "counter", "Calls refused by a quota.", ("scope", "unit")),
    Family(
        "ecluse_quota_at_hand_ratio",
        "gauge",
        "Highest share of a quota that a worker has at hand beyond what its calls hold.",
        ("scope", "unit", "window"),
    ),
    Family("ecluse_quota_words_total", "counter", "Requests to the shared store about quotas.", ("result",)),
    Family("ecluse_quota_asks_total", "counter", "Quotas that the shared store was asked for more of, or given back."),
    Family("ecluse_quota_word_seconds", "histogram", "Round trip of a request about quotas.", (), FAST),
    Family("ecluse_quota_wait_seconds", "histogram", "What a call waited for the shared store.", (), FAST),
    Family(
        "ecluse_quota_unknown_total",
        "counter",
        "Calls refused because the shared store didn't say whether a quota had room.",
        ("scope", "unit"),
    ),
    Family(
        "ecluse_quota_overrun_total",
        "counter",
        "What was used beyond what calls had reserved (tokens, or millionths of the currency).",
        ("scope", "unit"),
    ),
)
