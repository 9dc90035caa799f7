"""What was found in texts, and what rules did about it."""

from __future__ import annotations

from observability.families.family import FAST, GAP, Family

POLICY: tuple[Family, ...] = (
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
        "ecluse_data_classes_total",
        "counter",
        "Calls by the data class that they were judged to be of (none: not judged), and how they ended.",
        ("data_class", "outcome"),
    ),
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
    Family("ecluse_file_seconds", "histogram", "Time to read one file that was new, waiting included.", (), GAP),
    Family("ecluse_file_workers", "gauge", "Processes that read files.", merge="sum"),
    Family("ecluse_classify_seconds", "histogram", "Time to inspect the request of one call.", (), FAST),
    Family("ecluse_classify_failures_total", "counter", "Inspections that did not finish; the call was refused."),
    Family("ecluse_classify_memo_total", "counter", "Passages looked up in the memo: hit or miss.", ("result",)),
    Family(
        "ecluse_exception_expiry_timestamp_seconds",
        "gauge",
        "When an exception ends (Unix time); it lifts nothing after that.",
        ("exception",),
        merge="min",
    ),
    Family(
        "ecluse_shadow_expiry_timestamp_seconds",
        "gauge",
        "By when somebody is to decide on a rule in shadow (Unix time); it stays in shadow after that.",
        ("rule",),
        cap=1000,
        merge="min",
    ),
    Family("ecluse_stops", "gauge", "What operators stopped and nobody has started again, by kind.", ("kind",)),
)
