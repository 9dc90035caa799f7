"""What routing shows of itself: gauges for Prometheus and rows for `ecluse status`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.routing.objectives import Kept
    from gateway.routing.router import Shown
    from observability.metrics import Metrics

_GAUGES = ("ecluse_route_objective_ratio", "ecluse_route_burn_rate", "ecluse_route_demoted")


def show(metrics: Metrics, standings: Iterable[Shown]) -> None:
    """Sets the gauges anew: what isn't configured any more must not stay."""
    for family in _GAUGES:
        metrics.forget(family)
    ratio, burn, demoted = _GAUGES
    for one in standings:
        metrics.set(demoted, (one.route, one.destination), float(bool(one.demoted)))
        for kept in one.kept:
            labels = (one.route, one.destination, kept.objective)
            metrics.set(ratio, labels, kept.ratio)
            metrics.set(burn, labels, kept.burn)


def rows(standings: Iterable[Shown]) -> list[dict[str, Any]]:
    """One row for each destination of each route with objectives."""
    return [
        {
            "route": one.route,
            "destination": one.destination,
            "demoted": f"breaks {one.demoted}" if one.demoted else False,
            **{kept.objective: _said(kept) for kept in one.kept},
        }
        for one in standings
    ]


def _said(kept: Kept) -> str:
    return f"{kept.ratio:.2%} of {kept.calls}, burns {kept.burn:.2g}" if kept.calls else "no calls yet"
