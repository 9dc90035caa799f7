"""Every metric family that Écluse exposes: the one table. `docs/reference/metrics.md` is made from it.

Labels come from closed sets only (what configuration and bundle name, and the words of the code); a string that a
client sent is never a label. Units are in the names: seconds, bytes, characters, ratio.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["counter", "gauge", "histogram"]
Rule = Literal["sum", "max", "min"]

_FAST = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
_CALL = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_GAP = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
_SIZE = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0)


class Family(NamedTuple):
    """One metric family. cap: label sets above this many fold into one whose labels are all `__other__`.

    merge: what the page of several workers shows of a gauge; counters and histograms are added up.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    cap: int = 200
    merge: Rule = "max"


FAMILIES: tuple[Family, ...] = (
    Family(
        "ecluse_requests_total",
        "counter",
        "Calls of identified callers, by how they ended (served, refused, failed, cut, left).",
        ("outcome", "dialect", "model", "team", "use_case"),
        cap=2000,
    ),
    Family("ecluse_refusals_total", "counter", "Calls refused, by code of the refusal.", ("code", "dialect")),
    Family("ecluse_unidentified_total", "counter", "Requests turned away before anyone was identified.", ("reason",)),
    Family("ecluse_charters_total", "counter", "Charters read by identified callers.", ("language", "format")),
    Family("ecluse_request_seconds", "histogram", "Arrival of a call to its end.", ("dialect", "outcome"), _CALL),
    Family(
        "ecluse_overhead_seconds",
        "histogram",
        "What the gateway itself added to a call: total less the wait for vendors.",
        ("dialect",),
        _FAST,
    ),
    Family(
        "ecluse_first_token_seconds",
        "histogram",
        "Arrival of a call to the first event with content.",
        ("destination",),
        _CALL,
    ),
    Family(
        "ecluse_output_token_seconds",
        "histogram",
        "Time per output token of a streamed answer, after the first.",
        ("destination",),
        _GAP,
    ),
    Family(
        "ecluse_stream_gap_seconds", "histogram", "Longest wait between two events of a stream.", ("destination",), _GAP
    ),
    Family(
        "ecluse_held_characters", "histogram", "Most characters that response rules held back in a call.", (), _SIZE
    ),
    Family("ecluse_held_seconds", "histogram", "Longest time that response rules held text back in a call.", (), _GAP),
    Family(
        "ecluse_tokens_total",
        "counter",
        "Tokens as vendors counted them, by type (input, output, cached, reasoning, written, kept).",
        ("type", "destination", "team", "use_case"),
        cap=1000,
    ),
    Family(
        "ecluse_cost_total",
        "counter",
        "What attempts cost, in the currency that the configuration counts in.",
        ("destination", "team", "use_case"),
        cap=1000,
    ),
    Family(
        "ecluse_price_assumed_total",
        "counter",
        "Attempts at a destination without a known price, which count at the dearest.",
        ("destination",),
    ),
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
        "ecluse_webhooks_total",
        "counter",
        "Messages to the company's own addresses, by result of each try (sent, failed, refused, given_up).",
        ("webhook", "result"),
    ),
    Family("ecluse_in_flight", "gauge", "Calls being served now.", merge="sum"),
    Family(
        "ecluse_shed_total",
        "counter",
        "Calls turned away for want of room or while draining, by the priority of their use case where it counts.",
        ("reason", "priority"),
    ),
    Family(
        "ecluse_lists_total", "counter", "Lists of what callers had vendors keep, by kind (file, batch).", ("kind",)
    ),
    Family(
        "ecluse_unserved_total",
        "counter",
        "Requests for vendors' APIs that are refused, by how their path begins.",
        ("api",),
    ),
    Family("ecluse_queue_seconds", "histogram", "Wait for a slot at a destination, by priority.", ("priority",), _CALL),
    Family("ecluse_body_bytes", "gauge", "Bytes of request bodies held by calls in flight.", merge="sum"),
    Family(
        "ecluse_door_rate",
        "gauge",
        "Calls a second that are let in while this process is behind; 0 where all are.",
        merge="sum",
    ),
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
        "ecluse_failovers_total",
        "counter",
        "Calls that went on to another destination, and the error that made them.",
        ("from", "to", "reason"),
        cap=500,
    ),
    Family(
        "ecluse_route_requests_total",
        "counter",
        "Calls that a route ordered, by split (none: in no split) and how they ended.",
        ("route", "split", "outcome"),
        cap=500,
    ),
    Family(
        "ecluse_route_first_token_seconds",
        "histogram",
        "Arrival of a call to the first event with content, by route and split.",
        ("route", "split"),
        _CALL,
    ),
    Family(
        "ecluse_route_objective_ratio",
        "gauge",
        "Share of attempts that kept an objective of a route (availability, first_token, total), over its window.",
        ("route", "destination", "objective"),
        merge="min",
    ),
    Family(
        "ecluse_route_burn_rate",
        "gauge",
        "How much faster than it may a destination spends what may fail, over the window of the objective.",
        ("route", "destination", "objective"),
    ),
    Family(
        "ecluse_route_demoted",
        "gauge",
        "1 where a destination is asked after the others since it breaks an objective of the route.",
        ("route", "destination"),
    ),
    Family(
        "ecluse_route_demotions_total",
        "counter",
        "How often a destination was demoted, by the objective that it broke.",
        ("route", "destination", "objective"),
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
    Family("ecluse_outliers_total", "counter", "How often a destination did far worse than others.", ("destination",)),
    Family(
        "ecluse_destination_share",
        "gauge",
        "Share of its usual calls that a destination gets: 1, less after it was away, 0 as an outlier.",
        ("destination",),
        cap=500,
        merge="min",
    ),
    Family("ecluse_client_gone_total", "counter", "Calls whose client went away, by phase.", ("phase",)),
    Family(
        "ecluse_policy_decisions_total",
        "counter",
        "Rules that matched, by action and mode (enforce, shadow, lifted).",
        ("rule", "action", "mode"),
        cap=1000,
    ),
    Family("ecluse_review_samples_total", "counter", "Review samples taken, by rule.", ("rule",)),
    Family("ecluse_reports_total", "counter", "Reports of callers (false_positive, override).", ("kind",)),
    Family(
        "ecluse_findings_total",
        "counter",
        "Findings of detectors, by direction.",
        ("detector", "direction"),
        cap=500,
    ),
    Family(
        "ecluse_pseudonymised_total",
        "counter",
        "Stretches of requests replaced by tokens that come back, by detector.",
        ("detector",),
    ),
    Family("ecluse_restored_total", "counter", "Tokens in answers that became the caller's values again."),
    Family(
        "ecluse_files_total", "counter", "Files in requests, by kind and result (read, or why not).", ("kind", "result")
    ),
    Family("ecluse_file_seconds", "histogram", "Time to read one file that was new, waiting included.", (), _GAP),
    Family("ecluse_file_workers", "gauge", "Processes that read files.", merge="sum"),
    Family("ecluse_classify_seconds", "histogram", "Time to inspect the request of one call.", (), _FAST),
    Family("ecluse_classify_failures_total", "counter", "Inspections that did not finish; the call was refused."),
    Family("ecluse_classify_memo_total", "counter", "Passages looked up in the memo: hit or miss.", ("result",)),
    Family(
        "ecluse_revision_info",
        "gauge",
        "1 for the revisions in force of configuration, policies and detection.",
        ("config", "policy", "detection"),
        cap=20,
    ),
    Family("ecluse_reloads_total", "counter", "Reloads of configuration and bundle: accepted or refused.", ("result",)),
    Family("ecluse_load_refused", "gauge", "1 where the files were refused when last read, and others are in force."),
    Family("ecluse_last_reload_timestamp_seconds", "gauge", "When the pair in force was loaded (Unix time)."),
    Family(
        "ecluse_contract_expiry_timestamp_seconds",
        "gauge",
        "When a contract ends (Unix time); its destinations are not routable after that.",
        ("contract",),
    ),
    Family(
        "ecluse_exception_expiry_timestamp_seconds",
        "gauge",
        "When an exception ends (Unix time); it lifts nothing after that.",
        ("exception",),
    ),
    Family(
        "ecluse_shadow_expiry_timestamp_seconds",
        "gauge",
        "By when somebody is to decide on a rule in shadow (Unix time); it stays in shadow after that.",
        ("rule",),
        cap=1000,
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
    Family("ecluse_quota_words_total", "counter", "Words to the shared store about quotas.", ("result",)),
    Family("ecluse_quota_asks_total", "counter", "Quotas that the shared store was asked for more of, or given back."),
    Family("ecluse_quota_word_seconds", "histogram", "Round trip of a word about quotas.", (), _FAST),
    Family("ecluse_quota_wait_seconds", "histogram", "What a call waited for the shared store.", (), _FAST),
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
    Family("ecluse_drills_running", "gauge", "Drills that make a destination fail on purpose, or are about to."),
    Family(
        "ecluse_drill_last_timestamp_seconds",
        "gauge",
        "When a destination was drilled last (Unix time; 0: never); only where drills are enabled.",
        ("destination",),
    ),
    Family("ecluse_ledger_append_seconds", "histogram", "What a call waited for a durable record.", (), _FAST),
    Family("ecluse_ledger_commit_seconds", "histogram", "Write and sync of one commit.", (), _FAST),
    Family("ecluse_ledger_records_total", "counter", "Records written."),
    Family("ecluse_ledger_bytes_total", "counter", "Bytes written."),
    Family("ecluse_ledger_pending", "gauge", "Records on their way to the disk.", merge="sum"),
    Family("ecluse_ledger_failures_total", "counter", "Errors of the ledger's disk or of its writing process."),
    Family("ecluse_ledger_lost_total", "counter", "Records given up (never those that a call waited for)."),
    Family("ecluse_ledger_disk_free_bytes", "gauge", "Room left on the ledger's disk.", merge="min"),
    Family("ecluse_ledger_ready", "gauge", "1 where records can be written and room is left.", merge="min"),
    Family(
        "ecluse_store_age_seconds",
        "gauge",
        "Since the last word from the shared store; past `shared.stale_seconds` callers get 503.",
    ),
    Family("ecluse_store_failures_total", "counter", "Questions that the shared store didn't answer.", ("reason",)),
    Family("ecluse_store_lost_total", "counter", "Passing facts that the shared store wasn't told: too many waited."),
    Family("ecluse_store_forged_total", "counter", "Facts in the shared store that no gateway of this keyring said."),
    Family("ecluse_stops", "gauge", "What operators stopped and nobody has started again, by kind.", ("kind",)),
    Family("ecluse_loop_lag_seconds", "histogram", "How late the event loop ran a timer.", (), _FAST),
    Family("ecluse_ready", "gauge", "1 where the gateway takes calls."),
    Family("ecluse_workers", "gauge", "Serving processes that take calls; only with several of them."),
    Family(
        "ecluse_worker_restarts_total",
        "counter",
        "Workers started again, by what became of the one before (ended, hung).",
        ("worker", "reason"),
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
    Family("ecluse_build_info", "gauge", "1 for the version that runs.", ("version",), cap=2),
)


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
"""What to be told of, and the PromQL that tells it."""


def reference() -> str:
    """`docs/reference/metrics.md`, made from the table."""
    lines = [
        "# Metrics",
        "",
        "Made from `observability/families.py` by `python -m observability.families`; a test compares the two.",
        "",
        "Served as Prometheus text on the metrics listener under `/metrics`; the page is at most one second old.",
        "Labels are names from configuration and bundle or words of the code, never what a client sent. A family that",
        "has more label sets than its cap folds the rest into one whose labels are all `__other__`.",
        "",
        "Of several workers there is one page: counters and histograms are added up (a worker that ends takes nothing",
        "away; what one that was killed counted since the page was last read is lost), gauges are merged as the table",
        "says.",
        "",
        "| family | kind | labels | cap | merged | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for family in FAMILIES:
        labels = ", ".join(f"`{label}`" for label in family.labels) or "none"
        cap = str(family.cap) if family.labels else ""
        merge = family.merge if family.kind == "gauge" else "sum"
        lines.append(f"| `{family.name}` | {family.kind} | {labels} | {cap} | {merge} | {family.help} |")
    lines += [
        "",
        "## Alerts",
        "",
        "Worth an alert, beside those on latency and errors that depend on your own goals:",
        "",
    ]
    lines += ["| what | expression |", "|---|---|"]
    lines += [f"| {what} | `{expression.replace('|', chr(92) + '|')}` |" for what, expression in ALERTS]
    lines += ["", "## Buckets", ""]
    for family in FAMILIES:
        if family.buckets:
            lines.append(f"- `{family.name}`: " + ", ".join(f"{bound:g}" for bound in family.buckets))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference())
