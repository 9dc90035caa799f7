"""Is it well, who notices that it isn't, and where to look next: the board for whoever is on call."""

from __future__ import annotations

from observability.boards.marks import MARKS
from observability.boards.panel import Board, Panel, Query, Row, Step
from observability.boards.questions import figure, quantile, quantiles, rate, rates, total

_TEAM = 'team=~"$team"'
_MISSED = f'outcome=~"failed|cut",{_TEAM}'
_SERVED = rate("ecluse_requests_total", where=f'outcome="served",{_TEAM}')
_OWED = rate("ecluse_requests_total", where=f'outcome!~"refused|left",{_TEAM}')
_LOST = total("ecluse_requests_total", "team", "model", "outcome", where=_MISSED)
_OPEN = "count(max by (destination) (ecluse_breaker_state) == 2) or vector(0)"


def _objective(recorded: str) -> Query:
    return Query(f"max by (job, sloth_id) ({recorded})", "{{job}}: {{sloth_id}}")


BREAKERS = Panel(
    "Breakers",
    "open: the destination failed too often and is left alone, from here to there. half open: one call tries.",
    (
        Query(
            "max by (destination) (ecluse_breaker_state) or max by (destination) (0 * ecluse_destination_share)",
            "{{destination}}",
        ),
    ),
    kind="states",
    steps=(Step(0, "good"), Step(1, "poor"), Step(2, "bad")),
    words=((0, "closed"), (1, "half open"), (2, "open")),
)

_NOW = Row(
    "Now",
    (
        figure(
            "Ready",
            "Share of the gateways that take calls. Below 1: look at Ledger and continuity.",
            "avg(ecluse_ready)", "ratio", bad=0, poor=0.5, good=1,
        ),
        figure(
            "Calls a second",
            "Calls of identified callers that ended, however they did.",
            rate("ecluse_requests_total", where=_TEAM), "per_second",
        ),
        figure(
            "Served",
            "Of the calls that nobody refused and whose client stayed: the share that got a whole answer.",
            f"{_SERVED} / {_OWED}", "ratio", bad=0, poor=0.99, good=0.999,
        ),
        figure(
            "First word, p95",
            "Arrival of a call to the first event with content.",
            quantile(0.95, "ecluse_first_token_seconds"), "seconds",
        ),
        figure(
            "Added by the gateway, p95",
            "Time of a call less the wait for vendors: inspection, rules, record, quotas.",
            quantile(0.95, "ecluse_overhead_seconds"), "seconds", good=0, poor=0.05, bad=0.25,
        ),
        figure("In flight", "Calls being served now.", "sum(ecluse_in_flight)"),
        figure(
            "Destinations left alone",
            "Destinations with an open breaker: they failed too often and get no calls. Which: Breakers, below.",
            _OPEN, good=0, bad=1,
        ),
        figure(
            "Stops in force",
            "What operators stopped and nobody has started again. What and why: `ecluse status`.",
            "sum(max by (kind) (ecluse_stops))", good=0, poor=1,
        ),
        figure(
            "Files refused",
            "Configuration or bundle were refused when last read, and the pair before goes on. See `ecluse status`.",
            "max(ecluse_load_refused)", good=0, bad=1, words=((0, "none"), (1, "refused")),
        ),
        figure(
            "Fullest quota",
            "Highest share used of any quota. Which: Cost and value.",
            "max(ecluse_quota_used_ratio)", "ratio", good=0, poor=0.8, bad=1,
        ),
        figure(
            "Records can be written",
            "Where they can't, calls are refused: look at Ledger and continuity.",
            "min(ecluse_ledger_ready)", bad=0, good=1, words=((0, "no"), (1, "yes")),
        ),
        figure(
            "Gateways",
            "Gateways that Prometheus reads, by version.",
            Query("count by (version) (ecluse_build_info)", "{{version}}"),
        ),
    ),
)  # fmt: skip

_CALLS = Row(
    "Calls: how they end, and for whom they end badly",
    (
        Panel(
            "Calls by outcome",
            "served: a whole answer. refused: a rule or a quota said no, or the request was wrong. failed: no vendor "
            "answered, one broke off, or the gateway itself couldn't take the call. cut: the gateway ended the answer. "
            "left: the client went away.",
            (rates("ecluse_requests_total", "outcome", where=_TEAM),),
            "area", "per_second",
        ),
        Panel(
            "Failed and cut calls, by team",
            "Who is affected: calls that got an error or half an answer.",
            (rates("ecluse_requests_total", "team", where=_MISSED),),
            "area", "per_second",
        ),
        Panel(
            "Failed and cut calls, in the time shown",
            "Whose they were, what they had asked for and how they ended; the ten most.",
            (Query(f"topk(10, {_LOST.expr})", _LOST.legend),),
            "bars",
        ),
        Panel(
            "Refused and failed, by code",
            "The code is in the answer. What each means and what to do stands in the how-to for operations.",
            (
                rates("ecluse_refusals_total", "code"),
                rates("ecluse_failures_total", "code", legend="failed: {{code}}"),
            ),
            unit="per_second",
        ),
        Panel(
            "Turned away for want of room",
            "By reason and by the priority of the use case. High priority: there isn't room for what matters most.",
            (rates("ecluse_shed_total", "reason", "priority"),),
            unit="per_second",
        ),
        Panel(
            "Not identified, or left",
            "Requests without a valid key, and calls whose client went away before the first word or in the answer.",
            (
                rates("ecluse_unidentified_total", "reason"),
                rates("ecluse_client_gone_total", "phase", legend="left: {{phase}}"),
            ),
            unit="per_second",
        ),
    ),
)  # fmt: skip

_OBJECTIVES = Row(
    "Objectives: what may fail, and what is left of it",
    (
        Panel(
            "Error budget left",
            "Share of what may fail in the objective's period that is left; below 0 the objective is missed. No data: "
            "the rules that `ecluse slo rules` writes aren't loaded.",
            (_objective("slo:period_error_budget_remaining:ratio"),),
            "bars", "ratio",
            steps=(Step(float("-inf"), "bad"), Step(0, "poor"), Step(0.25, "good")),
        ),
        Panel(
            "Error budget burns",
            "How many times faster than it may, over the last five minutes. At 1 the budget lasts its period; an hour "
            "above 14.4 uses 2 % of it up and is a page.",
            (_objective("slo:current_burn_rate:ratio"),),
        ),
        Panel(
            "Not as promised",
            "Share of the calls of the last five minutes that failed, began late or were slowed down.",
            (_objective("slo:sli_error:ratio_rate5m"),),
            unit="ratio",
        ),
    ),
)  # fmt: skip

_VENDORS = Row(
    "Vendors: which fails, since when, and what the gateway does",
    (
        Panel(
            "Attempts that failed, by destination",
            "Which vendor fails, and how. More: Vendors and contracts.",
            (rates("ecluse_attempts_total", "destination", "result", where='result!~"ok|left"'),),
            unit="per_second",
        ),
        Panel(
            "Calls that went on elsewhere",
            "Failovers, from the destination that failed to the one that was asked next.",
            (rates("ecluse_failovers_total", "from", "to", legend="{{from}} \N{RIGHTWARDS ARROW} {{to}}"),),
            unit="per_second",
        ),
        BREAKERS,
    ),
)  # fmt: skip

_TIMES = Row(
    "Time",
    (
        Panel(
            "Time of a served call",
            "Arrival to end; long answers take long.",
            quantiles("ecluse_request_seconds", 'outcome="served"'),
            unit="seconds",
        ),
        Panel(
            "First word, p95, by destination",
            "What people wait for.",
            (quantile(0.95, "ecluse_first_token_seconds", "destination"),),
            unit="seconds",
        ),
        Panel(
            "Added by the gateway",
            "Time of a call less the wait for vendors.",
            quantiles("ecluse_overhead_seconds"),
            unit="seconds",
        ),
    ),
)

_ROOM = Row(
    "Room",
    (
        Panel(
            "In flight and waiting",
            "Calls being served, and those in the queue of a destination.",
            (
                Query("sum(ecluse_in_flight)", "in flight"),
                Query("sum(ecluse_destination_waiting)", "waiting for a slot"),
            ),
        ),
        Panel(
            "Wait for a slot, p95, by priority",
            "Of the calls that waited for a slot at a destination.",
            (quantile(0.95, "ecluse_queue_seconds", "priority"),),
            unit="seconds",
        ),
        Panel(
            "Event loop behind, p99",
            "How late timers ran. Past capacity.lag_seconds the door lets fewer calls in.",
            (quantile(0.99, "ecluse_loop_lag_seconds"),),
            unit="seconds",
        ),
        Panel(
            "Door",
            "Calls a second that a gateway which is behind lets in; 0 where all are.",
            (Query("sum by (instance) (ecluse_door_rate)", "{{instance}}"),),
            unit="per_second",
        ),
        Panel(
            "Bodies of calls in flight",
            "Bytes held. limits.bodies_bytes is the most for one serving process.",
            (Query("sum by (instance) (ecluse_body_bytes)", "{{instance}}"),),
            unit="bytes",
        ),
    ),
)

OVERVIEW = Board(
    "ecluse-overview",
    "Écluse: overview",
    "Is it well, who notices that it isn't, and where to look next?",
    ("job", "instance", "team"),
    (_NOW, _OBJECTIVES, _CALLS, _VENDORS, _TIMES, _ROOM),
    MARKS,
)
