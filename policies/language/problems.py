"""Faults in the files of a bundle, and the reading of plain values that collects them."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt,
}  # fmt: skip

MOST: Final = 1_000_000_000
MOST_FAULTS: Final = 200
LONGEST_NAME: Final = 200

Path = tuple[str | int, ...]

_COMPARISON = re.compile(r"(>=|<=|>|<)\s*([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. path: name of the document, then keys and indexes. nearest: the valid name closest to a wrong one."""

    path: Path
    message: str
    nearest: str | None = None


class Doc(NamedTuple):
    """One document of a bundle as plain values. file: the name that paths of problems begin with."""

    kind: str
    file: str
    value: Mapping[str, Any]


class Comparison(NamedTuple):
    """`>=0.75` and its like."""

    operator: str
    number: float

    def __str__(self) -> str:
        return f"{self.operator} {self.number:g}"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like `name`, or None when none is close."""
    if len(name) > LONGEST_NAME:
        return None
    known = {n.casefold(): n for n in sorted(names)}
    found = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    return known[found[0]] if found else None


class TooManyFaults(Exception):
    """So many faults that nobody reads on: looking for the nearest name of each takes time."""


@dataclass(slots=True)
class Reading:
    """Typed access to plain values: a wrong one becomes a problem and its neutral value, so that all faults show."""

    problems: list[Problem] = field(default_factory=list)

    def fault(self, path: Path, message: str, near: str | None = None) -> None:
        """Note a fault; TooManyFaults where there are enough."""
        self.problems.append(Problem(path, message, near))
        if len(self.problems) >= MOST_FAULTS:
            raise TooManyFaults

    def mapping(
        self, value: object, path: Path, known: Iterable[str], required: Iterable[str] = ()
    ) -> Mapping[str, Any]:
        """`value` as a mapping with only `known` keys, none of them left empty; {} where it isn't one."""
        if not isinstance(value, Mapping):
            self.fault(path, "must be a mapping (key: value)")
            return {}
        names = tuple(known)
        for key, inner in value.items():
            if key not in names:
                self.fault((*path, key), f"unknown key {key}", nearest(str(key), names))
            elif inner is None:  # a file cut short: a rule without the conditions that were to follow would match more
                self.fault((*path, key), f"{key} is empty: give it a value, or take it out")
        for key in required:
            if key not in value:
                self.fault(path, f"{key} is missing")
        return {k: v for k, v in value.items() if k in names and v is not None}

    def text(self, value: object, path: Path, *, name: bool = False) -> str:
        """A text that isn't empty; with `name`, one word fit for an id."""
        if not isinstance(value, str) or not value.strip():
            self.fault(path, "must be a text")
            return ""
        if name and not all(c.isalnum() or c in "._-" for c in value):
            self.fault(path, "must be one word of letters, digits, dots, hyphens and underscores")
        return value

    def flag(self, value: object, path: Path) -> bool:
        if not isinstance(value, bool):
            self.fault(path, "must be true or false")
        return value is True

    def choice(self, value: object, path: Path, choices: Iterable[str]) -> str:
        """One of `choices`; the first of them where it isn't."""
        names = tuple(choices)
        if value in names:
            return str(value)
        near = nearest(value, names) if isinstance(value, str) else None
        self.fault(path, f"must be one of {', '.join(names)}", near)
        return names[0]

    def items(self, value: object, path: Path) -> list[Any]:
        if not isinstance(value, list):
            self.fault(path, "must be a list")
            return []
        return value

    def texts(self, value: object, path: Path) -> tuple[str, ...]:
        """A list of texts that isn't empty; one text alone stands for a list of one."""
        given = [value] if isinstance(value, str) else self.items(value, path)
        if isinstance(value, list) and not value:
            self.fault(path, "must not be empty")
        return tuple(self.text(v, path if isinstance(value, str) else (*path, i)) for i, v in enumerate(given))

    def comparison(self, value: object, path: Path, operators: Iterable[str] = (">=", ">", "<=", "<")) -> Comparison:
        """`>=3` and its like, only with `operators`; a bare number isn't accepted, it reads in two ways."""
        allowed = tuple(operators)
        found = _COMPARISON.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None or found[1] not in allowed:
            wanted = " or ".join(allowed)
            self.fault(path, f'must be {wanted} and a number, in quotes, such as "{allowed[0]}1"')
            return Comparison(allowed[0], 0.0)
        return Comparison(found[1], float(found[2]))

    def whole(self, value: object, path: Path) -> int:
        """A whole number, none below nothing; -1 where it isn't one."""
        if type(value) is int and 0 <= value <= MOST:
            return value
        self.fault(path, f"must be a whole number from 0 to {MOST}")
        return -1

    def words(self, value: object, path: Path) -> dict[str, str]:
        """Words for people in `en` and `fr`; {} where there are none."""
        if value is None:
            return {}
        given = self.mapping(value, path, ("en", "fr"))
        return {language: self.text(words, (*path, language)) for language, words in given.items()}

    def moment(self, value: object, path: Path) -> datetime:
        """A time such as 2027-02-01T20:00+01:00; without an offset it is UTC."""
        with suppress(ValueError):
            if isinstance(value, str):
                found = datetime.fromisoformat(value.strip())
                return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        self.fault(path, "must be a time (2027-02-01T20:00+01:00) or a day")
        return datetime(1970, 1, 1, tzinfo=UTC)

    def day(self, value: object, path: Path) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.fault(path, "must be a date (2027-02-01)")
        return date.min
