"""What a bundle takes away from shipped detectors: words beside which they find nothing, and values that are none.

Each adjustment brings a text in which nothing may be found any more, tried at every load with the detector's own
examples: an adjustment that takes a true finding away with the false one is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.config.kinds import TEXT, WORD, Context, Kind, WrongValue, several
from gateway.config.table import setting
from gateway.documents import Document, Problem, ProblemLike, nearest
from policies.detectors.model import Detector
from policies.detectors.proof import unproven


def _passage(value: Any, _: Context) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WrongValue("must be texts")
    return value


# What an adjustment adds to lists of its detector.
_ADDED = ("not_near", "ignore")

PASSAGE = Kind("text of any length", _passage, {"type": "string", "pattern": "\\S"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust:
    """One adjustment of a shipped detector."""

    detector: str = setting(WORD, "The shipped detector, by id.")
    not_near: tuple[str, ...] = setting(several(TEXT), "Words within whose reach it finds nothing.", default=())
    ignore: tuple[str, ...] = setting(
        several(TEXT),
        "Values that it doesn't find, however they are spaced or cased; * for any letters and digits.",
        default=(),
    )
    miss: tuple[str, ...] = setting(several(PASSAGE, least=1), "Texts in which it must find nothing.")
    reason: str = setting(TEXT, "Why, for the reader.", default="")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One as read, with the place where it is written."""

    path: tuple[str | int, ...]
    said: Adjust


def misplaced(
    adjustments: list[Adjustment], shipped: Mapping[str, Document], own: frozenset[str], off: Mapping[str, Any]
) -> Iterator[Problem]:
    """Adjustments of what can't be adjusted, with the nearest name."""
    for one in adjustments:
        name, path = one.said.detector, (*one.path, "detector")
        if name in own:
            yield Problem(path, f"{name} is this bundle's own: write `not_near` and `ignore` into it")
        elif name not in shipped:
            yield Problem(path, f"there is no shipped detector {name}", nearest(name, shipped))
        elif name in off:
            yield Problem(path, f"detector {name} is switched off")
        elif {"index", "characters"} & shipped[name].value.keys():
            yield Problem(path, f"{name} finds by an index or by hidden characters: it can't be adjusted")
        elif not one.said.not_near and not one.said.ignore:
            yield Problem(one.path, "says neither `not_near` nor `ignore`")


def adjusted(document: Document, adjustments: list[Adjustment]) -> Document:
    """A shipped detector's document with what is adjusted of it."""
    value = dict(document.value)
    for said in (one.said for one in adjustments if one.said.detector == value["id"]):
        for key, more in (("not_near", said.not_near), ("ignore", said.ignore)):
            if more:
                value[key] = [*_list(value.get(key)), *more]
        examples = value.get("examples") or {}
        value["examples"] = {**examples, "miss": [*_list(examples.get("miss")), *said.miss]}
    return replace(document, value=value)


def in_place(problem: ProblemLike, shipped: Document, adjustments: list[Adjustment]) -> Problem | None:
    """What is wrong with the words or values of an adjustment, where it is written; None for any other problem. The
    path of the problem begins with the key in the detector."""
    key, *rest = problem.path
    own = [one for one in adjustments if one.said.detector == shipped.value["id"]]
    if key not in _ADDED or not own:
        return None
    places = [(*one.path, key, index) for one in own for index in range(len(getattr(one.said, str(key))))]
    at = int(rest[0]) - len(_list(shipped.value.get(str(key)))) if rest else -1
    return Problem(places[at] if 0 <= at < len(places) else own[-1].path, problem.message, problem.nearest)


def refuted(
    adjustments: list[Adjustment], detectors: Mapping[str, Detector], shipped: Mapping[str, Document]
) -> Iterator[Problem]:
    """Adjustments that don't do what they say, or take away what their detector must find."""
    for name in sorted({one.said.detector for one in adjustments}):
        own = [one for one in adjustments if one.said.detector == name]
        places = [(*one.path, "miss", index) for one in own for index in range(len(one.said.miss))]
        first = len(_list((shipped[name].value.get("examples") or {}).get("miss")))
        for fault in unproven(detectors[name]):
            kind, index = fault.path[1], int(fault.path[2])
            if kind == "miss" and index >= first:
                yield Problem(places[index - first], f"{name} still finds something in this text")
            else:
                shown = f"{shipped[name].file} ({kind} {index + 1})"
                yield Problem(own[-1].path, f"with this {name} fails its own example in {shown}")


def _list(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value or ())
