"""The questions that boards ask again and again, in PromQL: rates of counters and quantiles of histograms, over all
gateways. `where` holds matchers; `by` the labels that stay."""

from __future__ import annotations

from observability.boards.panel import Kind, Panel, Query, Step, Unit


def rate(family: str, *by: str, where: str = "") -> str:
    """How often a second."""
    return f"sum{_by(by)}(rate({family}{_where(where)}[$__rate_interval]))"


def rates(family: str, *by: str, where: str = "", legend: str = "") -> Query:
    """The same as a question, with the labels as legend."""
    return Query(rate(family, *by, where=where), legend or _legend(by))


def total(family: str, *by: str, where: str = "", legend: str = "") -> Query:
    """How much in the time that the board shows.

    `increase` alone doesn't see the first count of a series, and the first breaker that opens is the one that matters:
    a series that wasn't there when the time began counts whole, where its gateway was read then.
    """
    counter = f"{family}{_where(where)}"
    new = f"{counter} unless {counter} offset $__range and on (job, instance) up offset $__range == 1"
    return Query(f"sum{_by(by)}({new} or increase({counter}[$__range]))", legend or _legend(by))


def quantile(share: float, family: str, *by: str, where: str = "", legend: str = "") -> Query:
    """The value below which this share lies."""
    inner = rate(f"{family}_bucket", "le", *by, where=where)
    return Query(f"histogram_quantile({share:g}, {inner})", legend or _legend(by))


def quantiles(family: str, where: str = "") -> tuple[Query, ...]:
    """The middle and the two that people complain about."""
    named = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    return tuple(quantile(share, family, where=where, legend=name) for share, name in named)


def figure(
    title: str, description: str, query: Query | str, unit: Unit = "count", *, good: float | None = None,
    poor: float | None = None, bad: float | None = None, words: tuple[tuple[int, str], ...] = (),
) -> Panel:  # fmt: skip
    """One figure, in the colour of the highest of the bounds that it has reached."""
    asked = query if isinstance(query, Query) else Query(query)
    bounds = {"good": good, "poor": poor, "bad": bad}
    steps = sorted(Step(value, state) for state, value in bounds.items() if value is not None)  # type: ignore[arg-type]
    kind: Kind = "stat"
    return Panel(title, description, (asked,), kind, unit, 4, 4, tuple(steps), words)


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({', '.join(labels)}) " if labels else ""


def _where(matchers: str) -> str:
    return f"{{{matchers}}}" if matchers else ""


def _legend(labels: tuple[str, ...]) -> str:
    return ", ".join(f"{{{{{label}}}}}" for label in labels)
