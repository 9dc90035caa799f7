"""What an alert is, and the PromQL that several of them are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

Severity = Literal["page", "ticket"]

JOB = "ecluse"
"""The job under which Prometheus scrapes gateways. Only what asks for a gateway that isn't there has to name it, and
`rules` puts others in its place; all else is asked of every job by itself."""

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_SPAN = re.compile(r"(\d+)(ms|s|m|h|d|w)")
_WINDOW = re.compile(r"(\[|offset )(\d+(?:ms|s|m|h|d|w))\b")


class Alert(NamedTuple):
    """One alert. expr: PromQL with fixed windows. hold: how long it must be true first, such as 5m.

    severity: page (somebody acts now, at night too) or ticket (in working hours). summary: one line for whoever is
    told, with Prometheus's templates.
    """

    name: str
    expr: str
    hold: str
    severity: Severity
    summary: str


def rose(counter: str, window: str) -> str:
    """PromQL that is true where a counter went up in `window`, also where it appeared with its first count.

    `increase` alone misses that first one, since it sees no step. A counter is new where it is absent from some of the
    answered scrapes of the window; one that is as old as what Prometheus has of the gateway isn't.
    """
    return (
        f"increase({counter}[{window}]) > 0\n"
        f"or ({counter} > 0 and count_over_time({counter}[{window}])\n"
        f"  < on (job, instance) group_left () sum_over_time(up[{window}]))"
    )


def seconds(span: str) -> float:
    """Seconds of a span such as 5m; ValueError where it is none."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ValueError(f"{span} is no span such as 30s, 5m, 6h or 3d")
    return int(found[1]) * _SECONDS[found[2]]


def faster(alert: Alert, factor: float) -> Alert:
    """The same alert with all windows and its hold divided by `factor`, to see it fire in a try-out.

    No window gets shorter than SHORTEST, which a scrape each second fills. What the expression compares with (a day
    ahead, a share) stays as it is.
    """
    return alert._replace(expr=quicker(alert.expr, factor), hold=_shorter(alert.hold, factor, 0.5))


def quicker(expr: str, factor: float) -> str:
    """PromQL with all its windows divided by `factor`."""
    return _WINDOW.sub(lambda found: found[1] + _shorter(found[2], factor, SHORTEST), expr)


SHORTEST = 5.0
"""Seconds that a window spans at least, however much faster."""


def _shorter(span: str, factor: float, least: float) -> str:
    if factor == 1:
        return span
    return f"{round(max(seconds(span) / factor, min(least, seconds(span))) * 1000)}ms"


def of_jobs(*jobs: str) -> Callable[[Alert], Alert]:
    """Puts names of jobs in the place of the usual one: an alert that asks for it asks for each of them."""
    usual = f'job="{JOB}"'

    def change(alert: Alert) -> Alert:
        if usual not in alert.expr:
            return alert
        return alert._replace(expr="\nor ".join(alert.expr.replace(usual, f'job="{job}"') for job in jobs))

    return change
