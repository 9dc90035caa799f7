"""Routes: what each promises, and what it keeps."""

from __future__ import annotations

from observability.families.family import CALL, Family

ROUTES: tuple[Family, ...] = (
    Family(
        "ecluse_route_requests_total",
        "counter",
        "Calls that a route ordered, by split (none: in no split) and how they ended.",
        ("route", "split", "outcome"),
        cap=500,
    ),
    Family(
        "ecluse_route_first_token_seconds",
        "histogram",
        "Arrival of a call to the first event with content, by route and split.",
        ("route", "split"),
        CALL,
    ),
    Family(
        "ecluse_route_objective_ratio",
        "gauge",
        "Share of attempts that kept an objective of a route (availability, first_token, total), over its window.",
        ("route", "destination", "objective"),
        merge="min",
    ),
    Family(
        "ecluse_route_burn_rate",
        "gauge",
        "How much faster than it may a destination spends what may fail, over the window of the objective.",
        ("route", "destination", "objective"),
    ),
    Family(
        "ecluse_route_demoted",
        "gauge",
        "1 where a destination is asked after the others since it breaks an objective of the route.",
        ("route", "destination"),
    ),
    Family(
        "ecluse_route_demotions_total",
        "counter",
        "How often a destination was demoted, by the objective that it broke.",
        ("route", "destination", "objective"),
    ),
)
