"""Conditions with one thing changed: dropped, turned, a list one name shorter, a bound moved.

Changes go by the shape of what is written, so that a key that the language gains is changed like those it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from policies.language.problems import Path


class Change(NamedTuple):
    """A new value for what stands at `path` below the value that was asked about."""

    value: Any
    path: Path
    says: str


def conditions(members: Mapping[str, Any], ladder: Sequence[str]) -> Iterator[Change]:
    """Each condition dropped, and each made another."""
    for key, value in members.items():
        rest = {k: v for k, v in members.items() if k != key}
        if key == "destination" and isinstance(value, Mapping):
            for change in conditions(value, ladder):
                inner = {key: change.value} if change.value else {}
                yield Change({**rest, **inner}, (key, *change.path), f"{key}.{change.says}")
            continue
        yield Change(rest, (key,), f"{key} dropped")
        others = _SHAPES[key](value) if key in _SHAPES else _other(value, ladder)
        for change in others:
            yield Change({**members, key: change.value}, (key, *change.path), f"{key} {change.says}")


def _other(value: Any, ladder: Sequence[str]) -> Iterator[Change]:
    """A flag turned, a bound moved, a list one name shorter or turned into its contrary."""
    if isinstance(value, bool):
        yield Change(not value, (), f"is {str(not value).lower()}")
    elif isinstance(value, str) and value[:1] in "<>":
        for moved in _moved(value, ladder):
            yield Change(moved, (), f"{moved} instead of {value}")
    elif isinstance(value, Mapping) and len(value) == 1 and value.keys() <= {"in", "not_in"}:
        ((key, names),) = value.items()
        contrary = "in" if key == "not_in" else "not_in"
        yield Change({contrary: names}, (), f"{contrary} instead of {key}")
        for change in fewer(names):
            yield Change({key: change.value}, (key, *change.path), change.says)
    elif isinstance(value, (str, list)):
        yield Change({"not_in": value}, (), "not_in instead of in")
        yield from fewer(value)


def fewer(names: Any) -> Iterator[Change]:
    """A list without each of its members, as long as one is left."""
    if isinstance(names, list) and len(names) > 1:
        for index, name in enumerate(names):
            yield Change([*names[:index], *names[index + 1 :]], (index,), f"without {name}")


def _moved(bound: str, ladder: Sequence[str]) -> Iterator[str]:
    """`>=3` as `>=2` and `>=4`, `>=C3` as its neighbours."""
    operator = bound[:2] if bound[1:2] == "=" else bound[:1]
    limit = bound[len(operator) :].strip()
    if limit in ladder:
        at = ladder.index(limit)
        yield from (f"{operator}{ladder[i]}" for i in (at - 1, at + 1) if 0 <= i < len(ladder))
    elif limit.isdecimal():
        yield from (f"{operator}{n}" for n in (int(limit) - 1, int(limit) + 1) if n >= 0)


def _findings(value: Any) -> Iterator[Change]:
    """What is looked for: a detector less, any for all, one finding more or less, surer or less sure."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            rest = [*value[:index], *value[index + 1 :]]
            if rest:
                yield Change(rest, (index,), f"number {index + 1} dropped")
            for change in _findings(one):
                whole = [*value[:index], change.value, *value[index + 1 :]]
                yield Change(whole, (index, *change.path), change.says)
        return
    if not isinstance(value, Mapping):
        return
    for key in [k for k in ("any_of", "all_of") if k in value]:
        names = value[key]
        other = "all_of" if key == "any_of" else "any_of"
        without = {k: v for k, v in value.items() if k != key}
        for change in fewer(names):
            yield Change({**value, key: change.value}, (key, *change.path), change.says)
        if isinstance(names, list) and len(names) > 1:
            yield Change({**without, other: names}, (key,), f"{other} instead of {key}")
    if "within" in value:
        anywhere = {k: v for k, v in value.items() if k != "within"}
        yield Change(anywhere, ("within",), "within dropped")
    yield from _thresholds(value)


def _thresholds(value: Mapping[str, Any]) -> Iterator[Change]:
    count = str(value.get("count", ">=1"))
    for moved in _moved(count, ()):
        if not moved.endswith("=0"):
            path = ("count",) if "count" in value else ()
            yield Change({**value, "count": moved}, path, f"count {moved} instead of {count}")
    given = str(value.get("confidence", ""))
    operator = given[:2] if given[1:2] == "=" else given[:1]
    try:
        sure = float(given[len(operator) :])
    except ValueError:
        return
    for other in (sure - 0.25, sure + 0.1):
        if 0 < other <= 1:
            said = f"{operator}{other:.2f}"
            yield Change({**value, "confidence": said}, ("confidence",), f"confidence {said} instead of {given}")


def _time(value: Any) -> Iterator[Change]:
    """Less is asked of the time, or a boundary is an hour or a day later."""
    if not isinstance(value, Mapping):
        return
    for key in value:
        rest = {k: v for k, v in value.items() if k != key}
        if key != "zone" and rest.keys() - {"zone"}:
            yield Change(rest, (key,), f"{key} dropped")
    for change in fewer(value.get("days")):
        yield Change({**value, "days": change.value}, ("days", *change.path), f"days {change.says}")
    begin, _, end = str(value.get("hours", "")).partition("-")
    for hours in (f"{_hour_later(begin)}-{end}", f"{begin}-{_hour_later(end)}") if end else ():
        yield Change({**value, "hours": hours}, ("hours",), f"hours {hours} instead of {value['hours']}")
    for key in ("from", "until"):
        if isinstance(value.get(key), date) and value[key] < date.max:
            later = value[key] + timedelta(days=1)
            yield Change({**value, key: later}, (key,), f"{key} {later} instead of {value[key]}")


def _hour_later(time: str) -> str:
    hour, _, minute = time.strip().partition(":")
    return f"{(int(hour) + 1) % 24:02}:{minute}" if hour.isdecimal() else time


_SHAPES: Final[Mapping[str, Callable[[Any], Iterator[Change]]]] = {"findings": _findings, "time": _time}
