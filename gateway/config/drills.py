"""Drills: faults made on purpose, for a while and for a few, to see that calls go on."""

from __future__ import annotations

from collections.abc import Mapping

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
from dataclasses import dataclass

from gateway.config import kinds as k
from gateway.config.kinds import Context, Kind, WrongValue
from gateway.config.table import named, setting
from gateway.drills.faults import Fault, parse

PROBE = "drill"
"""The user in whose name a drill's own calls are made."""


def _fault(value: object, _: Context) -> Fault:
    try:
        return parse(value if isinstance(value, str) else "")
    except ValueError as wrong:
        raise WrongValue(str(wrong)) from None


FAULT = Kind("fault", _fault, {"type": "string", "pattern": "^(refuse|5xx|throttle|slow|cut)(=[0-9.]+)?$"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledDrill:
    """A drill that the gateway runs by itself."""

    name: str
    destination: str = setting(k.WORD, "Which destination fails.")
    fault: Fault = setting(FAULT, "How it fails: refuse, 5xx, throttle, slow=SECONDS or cut=PIECES.")
    seconds: float = setting(k.SPAN, "How long it fails.", default=60.0)
    every: float = setting(k.SPAN, "How often the drill is run.", default=30 * 86400.0, shown="30d")
    hour: int = setting(k.count(0, 23), "Hour of the day (UTC) in which it begins.", default=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillsSettings:
    """What drills may do. Without them switched on, none can be run."""

    enabled: bool = setting(k.FLAG, "Whether drills may be run at all.", default=False)
    users: tuple[str, ...] = setting(
        k.several(k.TEXT), "Users whose calls a drill may make fail, as patterns, beside the drill's own.", default=()
    )
    most_seconds: float = setting(k.SPAN, "Longest time for which a drill makes a destination fail.", default=600.0)
    team: str = setting(k.WORD, "Team in whose name the drill's own calls are made.", default=PROBE)
    use_case: str | None = setting(k.WORD, "Their use case.", default=None, shown="the sandbox")
    rate: int = setting(k.count(1, 100), "How many of its own calls a drill makes a second.", default=5)
    recover_seconds: float = setting(
        k.SPAN, "Within how long calls must be served again, for the report to say that it held.", default=10.0
    )
    stale_days: int = setting(k.count(1, 3660), "Days without a drill after which a destination is noted.", default=92)
    schedule: Mapping[str, ScheduledDrill] = named(ScheduledDrill, "Drills that are run by themselves, by name.")
