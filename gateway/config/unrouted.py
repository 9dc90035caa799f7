"""What is wrong with routes: names that name nothing, and settings that contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gateway.config.routes import DEFAULT, CaseSettings, RouteSettings
from gateway.config.table import Path
from gateway.documents import Problem, nearest, unknown

if TYPE_CHECKING:
    from gateway.config.settings import Settings


def unrouted(
    settings: Settings, file: str, destinations: Collection[str], written: Collection[str]
) -> Iterator[Problem]:
    """Every fault of the routes and of what models say of theirs. destinations, written (routes): the names in the
    file; one with a fault of its own is still there."""
    routes = {DEFAULT, *written}
    for name, model in settings.models.items():
        yield from unknown((file, "models", name, "route"), "route", model.route, routes)
        yield from _patterns((file, "models", name, "tiers"), model.tiers, model.destinations, "of this model")
    for name, route in settings.routes.items():
        path = (file, "routes", name)
        yield from _route(route, path)
        yield from _patterns((*path, "weights"), route.weights, destinations)
        for index, case in enumerate(route.cases):
            yield from _case(settings, routes, case, (*path, "cases", index))
            yield from _patterns((*path, "cases", index, "to"), case.to, destinations)
        for index, split in enumerate(route.splits):
            yield from _patterns((*path, "splits", index, "to"), split.to, destinations)


def _route(route: RouteSettings, path: Path) -> Iterator[Problem]:
    if route.by and route.order not in ("weight", "affinity"):
        yield Problem((*path, "by"), f"the order {route.order} keeps nothing together: weight and affinity do")
    if route.weights and route.order not in ("weight", "affinity", "least_busy"):
        yield Problem((*path, "weights"), f"the order {route.order} takes no weights: weight, affinity, least_busy do")
    yield from _twice([case.name for case in route.cases], (*path, "cases"))
    yield from _twice([split.name for split in route.splits], (*path, "splits"))


def _case(settings: Settings, routes: Collection[str], case: CaseSettings, path: Path) -> Iterator[Problem]:
    if not case.to and case.route is None:
        yield Problem(path, "goes nowhere: say `to` or `route`")
    if case.only and not case.to:
        yield Problem((*path, "only"), "only needs `to`: the destinations that alone are asked")
    if case.route is not None:
        yield from unknown((*path, "route"), "route", case.route, routes)
        taken = settings.routes.get(case.route)
        if taken is not None and taken.cases:
            yield Problem((*path, "route"), f"{case.route} has cases of its own, which nobody would look at")
    when = case.when
    for low, high in ((when.min_bytes, when.max_bytes), (when.min_tokens, when.max_tokens)):
        if low is not None and high is not None and low > high:
            yield Problem((*path, "when"), "holds for no call: the least is above the most")
    for key, what, names in (
        ("teams", "team", settings.directory.teams),
        ("groups", "group", settings.directory.groups),
    ):
        for index, name in enumerate(getattr(when, key)):
            yield from unknown((*path, "when", key, index), what, name, names)


def _twice(names: Iterable[str], path: Path) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield Problem((*path, index, "name"), f"{name} is the name of another one before it")
        seen.add(name)


def _patterns(path: Path, patterns: Iterable[str], destinations: Collection[str], where: str = "") -> Iterator[Problem]:
    """Patterns that fit no destination. A mapping's fault stands at its key, a list's at its item."""
    for index, pattern in enumerate(patterns):
        if not any(fnmatchcase(name, pattern) for name in destinations):
            place = index if path[-1] == "to" else pattern
            said = f"{pattern} fits no destination" + (f" {where}" if where else "")
            yield Problem((*path, place), said, nearest(pattern, destinations))
