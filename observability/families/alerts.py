"""What to be told of, and the PromQL that tells it."""

from __future__ import annotations

ALERTS: tuple[tuple[str, str], ...] = (
    ("workers serve different bundles for five minutes", "count(count by (policy) (ecluse_revision_info)) > 1"),
    (
        "workers serve different configurations for five minutes",
        "count(count by (config) (ecluse_revision_info)) > 1",
    ),
    ("files were refused, at a start or a reload; what was in force before goes on", "ecluse_load_refused == 1"),
    ("an exception ends within 14 days", "ecluse_exception_expiry_timestamp_seconds - time() < 14 * 86400"),
    ("an exception has ended and is still written down", "ecluse_exception_expiry_timestamp_seconds < time()"),
    ("a rule is to leave shadow within 14 days", "ecluse_shadow_expiry_timestamp_seconds - time() < 14 * 86400"),
    ("a rule should have left shadow", "ecluse_shadow_expiry_timestamp_seconds < time()"),
    ("a contract ends within 30 days", "ecluse_contract_expiry_timestamp_seconds - time() < 30 * 86400"),
    ("a destination wasn't drilled for 92 days", "time() - ecluse_drill_last_timestamp_seconds > 92 * 86400"),
    ("a worker ended or hung, and was replaced", "increase(ecluse_worker_restarts_total[15m]) > 0"),
    ("litellm's process ended or hung, and was started again", "increase(ecluse_bridge_restarts_total[15m]) > 0"),
    ("a destination is left alone after failures", "max by (destination) (ecluse_breaker_state) == 2"),
    ("calls can't be recorded", "ecluse_ledger_ready == 0"),
    ("calls of high priority are turned away", 'increase(ecluse_shed_total{priority="high"}[5m]) > 0'),
    ("a destination breaks what a route promises, and is asked after the others", "ecluse_route_demoted == 1"),
    ("something has been stopped for a day", "min_over_time(ecluse_stops[1d]) > 0"),
    ("the shared store doesn't answer; past its bound callers get 503", "ecluse_store_age_seconds > 2"),
    ("somebody else writes to the shared store", "increase(ecluse_store_forged_total[1h]) > 0"),
)
