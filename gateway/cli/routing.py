"""Routes for people: what one says, and how an imagined call would be routed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from gateway.bundle.destinations import Destination
from gateway.routing.objectives import AVAILABILITY, promises
from gateway.routing.routes import Case, Route, Split, When


@dataclass(frozen=True, slots=True)
class Imagined:
    """The facts of a call that nobody made, for the cases of a route. What isn't told holds for no case."""

    team: str
    groups: tuple[str, ...]
    use_case: str
    data_class: str
    dialect: str
    operation: str
    size: int
    stream: bool = False

    def number(self, by: str, what: str) -> int:
        """Splits take callers by keys of the installation, which a dry run doesn't have."""
        raise NotImplementedError


def described(route: Route, destinations: Sequence[Destination]) -> Iterator[str]:
    """What a route makes of a model's destinations; nothing where it is the order written."""
    if route.plain:
        return
    names = [destination.name for destination in destinations]
    yield f"route {route.name}: {_order(route, names)}"
    for case in route.cases:
        yield f"  case {case.name} ({_when(case.when)}): {_goes(case, names)}"
    for split in route.splits:
        yield f"  split {split.name}: {_takes(split, names)}"
    for promise in promises(route.objectives) if route.objectives is not None else ():
        within = "" if promise.name == AVAILABILITY else f" within {promise.seconds:g} s"
        yield f"  promises {promise.name}{within} for {(1 - promise.budget) * 100:g} %"


def expected(route: Route, permitted: Sequence[Destination], call: Imagined) -> Iterator[str]:
    """Where a call would go, as far as that can be told without traffic."""
    names = [destination.name for destination in permitted]
    case = next((case for case in route.cases if case.when.holds(call)), None)
    taken = (case.route if case is not None else None) or route
    if case is not None and case.only:
        names = [name for name in names if name in case.to]
    said = f"Route: {taken.name}" + (f", case {case.name}" if case is not None else "")
    if not names:
        yield f"{said}: refused, none of its destinations is permitted"
        return
    yield said
    for split in taken.splits:
        if any(name in split.to for name in names):
            yield f"  split {split.name}: {_takes(split, names)}"
    first = [name for name in names if case is not None and name in case.to]
    tiers = {name: 0 if name in first else taken.tiers.get(name, 1) for name in names}
    ranks = ([name for name in names if tiers[name] == tier] for tier in sorted({*tiers.values()}))
    for number, rank in enumerate(ranks, 1):
        how = f"  (by {taken.order})" if len(rank) > 1 and taken.order != "written" else ""
        yield f"  {number}. {', '.join(rank)}{how}"


def _order(route: Route, names: Collection[str]) -> str:
    said = [route.order + (f" by {route.by}" if route.by else "")]
    said += [f"weight {route.weights[name]} for {name}" for name in names if name in route.weights]
    said += [f"tier {route.tiers[name]} for {name}" for name in names if name in route.tiers]
    if route.deadline_seconds is not None:
        said.append(f"at most {route.deadline_seconds:g} s")
    return ", ".join(said)


def _goes(case: Case, names: Collection[str]) -> str:
    where = ", ".join(name for name in names if name in case.to)
    said = [f"{where or 'none of these'} {'only' if case.only else 'first'}"] if case.to else []
    if case.route is not None:
        said.append(f"by route {case.route.name}")
    return ", ".join(said)


def _takes(split: Split, names: Collection[str]) -> str:
    where = ", ".join(name for name in names if name in split.to) or "none of these"
    return f"{split.below / 2**64 * 100:.4g} % of {split.by}s ask {where} first"


def _when(when: When) -> str:
    lists = ("teams", "groups", "use_cases", "data_classes", "dialects", "operations")
    said = [f"{key} {' or '.join(sorted(getattr(when, key)))}" for key in lists if getattr(when, key)]
    if when.stream is not None:
        said.append("streams" if when.stream else "no streams")
    if when.least:
        said.append(f"from {when.least} bytes")
    if when.most is not None:
        said.append(f"up to {when.most} bytes")
    return ", ".join(said) or "any call"
