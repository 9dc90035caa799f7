"""The gateway itself: what is in force, which processes serve, the store that they share."""

from __future__ import annotations

from observability.families.family import FAST, Family

PROCESS: tuple[Family, ...] = (
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
        "ecluse_store_age_seconds",
        "gauge",
        "Seconds since the shared store last answered; past `shared.stale_seconds` callers get 503.",
    ),
    Family("ecluse_store_failures_total", "counter", "Questions that the shared store didn't answer.", ("reason",)),
    Family("ecluse_store_lost_total", "counter", "Passing facts that the shared store wasn't told: too many waited."),
    Family("ecluse_store_forged_total", "counter", "Facts in the shared store that no gateway of this keyring said."),
    Family(
        "ecluse_certificate_expiry_timestamp_seconds",
        "gauge",
        "When the certificate of a listener of ours that speaks TLS ends (Unix time).",
        ("listener",),
        cap=4,
        merge="min",
    ),
    Family(
        "ecluse_certificate_refused",
        "gauge",
        "1 where the files hold a certificate that isn't taken, and the one before it serves on.",
        ("listener",),
        cap=4,
    ),
    Family(
        "ecluse_tls_handshake_failures_total",
        "counter",
        "TLS handshakes that failed, by reason (version, plain_http, client_certificate, distrusted, other).",
        ("reason",),
        cap=8,
    ),
    Family("ecluse_loop_lag_seconds", "histogram", "How late the event loop ran a timer.", (), FAST),
    Family("ecluse_ready", "gauge", "1 where the gateway takes calls."),
    Family("ecluse_workers", "gauge", "Serving processes that take calls; only with several of them."),
    Family("ecluse_workers_wanted", "gauge", "How many there are to be; only with several of them."),
    Family(
        "ecluse_worker_restarts_total",
        "counter",
        "Workers started again, by what became of the one before (ended, hung).",
        ("worker", "reason"),
    ),
    Family(
        "ecluse_telemetry_series",
        "gauge",
        "Label sets on this page; of a histogram each is several lines.",
    ),
    Family(
        "ecluse_telemetry_folded_total",
        "counter",
        "Values counted under `__other__`, since the family holds as many label sets as its cap.",
        ("family",),
    ),
    Family("ecluse_telemetry_page_seconds", "gauge", "Time of the event loop that the page before this one took."),
    Family(
        "ecluse_telemetry_dropped_total",
        "counter",
        "What was to be told and wasn't, by signal: lines of the log (log), spans of traces (traces).",
        ("signal",),
    ),
    Family(
        "process_cpu_seconds_total",
        "counter",
        "User and system time of a process: a worker, its scribe, the supervisor, the bridge to litellm.",
        ("process",),
    ),
    Family(
        "process_resident_memory_bytes", "gauge", "Memory that a process holds, shared pages included.", ("process",)
    ),
    Family("process_open_fds", "gauge", "Open file descriptors of a process.", ("process",)),
    Family("process_max_fds", "gauge", "Most file descriptors that a process may open.", ("process",), merge="min"),
    Family("process_start_time_seconds", "gauge", "When a process started (Unix time).", ("process",)),
    Family("ecluse_build_info", "gauge", "1 for the version that runs.", ("version",), cap=2),
)
