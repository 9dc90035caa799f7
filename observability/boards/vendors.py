"""Which vendor fails or is slow, what was promised, what becomes of calls: for the SRE and for whoever buys models."""

from __future__ import annotations

from observability.boards.marks import MARKS
from observability.boards.overview import BREAKERS
from observability.boards.panel import Board, Panel, Query, Row, Step
from observability.boards.questions import figure, quantile, rate, rates, total

_HERE = 'destination=~"$destination"'
_FAULTS = f'result!~"ok|left",{_HERE}'
_OK, _OURS = f'result="ok",{_HERE}', f'result!="left",{_HERE}'
_GOOD, _ALL = rate("ecluse_attempts_total", where=_OK), rate("ecluse_attempts_total", where=_OURS)
_GOOD_EACH = rate("ecluse_attempts_total", "destination", where=_OK)
_EACH = rate("ecluse_attempts_total", "destination", where=_OURS)
_ORDERED = rate("ecluse_route_requests_total", "route", "split")
_BAD = rate("ecluse_route_requests_total", "route", "split", where='outcome=~"failed|cut"')
_ENDS = "ecluse_contract_expiry_timestamp_seconds"

_NOW = Row(
    "Now",
    (
        figure(
            "Destinations left alone",
            "Destinations with an open breaker: they failed too often and get no calls.",
            "count(max by (destination) (ecluse_breaker_state) == 2) or vector(0)", good=0, bad=1,
        ),
        figure(
            "Asked last",
            "Destinations that break what a route promises, and are asked after the others.",
            "sum(max by (route, destination) (ecluse_route_demoted))", good=0, poor=1,
        ),
        figure(
            "Attempts that succeed",
            "Of all that were not broken off by our side.",
            f"{_GOOD} / {_ALL}", "ratio", bad=0, poor=0.95, good=0.99,
        ),
        figure(
            "Failovers",
            "How often calls went on to another destination since one failed, in the time shown.",
            total("ecluse_failovers_total"),
        ),
        figure(
            "Next contract ends in",
            "Its destinations get no calls after that. Which: Contracts, below.",
            f"min({_ENDS}) - time()", "span", bad=0, poor=30 * 86400, good=90 * 86400,
        ),
        figure(
            "Drills now",
            "Drills that make a destination fail on purpose, or are about to.",
            "max(ecluse_drills_running)", good=0, poor=1,
        ),
    ),
)  # fmt: skip

_FAILURES = Row(
    "Failures",
    (
        Panel(
            "Attempts, by destination",
            "Who is asked. A destination that loses its share is slow, left alone, an outlier or asked last.",
            (rates("ecluse_attempts_total", "destination", where=_HERE),),
            "area", "per_second",
        ),
        Panel(
            "Attempts that succeed, by destination",
            "Share of attempts answered in full; those that our side broke off are left out.",
            (Query(f"({_GOOD_EACH} or 0 * {_EACH}) / {_EACH}", "{{destination}}"),),
            unit="ratio",
        ),
        Panel(
            "Attempts that failed, by kind",
            "rate_limit, overload: too much is asked. auth, money, not_found: ours to mend. Others: the vendor's, or "
            "on the way there.",
            (
                rates(
                    "ecluse_attempts_total", "destination", "result", where=_FAULTS,
                    legend="{{destination}}: {{result}}",
                ),
            ),
            unit="per_second",
        ),
        Panel(
            "Calls that went on elsewhere",
            "Failovers, and the error that made them.",
            (
                rates(
                    "ecluse_failovers_total", "from", "to", "reason",
                    legend="{{from}} \N{RIGHTWARDS ARROW} {{to}}: {{reason}}",
                ),
            ),
            unit="per_second",
        ),
        BREAKERS,
        Panel(
            "Breakers that opened",
            "In the time shown, by class of failure.",
            (total("ecluse_breaker_openings_total", "destination", "failure", where=_HERE),),
            "bars",
        ),
        Panel(
            "Share of the usual calls",
            "1: all. Less: it was away and comes back slowly. 0: an outlier, which gets calls only where no other can.",
            (Query(f"min by (destination) (ecluse_destination_share{{{_HERE}}})", "{{destination}}"),),
            unit="ratio",
        ),
        Panel(
            "Outliers",
            "How often a destination did far worse than its model's others, in the time shown.",
            (total("ecluse_outliers_total", "destination", where=_HERE),),
            "bars",
        ),
        Panel(
            "Room that vendors say is left",
            "Of requests and tokens, as their headers tell; 1 where they say nothing.",
            (Query(f"min by (destination) (ecluse_destination_headroom_ratio{{{_HERE}}})", "{{destination}}"),),
            unit="ratio",
        ),
    ),
)  # fmt: skip

_TIMES = Row(
    "Time",
    (
        Panel(
            "Attempt, p95",
            "First byte sent to last byte received, of attempts that succeeded.",
            (quantile(0.95, "ecluse_attempt_seconds", "destination", where=f'result="ok",{_HERE}'),),
            unit="seconds",
        ),
        Panel(
            "First word, p95",
            "Arrival of a call to the first event with content.",
            (quantile(0.95, "ecluse_first_token_seconds", "destination", where=_HERE),),
            unit="seconds",
        ),
        Panel(
            "Time of an output token, median",
            "Of streamed answers, after the first word: how fast it writes.",
            (quantile(0.5, "ecluse_output_token_seconds", "destination", where=_HERE),),
            unit="seconds",
        ),
        Panel(
            "Longest gap in a stream, p95",
            "What a reader sees as hanging.",
            (quantile(0.95, "ecluse_stream_gap_seconds", "destination", where=_HERE),),
            unit="seconds",
        ),
        Panel(
            "Slots taken",
            "Calls at once, as a share of what a destination is asked for; the limit falls when it throttles.",
            (
                Query(
                    f"sum by (destination) (ecluse_destination_in_flight{{{_HERE}}}) / "
                    f"sum by (destination) (ecluse_destination_limit{{{_HERE}}})",
                    "{{destination}}",
                ),
            ),
            unit="ratio",
        ),
        Panel(
            "Waiting for a slot",
            "Calls in the queue of a destination.",
            (Query(f"sum by (destination) (ecluse_destination_waiting{{{_HERE}}})", "{{destination}}"),),
        ),
    ),
)  # fmt: skip

_ROUTES = Row(
    "Routes: what they promise and who keeps it",
    (
        Panel(
            "Calls by route and split",
            "none: in no split.",
            (rates("ecluse_route_requests_total", "route", "split", legend="{{route}}: {{split}}"),),
            "area", "per_second",
        ),
        Panel(
            "First word by route and split, p95",
            "What a split is compared by.",
            (quantile(0.95, "ecluse_route_first_token_seconds", "route", "split", legend="{{route}}: {{split}}"),),
            unit="seconds",
        ),
        Panel(
            "Calls that end badly, by split",
            "Failed and cut calls of all that a route ordered.",
            (
                Query(
                    f"({_BAD} or 0 * {_ORDERED}) / {_ORDERED}",
                    "{{route}}: {{split}}",
                ),
            ),
            unit="ratio",
        ),
        Panel(
            "Objectives kept",
            "Share of attempts that kept an objective of a route, over its window.",
            (
                Query(
                    f"min by (route, destination, objective) (ecluse_route_objective_ratio{{{_HERE}}})",
                    "{{destination}}: {{objective}}",
                ),
            ),
            unit="ratio",
        ),
        Panel(
            "Burn rate",
            "How much faster than it may a destination spends what may fail. Above 1 it is asked after the others.",
            (
                Query(
                    f"max by (route, destination, objective) (ecluse_route_burn_rate{{{_HERE}}})",
                    "{{destination}}: {{objective}}",
                ),
            ),
        ),
        Panel(
            "Moved to the end",
            "How often a destination was, by the objective that it broke, in the time shown.",
            (total("ecluse_route_demotions_total", "destination", "objective", where=_HERE),),
            "bars",
        ),
    ),
)  # fmt: skip

_MONTH = 'sum by (contract, promise) (ecluse_contract_month_requests{result="kept"})'
_OF_MONTH = "sum by (contract, promise) (ecluse_contract_month_requests)"

_CONTRACTS = Row(
    "Contracts and drills",
    (
        Panel(
            "Promises this month",
            "Requests that kept a promise, as gateways count them while calls run. The account: `ecluse report sla`.",
            (Query(f"({_MONTH} or 0 * {_OF_MONTH}) / {_OF_MONTH}", "kept"),),
            "table", "ratio",
        ),
        Panel(
            "Less than promised",
            "By how much a promise of a contract is missed. Above 0 there may be a claim: `ecluse report sla`.",
            (
                Query(
                    "clamp_min(max by (contract, promise) (ecluse_contract_promised_ratio) - "
                    f"({_MONTH} or 0 * {_OF_MONTH}) / {_OF_MONTH}, 0)",
                    "{{contract}}: {{promise}}",
                ),
            ),
            unit="ratio",
        ),
        Panel(
            "Attempts, as contracts count them",
            "failed: the vendor's fault. throttled: capacity. uncounted, aside: left out of what is measured.",
            (rates("ecluse_contract_attempts_total", "contract", "result", legend="{{contract}}: {{result}}"),),
            "area", "per_second",
        ),
        Panel(
            "Requests that broke a promise",
            "Of a contract, as they come.",
            (
                rates(
                    "ecluse_contract_promise_total", "contract", "promise", where='result="broken"',
                    legend="{{contract}}: {{promise}}",
                ),
            ),
            unit="per_second", width=6, height=6,
        ),
        Panel(
            "Contracts",
            "How long each still runs. Red: it has ended, and its destinations get no calls.",
            (Query(f"min by (contract) ({_ENDS}) - time()", "ends in"),),
            "table", "span", width=6, height=6,
            steps=(Step(float("-inf"), "bad"), Step(30 * 86400, "poor"), Step(90 * 86400, "good")),
        ),
        Panel(
            "Last drill",
            "How long ago each destination was made to fail on purpose; 0 in `ecluse drill list` is never.",
            (Query("time() - (max by (destination) (ecluse_drill_last_timestamp_seconds) > 0)", "ago"),),
            "table", "span", width=6, height=6,
        ),
        Panel(
            "litellm's process",
            "Only where a vendor needs it. down: calls to those vendors fail.",
            (Query("min(ecluse_bridge_up)", "serves"),),
            "states", width=6, height=6,
            steps=(Step(0, "bad"), Step(1, "good")), words=((0, "down"), (1, "up")),
        ),
    ),
)  # fmt: skip

VENDORS = Board(
    "ecluse-vendors",
    "Écluse: vendors and contracts",
    "Which vendor fails or is slow, since when, and what was promised?",
    ("job", "instance", "destination"),
    (_NOW, _FAILURES, _TIMES, _ROUTES, _CONTRACTS),
    MARKS,
)
