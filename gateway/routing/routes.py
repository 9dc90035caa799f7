"""Routes made ready for calls: patterns resolved to destinations, once a load."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

from gateway.config.routes import DEFAULT, CaseSettings, ObjectivesSettings, RouteSettings, SplitSettings, WhenSettings

if TYPE_CHECKING:
    from gateway.config.destinations import ModelSettings
    from gateway.config.settings import Settings

BYTES_PER_TOKEN = 4


class CallFacts(Protocol):
    """What routes see of a call: claims of its caller and facts of its body, nothing that a header says freely."""

    @property
    def team(self) -> str: ...
    @property
    def groups(self) -> Collection[str]: ...
    @property
    def use_case(self) -> str: ...
    @property
    def data_class(self) -> str: ...
    @property
    def dialect(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def stream(self) -> bool: ...
    @property
    def size(self) -> int: ...

    def number(self, by: str, what: str) -> int:
        """A keyed hash, below 2**64, of `what` and of what stays together `by` caller, team, conversation or prompt."""


@dataclass(frozen=True, slots=True)
class When:
    """Which calls a case is for. None: it doesn't matter."""

    teams: frozenset[str]
    groups: frozenset[str]
    use_cases: frozenset[str]
    data_classes: frozenset[str]
    dialects: frozenset[str]
    operations: frozenset[str]
    stream: bool | None
    least: int
    most: int | None

    @classmethod
    def of(cls, said: WhenSettings) -> When:
        """As the configuration says it; sizes in bytes."""
        tokens = None if said.max_tokens is None else (said.max_tokens + 1) * BYTES_PER_TOKEN - 1
        most = [size for size in (said.max_bytes, tokens) if size is not None]
        return cls(
            frozenset(said.teams), frozenset(said.groups), frozenset(said.use_cases), frozenset(said.data_classes),
            frozenset(said.dialects), frozenset(said.operations), said.stream,
            max(said.min_bytes or 0, (said.min_tokens or 0) * BYTES_PER_TOKEN), min(most) if most else None,
        )  # fmt: skip

    def holds(self, call: CallFacts) -> bool:
        """Whether the case is for this call."""
        return (
            (not self.teams or call.team in self.teams)
            and (not self.groups or not self.groups.isdisjoint(call.groups))
            and (not self.use_cases or call.use_case in self.use_cases)
            and (not self.data_classes or call.data_class in self.data_classes)
            and (not self.dialects or call.dialect in self.dialects)
            and (not self.operations or call.operation in self.operations)
            and (self.stream is None or call.stream is self.stream)
            and self.least <= call.size
            and (self.most is None or call.size <= self.most)
        )


@dataclass(frozen=True, slots=True)
class Case:
    """Calls that go another way."""

    name: str
    when: When
    to: frozenset[str]
    only: bool
    route: Route | None


@dataclass(frozen=True, slots=True)
class Split:
    """A share of the subjects that goes elsewhere first. below: those whose number (of 2**64) is smaller."""

    name: str
    to: frozenset[str]
    by: str
    below: int

    @classmethod
    def of(cls, said: SplitSettings, destinations: Collection[str]) -> Split:
        """As the configuration says it."""
        return cls(said.name, fitting(said.to, destinations), said.by, round(said.percent / 100 * 2**64))


@dataclass(frozen=True, slots=True)
class Route:
    """One route as one model takes it. weights, tiers: of destinations that say something else than 1.

    plain: the order written and nothing else, so there is nothing to do.
    """

    name: str
    order: str = "written"
    by: str = ""
    weights: Mapping[str, int] = field(default_factory=dict)
    tiers: Mapping[str, int] = field(default_factory=dict)
    deadline_seconds: float | None = None
    cases: tuple[Case, ...] = ()
    splits: tuple[Split, ...] = ()
    objectives: ObjectivesSettings | None = None
    spill: bool = True
    plain: bool = True


def build_routes(settings: Settings) -> dict[str, Route]:
    """The route of every public model, by the model's name."""
    names = tuple(settings.destinations)
    return {name: _route(settings, model, model.route, names) for name, model in settings.models.items()}


def fitting(patterns: Collection[str], names: Collection[str]) -> frozenset[str]:
    """The names that fit one of the patterns."""
    return frozenset(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))


def _route(settings: Settings, model: ModelSettings, name: str, names: Collection[str]) -> Route:
    said = settings.routes.get(name, RouteSettings(name=DEFAULT))
    objectives = said.objectives if _promises(said.objectives) else None
    tiers = _numbered(model.tiers, names)
    busy = said.order != "written" or said.cases or said.splits or objectives or tiers
    return Route(
        name=name,
        order=said.order,
        by=said.by or ("conversation" if said.order == "affinity" else ""),
        weights=_numbered(said.weights, names),
        tiers=tiers,
        deadline_seconds=said.deadline_seconds,
        cases=tuple(_case(settings, model, case, names) for case in said.cases),
        splits=tuple(Split.of(split, names) for split in said.splits),
        objectives=objectives,
        spill=said.spill,
        plain=not busy,
    )


def _case(settings: Settings, model: ModelSettings, said: CaseSettings, names: Collection[str]) -> Case:
    route = _route(settings, model, said.route, names) if said.route is not None else None
    return Case(said.name, When.of(said.when), fitting(said.to, names), said.only, route)


def _numbered(said: Mapping[str, int], names: Collection[str]) -> dict[str, int]:
    """The number of each name that has one: its own, else that of the first pattern that it fits."""
    found = {}
    for name in names:
        patterns = (number for pattern, number in said.items() if fnmatchcase(name, pattern))
        number = said.get(name) if name in said else next(patterns, None)
        if number is not None:
            found[name] = number
    return found


def _promises(said: ObjectivesSettings) -> bool:
    return (said.availability, said.first_token_seconds, said.total_seconds) != (None, None, None)
