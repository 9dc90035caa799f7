"""Destinations: what attempts at them came to, and the state that they are in."""

from __future__ import annotations

from observability.families.family import CALL, Family

VENDORS: tuple[Family, ...] = (
    Family(
        "ecluse_destination_limit",
        "gauge",
        "Calls at once that a destination is asked for.",
        ("destination",),
        merge="sum",
    ),
    Family("ecluse_destination_in_flight", "gauge", "Slots taken at a destination.", ("destination",), merge="sum"),
    Family(
        "ecluse_destination_waiting", "gauge", "Calls in the queue of a destination.", ("destination",), merge="sum"
    ),
    Family(
        "ecluse_attempts_total",
        "counter",
        "Attempts at destinations, by result: ok or the kind of the error.",
        ("destination", "result"),
        cap=500,
    ),
    Family(
        "ecluse_attempt_seconds",
        "histogram",
        "How long attempts took, from the first byte sent: ok, failed, or left (the client went, or we cut it).",
        ("destination", "result"),
        CALL,
        exemplars=True,
    ),
    Family(
        "ecluse_failovers_total",
        "counter",
        "Calls that went on to another destination, and the error that made them.",
        ("from", "to", "reason"),
        cap=500,
    ),
    Family(
        "ecluse_breaker_state",
        "gauge",
        "Breakers by class of failure: 0 closed, 1 half open, 2 open. credential: its number, or all.",
        ("destination", "failure", "credential"),
        cap=1000,
    ),
    Family(
        "ecluse_breaker_openings_total",
        "counter",
        "How often breakers opened here, by class of failure.",
        ("destination", "failure"),
        cap=500,
    ),
    Family(
        "ecluse_destination_headroom_ratio",
        "gauge",
        "Share left of what a vendor says that it lets us ask for; 1 where it says nothing.",
        ("destination",),
        cap=500,
        merge="min",
    ),
    Family("ecluse_outliers_total", "counter", "How often a destination did far worse than others.", ("destination",)),
    Family(
        "ecluse_destination_share",
        "gauge",
        "Share of its usual calls that a destination gets: 1, less after it was away, 0 as an outlier.",
        ("destination",),
        cap=500,
        merge="min",
    ),
    Family(
        "ecluse_contract_expiry_timestamp_seconds",
        "gauge",
        "When a contract ends (Unix time); its destinations are not routable after that.",
        ("contract",),
        merge="min",
    ),
    Family(
        "ecluse_contract_attempts_total",
        "counter",
        "Attempts under a contract, by what it counts them as: good, failed, uncounted, throttled or aside.",
        ("contract", "result"),
        cap=500,
    ),
    Family(
        "ecluse_contract_promise_total",
        "counter",
        "Requests that kept or broke (result) what a contract promises; promise: availability, first_token_p95 ...",
        ("contract", "promise", "result"),
        cap=500,
    ),
    Family(
        "ecluse_contract_promised_ratio",
        "gauge",
        "The share of requests that is to keep a promise of a contract.",
        ("contract", "promise"),
        cap=500,
    ),
    Family(
        "ecluse_contract_month_requests",
        "gauge",
        "As ecluse_contract_promise_total, over the calendar month of the contract's zone.",
        ("contract", "promise", "result"),
        cap=500,
        merge="sum",
    ),
    Family("ecluse_drills_running", "gauge", "Drills that make a destination fail on purpose, or are about to."),
    Family(
        "ecluse_drill_last_timestamp_seconds",
        "gauge",
        "When a destination was drilled last (Unix time; 0: never); only where drills are enabled.",
        ("destination",),
    ),
    Family(
        "ecluse_bridge_up",
        "gauge",
        "1 where the process that runs litellm serves, 0 where it should and doesn't; only where a vendor needs it.",
        ("bridge",),
        cap=2,
    ),
    Family(
        "ecluse_bridge_restarts_total",
        "counter",
        "That process started again, by what became of the one before (ended, hung, not_started).",
        ("reason",),
    ),
)
