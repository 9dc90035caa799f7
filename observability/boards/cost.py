"""What models cost, whom, and what for: for whoever pays, and for whoever sets budgets."""

from __future__ import annotations

from observability.boards.marks import MARKS
from observability.boards.panel import Board, Panel, Query, Row, Step
from observability.boards.questions import figure, rates, total

_TEAM = 'team=~"$team"'
_COST = "ecluse_cost_total"
_TOKENS = "ecluse_tokens_total"
_CALLS = "ecluse_requests_total"
_CACHED = total(_TOKENS, where=f'type="cached",{_TEAM}').expr
_INPUT = total(_TOKENS, where=f'type="input",{_TEAM}').expr
_SERVED = f'outcome="served",{_TEAM}'


def _hourly(*by: str) -> Query:
    """Money an hour at the present pace."""
    made = rates(_COST, *by, where=_TEAM)
    return Query(f"3600 * {made.expr}", made.legend)


def _hourly_of(family: str, *by: str, legend: str = "") -> Query:
    made = rates(family, *by, legend=legend)
    return Query(f"3600 * {made.expr}", made.legend)


def _over(above: Query, below: Query, factor: str = "") -> Query:
    """One total in the time shown, for each of another."""
    return Query(f"{factor}{above.expr} / {below.expr}", above.legend)


_NOW = Row(
    "In the time shown",
    (
        figure("Spent", "In the currency that the configuration counts in.",
               total(_COST, where=_TEAM), "money"),
        figure("An hour, at this pace", "Cost of the attempts of the last minutes.", _hourly(), "money"),
        figure("A served call", "What was spent, by the calls that were served: failed attempts are in it.",
               _over(total(_COST, where=_TEAM), total(_CALLS, where=_SERVED)), "money"),
        figure("Calls served", "Those that got a whole answer.", total(_CALLS, where=_SERVED)),
        figure("Input from caches", "Share of input tokens that vendors read from their cache, at a lower price.",
               f"{_CACHED} / {_INPUT} or vector(0)", "ratio"),
        figure("Without a known price", "They count at the dearest: `ecluse prices check` names them.",
               f"{total('ecluse_price_assumed_total').expr} or vector(0)", good=0, bad=0.5),
    ),
)  # fmt: skip

_MONEY = Row(
    "Money",
    (
        Panel(
            "Cost an hour, by team",
            "At the pace of the last minutes.",
            (_hourly("team"),),
            "area", "money",
        ),
        Panel(
            "Cost an hour, by use case",
            "At the pace of the last minutes.",
            (_hourly("use_case"),),
            "area", "money",
        ),
        Panel(
            "Cost an hour, by destination",
            "Who is paid. It moves when calls go on elsewhere.",
            (_hourly("destination"),),
            "area", "money",
        ),
        Panel(
            "Spent, by team",
            "In the time shown.",
            (total(_COST, "team", where=_TEAM),),
            "bars", "money",
        ),
        Panel(
            "Spent, by use case",
            "In the time shown.",
            (total(_COST, "use_case", where=_TEAM),),
            "bars", "money",
        ),
        Panel(
            "Spent, by destination",
            "In the time shown.",
            (total(_COST, "destination", where=_TEAM),),
            "bars", "money",
        ),
    ),
)  # fmt: skip

_WHERE = Row(
    "Where it goes",
    (
        Panel(
            "Cost an hour, by model",
            "By the model that callers asked for.",
            (_hourly_of("ecluse_model_cost_total", "model"),),
            "area", "money",
        ),
        Panel(
            "Spent without a whole answer",
            "What failed, cut and abandoned attempts cost, in the time shown.",
            (total("ecluse_cost_failed_total", "destination", "result"),),
            "bars", "money",
        ),
        Panel(
            "Estimated and saved, an hour",
            "Cost of tokens that vendors didn't count, and what input from their caches cost less.",
            (
                _hourly_of("ecluse_cost_estimated_total", legend="estimated"),
                _hourly_of("ecluse_cache_saved_total", legend="saved by caches"),
            ),
            unit="money",
        ),
    ),
)  # fmt: skip

_VALUE = Row(
    "What for",
    (
        Panel(
            "Calls served, by use case",
            "What the money buys.",
            (rates(_CALLS, "use_case", where=_SERVED),),
            "area", "per_second",
        ),
        Panel(
            "Calls served, by model",
            "As callers named them, aliases resolved.",
            (rates(_CALLS, "model", where=_SERVED),),
            "area", "per_second",
        ),
        Panel(
            "A served call costs, by use case",
            "What is spent by the calls that are served: dearer where calls go on to dearer models, or fail after all.",
            (_over(rates(_COST, "use_case", where=_TEAM), rates(_CALLS, "use_case", where=_SERVED)),),
            unit="money",
        ),
        Panel(
            "A million tokens costs, by destination",
            "Input and output together, in the time shown: what a model costs as it is used here.",
            (
                _over(
                    total(_COST, "destination", where=_TEAM),
                    total(_TOKENS, "destination", where=f'type=~"input|output",{_TEAM}'),
                    "1e6 * ",
                ),
            ),
            "bars", "money",
        ),
        Panel(
            "Tokens, by type",
            "As vendors counted them; cached is a part of input, reasoning of output.",
            (rates(_TOKENS, "type", where=_TEAM),),
            unit="per_second",
        ),
        Panel(
            "Tokens, by team",
            "Input and output.",
            (rates(_TOKENS, "team", where=f'type=~"input|output",{_TEAM}'),),
            "area", "per_second",
        ),
    ),
)  # fmt: skip

_BUDGETS = Row(
    "Budgets and limits",
    (
        Panel(
            "Quotas used",
            "Highest share over all holders: settled plus reserved. Who: `ecluse quota show`.",
            (Query("max by (scope, unit, window) (ecluse_quota_used_ratio)", "{{scope}} {{unit}} {{window}}"),),
            "bars", "ratio",
            steps=(Step(0, "good"), Step(0.8, "poor"), Step(1, "bad")),
        ),
        Panel(
            "Refused by a quota",
            "Callers got a 429.",
            (rates("ecluse_quota_refusals_total", "scope", "unit"),),
            unit="per_second",
        ),
        Panel(
            "Soft limits passed",
            "Holders that were warned, once for each window, in the time shown.",
            (total("ecluse_quota_warnings_total", "scope", "unit"),),
            "bars",
        ),
        Panel(
            "Held for answers under way",
            "Steps for answers whose length nobody stated; cut: nothing was left, and the answer ended.",
            (rates("ecluse_reservation_steps_total", "result"),),
            unit="per_second",
        ),
        Panel(
            "Used beyond what was held",
            "Tokens, and millionths of the currency: vendors counted more than was reserved.",
            (rates("ecluse_quota_overrun_total", "scope", "unit"),),
            unit="per_second",
        ),
        Panel(
            "At hand in a worker",
            "Highest share of a quota that a worker holds beyond what its calls need.",
            (Query("max by (scope, unit, window) (ecluse_quota_at_hand_ratio)", "{{scope}} {{unit}} {{window}}"),),
            unit="ratio",
        ),
    ),
)  # fmt: skip

COST = Board(
    "ecluse-cost",
    "Écluse: cost and value",
    "What do models cost, whom, and what for?",
    ("job", "instance", "team"),
    (_NOW, _MONEY, _WHERE, _VALUE, _BUDGETS),
    MARKS,
)
