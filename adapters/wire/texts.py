"""The strings, numbers and keys of a parsed body in document order, found without looking for them in its bytes.

Where a text stands in the bytes costs several times as much to find as the text itself, and matters only where
something is rewritten; so texts are numbered here, and the numbers lead to the bytes when they are needed.
"""

from __future__ import annotations

import sys
from typing import Any

from adapters.wire.refusals import fold, repeated_key, too_deep, too_many_texts
from adapters.wire.tokens import string_count, token_spans

Steps = tuple[str | int, ...]
Range = tuple[int, int]

_AFTER = b",}] \t\r\n"
_FEW = 4  # numbers worth looking for one by one


class Texts:
    """The texts of one body. all: every string, number and key, decoded, numbers as written, in document order."""

    __slots__ = ("_figures", "_inside", "_most", "_numbers", "_places", "_root", "all")

    def __init__(self, raw: bytes, root: dict[str, Any], max_depth: int, alike: bool, most: int = sys.maxsize) -> None:
        """Raises BodyRefused for a repeated key, for deep nesting, and for more texts than `most`."""
        self._most = most
        self.all: list[str] = []
        self._root = root
        self._inside: dict[int, Range] = {}  # by identity of the object or array: its texts
        self._numbers: list[tuple[int, str | None, int | float]] = []
        self._places: dict[Steps, tuple[Any, Any]] = {}  # by path of an object or array
        names: set[str] = set()
        self._enter(root, names, max_depth)
        if len(self.all) > most:
            raise too_many_texts()
        # Parsed objects drop all but one of repeated keys; then there are strings in the bytes that nothing pairs with.
        if len(self.all) - len(self._numbers) != string_count(raw):
            raise repeated_key(raw)
        # Names that differ only in letter case are rare in a whole body; only then each object is looked at.
        if alike and len(set(map(fold, names))) != len(names) and _alike(root):
            raise repeated_key(raw)
        self._figures = {index for index, _, _ in self._numbers}
        if self._numbers:
            self._literals(raw)

    def is_string(self, index: int) -> bool:
        """Whether the text of that number is a string or a key."""
        return index not in self._figures

    def inside(self, holder: Any) -> Range:
        """The numbers of the texts in an object or array of this body, first and one past the last."""
        return self._inside[id(holder)]

    def range(self, path: Steps) -> Range | None:
        """The same for the value at `path`, a member's key included; None where there is none."""
        if not path:
            return 0, len(self.all)
        found = self._find(path)
        if found is None:
            return None
        place, value = found
        kind = type(value)
        if kind is dict or kind is list:
            return place, self._inside[id(value)][1]
        return place, place + (type(path[-1]) is str) + (kind is str or kind is int or kind is float)

    def index(self, path: Steps) -> int | None:
        """The number of the string or number at `path`; None where there is none."""
        found = self._find(path) if path else None
        if found is None:
            return None
        kind = type(found[1])
        return found[0] + (type(path[-1]) is str) if kind is str or kind is int or kind is float else None

    def _find(self, path: Steps) -> tuple[int, Any] | None:
        """The number of the text with which the member or item at `path` begins, and its value."""
        step: Any = path[-1]
        known = self._places.get(path[:-1])
        try:
            if known is None:
                holder: Any = self._root
                for above in path[:-1]:
                    holder = holder[above]
                if type(holder) is not dict and type(holder) is not list:
                    return None
                known = self._places[path[:-1]] = holder, self._places_in(holder)
            return known[1][step], known[0][step]
        except (KeyError, IndexError, TypeError):
            return None

    def _places_in(self, holder: dict[str, Any] | list[Any]) -> dict[str, int] | list[int]:
        """For each member or item the number of the text with which it begins."""
        here = self._inside[id(holder)][0]
        keyed = type(holder) is dict
        places = []
        for value in holder.values() if isinstance(holder, dict) else holder:
            places.append(here)
            kind = type(value)
            if kind is dict or kind is list:
                here = self._inside[id(value)][1]
            else:
                here += keyed + (kind is str or kind is int or kind is float)
        return dict(zip(holder, places, strict=True)) if keyed else places

    def _enter(self, holder: Any, names: set[str], left: int) -> None:
        """Add the texts of one object or array; `left`: levels that may still be entered, this one included."""
        if left <= 0:
            raise too_deep()
        texts = self.all
        first = len(texts)
        if first + len(holder) > self._most:  # before they are added: one list can hold millions
            raise too_many_texts()
        add = texts.append
        if type(holder) is dict:
            names.update(holder)
            for key, value in holder.items():
                add(key)
                kind = type(value)
                if kind is str:
                    add(value)
                elif kind is dict or kind is list:
                    self._enter(value, names, left - 1)
                elif kind is int or kind is float:
                    self._numbers.append((len(texts), key, value))
                    add(str(value))
        else:
            for value in holder:
                kind = type(value)
                if kind is str:
                    add(value)
                elif kind is dict or kind is list:
                    self._enter(value, names, left - 1)
                elif kind is int or kind is float:
                    self._numbers.append((len(texts), None, value))
                    add(str(value))
        self._inside[id(holder)] = first, len(texts)

    def _literals(self, raw: bytes) -> None:
        """Make numbers say what the bytes say: `0.20`, `1e3`, `-0` and long digits read back otherwise."""
        signed = b"-0" in raw  # which reads as 0
        unsure = [it for it in self._numbers if type(it[2]) is float or (signed and not it[2])]
        if not unsure or (len(unsure) <= _FEW and _all_said(raw, unsure)):
            return
        spans = token_spans(raw)
        for index, _, _ in unsure:
            start, end = spans[index]
            self.all[index] = raw[start:end].decode()


def _all_said(raw: bytes, numbers: list[tuple[int, str | None, int | float]]) -> bool:
    """Whether each of these members stands in the bytes once, with the number as we would write it."""
    names = {key for _, key, _ in numbers}
    return len(names) == len(numbers) and all(
        key is not None and key.isascii() and _said(raw, b'"' + key.encode() + b'"', str(value).encode())
        for _, key, value in numbers
    )


def _said(raw: bytes, key: bytes, number: bytes) -> bool:
    """Whether `key` stands in the bytes once only, as the key of `number`.

    What is found is then the key of a number like that, so one that the caller asks about too: were it not the same
    member (whose key is spelt with escapes), two of its members would be of one name.
    """
    at = raw.find(key)
    if at < 1 or raw.find(key, at + 1) >= 0 or raw[at - 1] in b"\\":
        return False
    at += len(key)
    for between in (b":", b": "):
        end = at + len(between) + len(number)
        if raw.startswith(between + number, at) and raw[end : end + 1] in _AFTER:
            return True
    return False


def _alike(holder: Any) -> bool:
    """Whether an object in a value has keys that differ only in letter case."""
    if type(holder) is dict:
        if len(set(map(fold, holder))) != len(holder):
            return True
        return any(map(_alike, holder.values()))
    return type(holder) is list and any(map(_alike, holder))
