"""Whether calls can be recorded, and whether the gateway itself goes on: for the SRE."""

from __future__ import annotations

from observability.boards.marks import MARKS
from observability.boards.panel import Board, Panel, Query, Row, Step
from observability.boards.questions import figure, quantiles, rates, total

_FREE = "ecluse_ledger_disk_free_bytes"
# Minutes say nothing about days: only where there is a quarter of an hour to go by.
_SHRINKS = f"-(deriv({_FREE}[30m]) < 0 and {_FREE} offset 15m)"
_FULL = f"clamp_max(min({_FREE} / {_SHRINKS}) or vector(+Inf), 10 * 365 * 86400)"

_NOW = Row(
    "Now",
    (
        figure("Records can be written", "Where they can't, calls are refused, unless ledger.on_failure is open.",
               "min(ecluse_ledger_ready)", bad=0, good=1, words=((0, "no"), (1, "yes"))),
        figure("Room on the disk", "Of the ledger, the least of all gateways.", f"min({_FREE})", "bytes"),
        figure("Full in", "At the pace of the last half hour; ten years: not in sight.", _FULL, "span",
               bad=0, poor=24 * 3600, good=7 * 86400),
        figure("Records lost", "Given up, in the time shown; never those that a call waited for.",
               total("ecluse_ledger_lost_total"), good=0, bad=0.5),
        figure("Since word from the store", "Past shared.stale_seconds callers get 503.",
               "max(ecluse_store_age_seconds)", "seconds", good=0, poor=2, bad=4),
        figure("Workers", "Serving processes that take calls, of those that are wanted; only where there are several.",
               "sum(ecluse_workers) / sum(ecluse_workers_wanted)", "ratio", bad=0, poor=0.5, good=1),
    ),
)  # fmt: skip

_LEDGER = Row(
    "Ledger",
    (
        Panel(
            "Wait for the durable record",
            "What each call waits before a byte leaves.",
            quantiles("ecluse_ledger_append_seconds"),
            unit="seconds",
        ),
        Panel(
            "A commit",
            "Write and sync. The disk's own time: where it rises, look at the disk.",
            quantiles("ecluse_ledger_commit_seconds"),
            unit="seconds",
        ),
        Panel(
            "Records",
            "Written a second, and on their way to the disk.",
            (
                rates("ecluse_ledger_records_total", legend="written a second"),
                Query("sum(ecluse_ledger_pending)", "on their way"),
            ),
        ),
        Panel(
            "Bytes written",
            "How fast the ledger grows.",
            (rates("ecluse_ledger_bytes_total", legend="bytes"),),
            unit="bytes_per_second",
        ),
        Panel(
            "Room on the disk, by gateway",
            "At ledger.reserve_bytes readiness goes first, before a call is refused.",
            (
                Query(f"min by (instance) ({_FREE})", "{{instance}}"),
                Query("max(ecluse_ledger_disk_low_bytes)", "not ready below"),
            ),
            unit="bytes",
        ),
        Panel(
            "Failures",
            "Errors of the disk or of the writing process, and records given up.",
            (
                rates("ecluse_ledger_failures_total", legend="errors"),
                rates("ecluse_ledger_lost_total", legend="records given up"),
            ),
            unit="per_second",
        ),
    ),
)  # fmt: skip

_STORE = Row(
    "What workers and replicas share",
    (
        Panel(
            "Since the last word from the store",
            "The oldest of all gateways.",
            (Query("max by (instance) (ecluse_store_age_seconds)", "{{instance}}"),),
            unit="seconds",
        ),
        Panel(
            "Store: what went wrong",
            "Questions without an answer by reason, facts that it wasn't told, and facts that no gateway of ours said.",
            (
                rates("ecluse_store_failures_total", "reason"),
                rates("ecluse_store_lost_total", legend="not told"),
                rates("ecluse_store_forged_total", legend="forged"),
            ),
            unit="per_second",
        ),
        Panel(
            "Words about quotas",
            "To the shared store, by result, and the quotas that they were about.",
            (rates("ecluse_quota_words_total", "result"), rates("ecluse_quota_asks_total", legend="quotas asked for")),
            unit="per_second",
        ),
        Panel(
            "Round trip of a word about quotas",
            "Beside the path of calls.",
            quantiles("ecluse_quota_word_seconds"),
            unit="seconds",
        ),
        Panel(
            "Calls that waited for the store",
            "Where what a worker had at hand of a quota didn't do.",
            quantiles("ecluse_quota_wait_seconds"),
            unit="seconds",
        ),
        Panel(
            "Refused since the store didn't say",
            "Whether a quota had room couldn't be known (quota_unknown).",
            (rates("ecluse_quota_unknown_total", "scope", "unit"),),
            unit="per_second",
        ),
    ),
)  # fmt: skip

_GOING_ON = Row(
    "Going on",
    (
        Panel(
            "Ready",
            "Gateways that take calls.",
            (Query("min by (instance) (ecluse_ready)", "{{instance}}"),),
            "states",
            steps=(Step(0, "bad"), Step(1, "good")), words=((0, "not ready"), (1, "ready")),
        ),
        Panel(
            "Workers started again",
            "By what became of the one before (ended, hung), in the time shown.",
            (total("ecluse_worker_restarts_total", "worker", "reason"),),
            "bars",
        ),
        Panel(
            "litellm's process started again",
            "Only where a vendor needs it, in the time shown.",
            (total("ecluse_bridge_restarts_total", "reason"),),
            "bars",
        ),
        Panel(
            "Stops in force",
            "What operators stopped and nobody has started again, by kind.",
            (Query("max by (kind) (ecluse_stops)", "{{kind}}"),),
        ),
        Panel(
            "Reloads",
            "Accepted and refused, in the time shown.",
            (total("ecluse_reloads_total", "result"),),
            "bars",
        ),
        Panel(
            "In force since",
            "How long ago the configuration and bundle in force were loaded.",
            (Query("time() - max by (instance) (ecluse_last_reload_timestamp_seconds)", "ago"),),
            "table", "span",
        ),
    ),
)  # fmt: skip

# Most programs that Prometheus reads have these families, itself among them; only ours say which process.
_OURS = 'process!=""'
_ITSELF = Row(
    "The processes",
    (
        Panel(
            "CPU",
            "Of each process; 1 is a whole core.",
            (rates("process_cpu_seconds_total", "process", where=_OURS),),
        ),
        Panel(
            "Memory",
            "Resident, shared pages included.",
            (Query(f"sum by (process) (process_resident_memory_bytes{{{_OURS}}})", "{{process}}"),),
            unit="bytes",
        ),
        Panel(
            "File descriptors in use",
            "Share of what each process may open.",
            (Query(f"max by (process) (process_open_fds{{{_OURS}}} / process_max_fds{{{_OURS}}})", "{{process}}"),),
            unit="ratio",
        ),
        Panel(
            "Running for",
            "Since each process started.",
            (Query(f"time() - max by (process) (process_start_time_seconds{{{_OURS}}})", "for"),),
            "table", "span",
        ),
        Panel(
            "Event loop behind",
            "How late timers ran.",
            quantiles("ecluse_loop_lag_seconds"),
            unit="seconds",
        ),
        Panel(
            "Told to the company's addresses",
            "Messages to webhooks by result of each try.",
            (rates("ecluse_webhooks_total", "webhook", "result", legend="{{webhook}}: {{result}}"),),
            unit="per_second",
        ),
    ),
)  # fmt: skip

_TLS = Row(
    "TLS of our own listeners",
    (
        Panel(
            "Certificates",
            "How long each still holds.",
            (Query("min by (listener) (ecluse_certificate_expiry_timestamp_seconds) - time()", "ends in"),),
            "table", "span", height=5,
            steps=(Step(float("-inf"), "bad"), Step(7 * 86400, "poor"), Step(21 * 86400, "good")),
        ),
        Panel(
            "Certificates not taken",
            "refused: the files hold one that can't be used, and the one before serves on.",
            (Query("max by (listener) (ecluse_certificate_refused)", "{{listener}}"),),
            "states", height=5,
            steps=(Step(0, "good"), Step(1, "bad")), words=((0, "taken"), (1, "refused")),
        ),
        Panel(
            "Handshakes that failed",
            "By reason.",
            (rates("ecluse_tls_handshake_failures_total", "reason"),),
            unit="per_second", height=5,
        ),
    ),
)  # fmt: skip

_TELEMETRY = Row(
    "What is told about it",
    (
        Panel(
            "Series on the page",
            "Label sets of all families; folded where a family holds as many as its cap.",
            (Query("sum by (instance) (ecluse_telemetry_series)", "{{instance}}"),),
        ),
        Panel(
            "Folded and dropped",
            "Values counted under `__other__` by family, and lines of the log or spans that nobody was told.",
            (
                rates("ecluse_telemetry_folded_total", "family", legend="folded: {{family}}"),
                rates("ecluse_telemetry_dropped_total", "signal", legend="dropped: {{signal}}"),
            ),
            unit="per_second",
        ),
        Panel(
            "Time of a page",
            "Of the event loop, for the page before this one.",
            (Query("max by (instance) (ecluse_telemetry_page_seconds)", "{{instance}}"),),
            unit="seconds",
        ),
        Panel(
            "Traces kept",
            "By why: errors, refusals, failovers and slow calls always, the rest by ratio.",
            (rates("ecluse_traces_total", "kept"),),
            "area", "per_second",
        ),
        Panel(
            "Spans",
            "By what became of them on the way to the collector.",
            (rates("ecluse_telemetry_spans_total", "result"),),
            unit="per_second",
        ),
        Panel(
            "Traces that wait to be sent",
            "The backlog is bounded; what is beyond is dropped and counted.",
            (Query("sum(ecluse_telemetry_traces_waiting)", "calls"),),
        ),
    ),
)  # fmt: skip

LEDGER = Board(
    "ecluse-ledger",
    "Écluse: ledger and continuity",
    "Can calls be recorded, and will the gateway go on?",
    ("job", "instance"),
    (_NOW, _LEDGER, _STORE, _GOING_ON, _ITSELF, _TLS, _TELEMETRY),
    MARKS,
)
