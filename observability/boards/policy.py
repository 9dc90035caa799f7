"""What rules find, do and cost in time: for security, data protection and whoever writes policies."""

from __future__ import annotations

from observability.boards.marks import MARKS
from observability.boards.panel import Board, Panel, Query, Row, Step
from observability.boards.questions import figure, quantile, quantiles, rate, rates, total

_DONE = "ecluse_policy_decisions_total"
_REFUSED = 'code=~"policy_.*|answer_.*"'
_KNOWN = rate("ecluse_classify_memo_total", where='result="hit"')
_TODAY = "In the time shown."

_NOW = Row(
    "Now",
    (
        figure("Refused by a rule", f"Calls. {_TODAY}", total("ecluse_refusals_total", where=_REFUSED)),
        figure("Values replaced", f"Stretches that left as pseudonyms. {_TODAY}", total("ecluse_pseudonymised_total")),
        figure("Values given back", f"Pseudonyms in answers that became values again. {_TODAY}",
               total("ecluse_restored_total")),
        figure("Reports of staff", f"That a rule was wrong, or was lifted for an hour. {_TODAY}",
               Query(f"{total('ecluse_reports_total').expr} or vector(0)")),
        figure("Inspection, p95", "What inspecting a request takes.",
               quantile(0.95, "ecluse_classify_seconds"), "seconds", good=0, poor=0.1, bad=0.25),
        figure("Inspections that failed", f"Did not finish, so the call was refused. {_TODAY}",
               total("ecluse_classify_failures_total"), good=0, bad=0.5),
    ),
)  # fmt: skip

_RULES = Row(
    "Rules",
    (
        Panel(
            "What rules do",
            "Rules in force that matched, by action: for each destination that a call might go to.",
            (rates(_DONE, "action", where='mode="enforce"'),),
            "area", "per_second",
        ),
        Panel(
            "Refused, by rule",
            "Rules in force that denied, in the time shown. The calls: `ecluse policy hits RULE --calls`.",
            (total(_DONE, "rule", where='mode="enforce",action="deny"'),),
            "bars",
        ),
        Panel(
            "Changed, by rule",
            "Rules in force that redacted, pseudonymised, rerouted or warned, in the time shown.",
            (total(_DONE, "rule", "action", where='mode="enforce",action!~"allow|deny"'),),
            "bars",
        ),
        Panel(
            "In shadow, by rule",
            "What rules on trial would have done, in the time shown.",
            (total(_DONE, "rule", "action", where='mode="shadow"'),),
            "bars",
        ),
        Panel(
            "Lifted, by rule",
            "By exceptions, or by the caller for an hour, in the time shown.",
            (total(_DONE, "rule", where='mode="lifted"'),),
            "bars",
        ),
        Panel(
            "Reports, samples, charters",
            "Reports of staff by kind, review samples by rule, charters read by language.",
            (
                rates("ecluse_reports_total", "kind", legend="report: {{kind}}"),
                rates("ecluse_review_samples_total", "rule", legend="sample: {{rule}}"),
                rates("ecluse_charters_total", "language", legend="charter: {{language}}"),
            ),
            unit="per_second",
        ),
    ),
)  # fmt: skip

_FOUND = Row(
    "What is found",
    (
        Panel(
            "Calls by data class",
            "As they were judged; none: refused or ended before.",
            (rates("ecluse_data_classes_total", "data_class"),),
            "area", "per_second",
        ),
        Panel(
            "Findings, by detector",
            "In requests, in what tools returned, and in answers.",
            (rates("ecluse_findings_total", "detector", "direction", legend="{{detector}}: {{direction}}"),),
            unit="per_second",
        ),
        Panel(
            "Refused, by data class",
            "Which kind of data costs people their call.",
            (rates("ecluse_data_classes_total", "data_class", where='outcome="refused"'),),
            unit="per_second",
        ),
        Panel(
            "Pseudonymised, by detector",
            "Stretches of requests replaced by tokens that come back.",
            (rates("ecluse_pseudonymised_total", "detector"),),
            unit="per_second",
        ),
        Panel(
            "Files",
            "In requests, by kind: read, or why not.",
            (rates("ecluse_files_total", "kind", "result", legend="{{kind}}: {{result}}"),),
            unit="per_second",
        ),
        Panel(
            "What isn't served",
            "Vendors' APIs that are refused, and lists of what callers had vendors keep.",
            (
                rates("ecluse_unserved_total", "api"),
                rates("ecluse_lists_total", "kind", legend="list: {{kind}}"),
            ),
            unit="per_second",
        ),
    ),
)  # fmt: skip

_COST = Row(
    "What it costs in time",
    (
        Panel(
            "Inspection of a request",
            "A chat resends its history, which the memo remembers.",
            quantiles("ecluse_classify_seconds"),
            unit="seconds",
        ),
        Panel(
            "Passages known already",
            "Share of passages whose findings were in the memo.",
            (
                Query(f"{_KNOWN} / {rate('ecluse_classify_memo_total')}"),
            ),
            unit="ratio",
        ),
        Panel(
            "Answers held back",
            "Longest time that rules on answers held text of a call.",
            quantiles("ecluse_held_seconds"),
            unit="seconds",
        ),
        Panel(
            "Characters held back",
            "Most that rules on answers held at once in a call.",
            quantiles("ecluse_held_characters"),
        ),
        Panel(
            "Reading a file",
            "Of files that were new; waiting for a process included.",
            quantiles("ecluse_file_seconds"),
            unit="seconds",
        ),
        Panel(
            "Processes that read files",
            "Fewer than files.workers: look at the log.",
            (Query("sum(ecluse_file_workers)", "processes"),),
        ),
    ),
)  # fmt: skip

_DUE = Row(
    "In force and due",
    (
        Panel(
            "Revisions in force",
            "More than one line for long: a gateway wasn't reloaded.",
            (Query("count by (config, policy, detection) (ecluse_revision_info)", "gateways"),),
            "table", height=5,
        ),
        Panel(
            "Exceptions",
            "How long each still lifts its rules.",
            (Query("min by (exception) (ecluse_exception_expiry_timestamp_seconds) - time()", "ends in"),),
            "table", "span", height=5,
            steps=(Step(float("-inf"), "bad"), Step(0, "poor"), Step(14 * 86400, "good")),
        ),
        Panel(
            "Rules in shadow",
            "How long there is to decide on each.",
            (Query("min by (rule) (ecluse_shadow_expiry_timestamp_seconds) - time()", "decide in"),),
            "table", "span", height=5,
            steps=(Step(float("-inf"), "bad"), Step(0, "poor"), Step(14 * 86400, "good")),
        ),
    ),
)  # fmt: skip

POLICY = Board(
    "ecluse-policy",
    "Écluse: egress policy",
    "What do rules find, what do they do about it, and what is due?",
    ("job", "instance"),
    (_NOW, _RULES, _FOUND, _COST, _DUE),
    MARKS,
)
