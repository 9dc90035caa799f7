"""Reading typed fields out of plain values, collecting every problem instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from policies.detectors.model import Problem

_TYPES: Mapping[type, str] = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}


class Fields:
    """One mapping of a document. Reads note the keys used; `close` reports the others."""

    def __init__(self, value: object, path: tuple[str | int, ...], problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self._used: set[str] = set()
        self._value: Mapping[Any, Any] = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            self.problem((), "must be a mapping of keys to values")

    def problem(self, where: tuple[str | int, ...], message: str, nearest: str | None = None) -> None:
        self.problems.append(Problem((*self.path, *where), message, nearest))

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def _get(self, key: str) -> Any:
        value = self._value.get(key)
        if value is None and key in self._value and key not in self._used:
            self.problem((key,), "is empty: give it a value, or take it out")
        self._used.add(key)
        return value

    def text(self, key: str, default: str = "") -> str:
        value = self._typed(key, str)
        return default if value is None else str(value)

    def required(self, key: str) -> str:
        if key not in self._value:
            self.problem((), f"`{key}` is missing")
        return self.text(key)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._typed(key, bool)
        return default if value is None else bool(value)

    def number(self, key: str, default: float, low: float, high: float) -> float:
        value = self._typed(key, float)
        if value is None:
            return default
        if not low <= value <= high:
            self.problem((key,), f"must be between {low:g} and {high:g}")
            return default
        return float(value)

    def choice(self, key: str, names: Collection[str], default: str) -> str:
        value = self.text(key, default)
        if value not in names:
            self.unknown((key,), value, names)
            return default
        return value

    def unknown(self, where: tuple[str | int, ...], name: str, names: Collection[str]) -> None:
        close = get_close_matches(name, names, 1)
        self.problem(where, f"`{name}` is none of: {', '.join(sorted(names))}", close[0] if close else None)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts (a single text is a list of one)."""
        value = self._get(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, Sequence) or not all(isinstance(item, str) and item for item in value):
            self.problem((key,), "must be a list of texts")
            return ()
        return tuple(value)

    def each(self, key: str) -> list[Fields]:
        """A list of mappings."""
        value = self._get(key)
        if value is None:
            return []
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.problem((key,), "must be a list")
            return []
        return [Fields(item, (*self.path, key, index), self.problems) for index, item in enumerate(value)]

    def inner(self, key: str) -> Fields | None:
        value = self._get(key)
        return None if value is None else Fields(value, (*self.path, key), self.problems)

    def numbers(self, key: str) -> tuple[int, ...]:
        value = self._get(key)
        if isinstance(value, list) and value and all(type(item) is int and 0 < item < 20 for item in value):
            return tuple(value)
        self.problem((key,), "must be a list of lengths between 1 and 19")
        return ()

    def close(self) -> None:
        """Report the keys that nobody read."""
        for key in self._value:
            if key not in self._used:
                close = get_close_matches(str(key), self._used, 1)
                self.problem((key,), f"`{key}` is not known here", close[0] if close else None)

    def _typed(self, key: str, wanted: type) -> Any:
        value = self._get(key)
        if value is None:
            return None
        accepted = (int, float) if wanted is float else (wanted,)
        if type(value) not in accepted:
            self.problem((key,), f"must be {_TYPES[wanted]}")
            return None
        return value
