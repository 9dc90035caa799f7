"""Objectives as the rules that Prometheus reads: recorded ratios, with the names that sloth uses, and alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from observability.alerts.alert import Alert, quicker, seconds
from observability.alerts.rules import RUNBOOKS, rule, spelt
from observability.objectives.objective import PACES, Burn, Objective

BURNS = "EcluseBudgetBurns"
"""The one alert on objectives; its labels say which objective, and how fast its budget goes."""

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
_KEYS = "sloth_id, sloth_service, sloth_slo"


def rules(objectives: Sequence[Objective], runbooks: str = RUNBOOKS, factor: float = 1) -> str:
    """The file of rules. factor: how much faster, for a try-out; names of windows stay."""
    lines = ["# Made by `ecluse slo rules`.", "groups:"]
    for one in objectives:
        lines += [f"  - name: ecluse-objective-{one.id}", "    rules:"]
        lines += [line for name, expr, more in _recorded(one) for line in _record(one, name, expr, more, factor)]
        for pace in PACES:
            lines += rule(
                _alert(one, pace), runbooks, _labelled(one, {"sloth_severity": pace.severity, "long_window": pace.long})
            )
    return "\n".join(lines) + "\n"


def _recorded(one: Objective) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Name, expression and further labels of each recorded series."""
    for window in WINDOWS:
        yield f"slo:sli_error:ratio_rate{window}", _ratio(one, window), {"sloth_window": window}
    for window in dict.fromkeys(pace.long for pace in PACES):
        total = one.total.replace("{window}", window)
        calls = f"({total}) * {seconds(window):g}"
        yield f"slo:sli_total:increase{window}", calls, {"sloth_window": window}
    period = f"{one.days}d"
    recent = f"slo:sli_error:ratio_rate5m{_own(one)}"
    yield (
        f"slo:sli_error:ratio_rate{period}",
        f"sum_over_time({recent}[{period}])\n/ ignoring (sloth_window) count_over_time({recent}[{period}])",
        {"sloth_window": period},
    )
    yield "slo:objective:ratio", f"vector({1 - one.budget:.10g})", {}
    yield "slo:error_budget:ratio", f"vector({one.budget:.10g})", {}
    yield "slo:time_period:days", f"vector({one.days})", {}
    for name, ratio in (("current", recent), ("period", f"slo:sli_error:ratio_rate{period}{_own(one)}")):
        budget = f"slo:error_budget:ratio{_own(one)}"
        yield f"slo:{name}_burn_rate:ratio", f"{ratio}\n/ on ({_KEYS}) group_left () {budget}", {}
    yield "slo:period_error_budget_remaining:ratio", f"1 - slo:period_burn_rate:ratio{_own(one)}", {}
    yield "sloth_slo_info", "vector(1)", {"sloth_objective": f"{one.percent:g}"}


def _ratio(one: Objective, window: str) -> str:
    """Bad by all. Nothing where no call came; 0 where none of those that came was bad yet."""
    bad, total = (query.replace("{window}", window) for query in (one.bad, one.total))
    return f"(({bad}) or ({total}) * 0)\n/ (({total}) > 0)"


def _alert(one: Objective, pace: Burn) -> Alert:
    limit = pace.spent / 100 * one.days * 86400 / seconds(pace.long)
    over = [
        f"{_recent(one, f'error:ratio_rate{w}')} > {limit:.10g} * {one.budget:.10g}" for w in (pace.short, pace.long)
    ]
    enough = f"{_recent(one, f'total:increase{pace.long}')} >= {one.least}"
    return Alert(
        BURNS,
        "\nand ".join([*over, enough]),
        "0s",
        pace.severity,
        f"{one.title}: {pace.spent} % of what may fail in {one.days} days went in {pace.long}",
    )


def _recent(one: Objective, name: str) -> str:
    return f"max without (sloth_window) (slo:sli_{name}{_own(one)})"


def _own(one: Objective) -> str:
    return f'{{sloth_id="{one.id}"}}'


def _labelled(one: Objective, more: Mapping[str, str]) -> Mapping[str, str]:
    own = {"sloth_id": one.id, "sloth_service": one.service, "sloth_slo": one.name}
    return {**one.labels, **own, **more}


def _record(one: Objective, name: str, expr: str, more: Mapping[str, str], factor: float) -> Iterable[str]:
    yield f"      - record: {name}"
    yield "        expr: |-"
    yield from (f"          {line}" for line in quicker(expr, factor).splitlines())
    yield f"        labels: {{{spelt(_labelled(one, more))}}}"
