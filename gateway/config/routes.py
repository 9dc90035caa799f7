"""Routes: in which order the destinations of a model are asked, and which calls are an exception to that."""

# ruff: noqa: RUF009 - setting(), section() ... return dataclasses.field(), they are not shared defaults

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.registry import ASKING
from gateway.config import kinds as k
from gateway.config.kinds import Context, Kind, WrongValue
from gateway.config.table import listed, section, setting

DEFAULT = "default"
"""The route of models that name none."""

ORDERS = ("written", "weight", "latency", "cost", "least_busy", "affinity")
TOGETHER = ("caller", "team", "conversation", "prompt")
MOST_WEIGHT = 10_000
MOST_TIER = 99


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _percent(value: Any, _: Context) -> float:
    if not _number(value, 0, 100):
        raise WrongValue("must be a number from 0 to 100 (a percentage, without the sign)")
    return float(value)


def _goal(value: Any, _: Context) -> float:
    if not _number(value, 1, 99.9999):
        raise WrongValue("must be a percentage from 1 to below 100, such as 99.5")
    return float(value)


def _numbers(low: int, high: int) -> Kind:
    """Destinations (patterns) with a whole number each."""

    def read(value: Any, context: Context) -> dict[str, int]:
        if not isinstance(value, dict):
            raise WrongValue("must be a mapping of destinations to whole numbers")
        counted = k.count(low, high)
        return {k.TEXT.read(name, context): counted.read(number, context) for name, number in value.items()}

    form = {"type": "object", "additionalProperties": {"type": "integer", "minimum": low, "maximum": high}}
    return Kind("destination: whole number", read, form)


PERCENT = Kind("percentage", _percent, {"type": "number", "minimum": 0, "maximum": 100})
GOAL = Kind("percentage", _goal, {"type": "number", "minimum": 1, "exclusiveMaximum": 100})
WEIGHTS = _numbers(0, MOST_WEIGHT)
TIERS = _numbers(1, MOST_TIER)
PLACES = k.several(k.TEXT, least=1)
_DIALECTS = k.several(k.choice(*ASKING))
_OPERATIONS = k.several(k.choice(*dict.fromkeys(d.operation for d in ASKING.values())))


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenSettings:
    """The calls that a case is for. What isn't said doesn't matter; of a list, one must hold."""

    teams: tuple[str, ...] = setting(k.several(k.WORD), "The caller's team is one of these.", default=())
    groups: tuple[str, ...] = setting(k.several(k.WORD), "The caller is in one of these groups.", default=())
    use_cases: tuple[str, ...] = setting(k.several(k.WORD), "What the call is for is one of these.", default=())
    data_classes: tuple[str, ...] = setting(k.several(k.WORD), "The call is of one of these data classes.", default=())
    dialects: tuple[str, ...] = setting(_DIALECTS, "It came in one of these dialects.", default=())
    operations: tuple[str, ...] = setting(_OPERATIONS, "It asks for one of these.", default=())
    stream: bool | None = setting(k.FLAG, "Whether the answer is streamed.", default=None)
    min_bytes: int | None = setting(k.SIZE, "The body is at least this long.", default=None)
    max_bytes: int | None = setting(k.SIZE, "The body is at most this long.", default=None)
    min_tokens: int | None = setting(k.count(1), "The same in tokens, taken as four bytes each.", default=None)
    max_tokens: int | None = setting(k.count(1), "At most so many.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSettings:
    """Calls that go another way. The first case that holds counts."""

    name: str = setting(k.WORD, "What records and headers call it.")
    when: WhenSettings = section(WhenSettings, "Which calls.")
    to: tuple[str, ...] = setting(PLACES, "Destinations (patterns) asked before the others.", default=())
    only: bool = setting(k.FLAG, "Whether no others are asked: without one of `to` it is a 503.", default=False)
    route: str | None = setting(k.WORD, "Route that such calls take in place of this one.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSettings:
    """A share of the calls that goes elsewhere first: a canary, or one side of a comparison."""

    name: str = setting(k.WORD, "What records, headers and metrics call it; the same name takes the same callers.")
    to: tuple[str, ...] = setting(PLACES, "Destinations (patterns) asked before the others.")
    percent: float = setting(PERCENT, "How many of those whom no split before it took.")
    by: str = setting(k.choice("caller", "team", "conversation"), "What is taken as a whole.", default="caller")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectivesSettings:
    """What a route promises. A destination that spends what may fail faster than it may is asked after the others."""

    availability: float | None = setting(GOAL, "Attempts that are answered, in percent.", default=None)
    first_token_seconds: float | None = setting(
        k.SPAN, "Time to the first word; streams only, others don't count.", default=None
    )
    first_token_percent: float = setting(GOAL, "Streamed answers that begin within it.", default=99.0)
    total_seconds: float | None = setting(k.SPAN, "Time to the end of an answer.", default=None)
    total_percent: float = setting(GOAL, "Answers that end within it.", default=99.0)
    window_seconds: float = setting(k.SPAN, "Over how long that is counted.", default=600.0)
    least: int = setting(k.count(1, 100_000), "Attempts at a destination before it is judged.", default=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSettings:
    """One way of choosing among a model's destinations. It orders those that policies permit and adds none."""

    name: str
    order: str = setting(k.choice(*ORDERS), "Which of a tier is asked first.", default="written")
    by: str | None = setting(
        k.choice(*TOGETHER),
        "What stays at one destination, for the orders weight and affinity.",
        default=None,
        shown="none; conversation for affinity",
    )
    weights: Mapping[str, int] = setting(
        WEIGHTS, "Share of each destination (a pattern), 0: only when the others fail.", default={}, shown="1 each"
    )
    deadline_seconds: float | None = setting(
        k.SPAN, "Time for all attempts of a call together.", default=None, shown="limits.deadline_seconds"
    )
    spill: bool = setting(
        k.FLAG, "Take the next destination at once where one has no slot; false: wait for that one.", default=True
    )
    cases: tuple[CaseSettings, ...] = listed(CaseSettings, "Calls that go another way.")
    splits: tuple[SplitSettings, ...] = listed(SplitSettings, "Shares that go elsewhere first.")
    objectives: ObjectivesSettings = section(ObjectivesSettings, "What the route promises.")
