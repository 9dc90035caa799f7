"""Moments that explain what the panels show: drawn into every one."""

from __future__ import annotations

from observability.boards.panel import Mark, Query

MARKS = (
    Mark("breaker open", Query("max(ecluse_breaker_state) == 2"), "red"),
    Mark("reload", Query("changes(ecluse_last_reload_timestamp_seconds[$__rate_interval]) > 0"), "blue", lasting=False),
    Mark("drill", Query("max(ecluse_drills_running) > 0"), "purple"),
)
