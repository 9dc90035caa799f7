"""One YAML text into plain values, strictly: what could be read in two ways is refused.

Only what everyone reads alike is accepted: no anchors, aliases, merge keys or tags, no tabs, no key twice, string keys
only; `yes`, `no`, `on`, `off` and `012` stay strings. Whole numbers, decimals, true, false, null and dates
(`2027-02-01`) are what they look like.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

import yaml

from gateway.documents.problems import DocumentsRefused, Path, Rendered

MAX_DEPTH = 32
MAX_VALUES = 300_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})?\.[0-9]{1,18}|[-+]?[0-9]{1,18}(\.[0-9]{1,18})?[eE][-+]?[0-9]{1,2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What YAML itself doesn't allow, besides tabs and the controls of lines.
_CONTROL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


class Parsed(NamedTuple):
    """One document of a text. places: path inside the document -> (line, column), both from 1."""

    value: Any
    places: dict[Path, tuple[int, int]]


@dataclass(slots=True)
class Room:
    """How many keys and values may still come, over all files that are read together."""

    left: int = MAX_VALUES


def parse(file: str, text: str, room: Room | None = None) -> list[Parsed]:
    """Every document of `text` that isn't empty; DocumentsRefused with the first fault. room: for this file alone, or
    for all that are read together."""
    _refuse_controls(file, text)
    reader = _Reader(file, text, room or Room())
    try:
        return [parsed for parsed in reader.documents() if parsed.value is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise DocumentsRefused([Rendered(file, line, column, f"not YAML: {error.problem}")]) from None
    except yaml.YAMLError:
        raise DocumentsRefused([Rendered(file, 1, 1, "not YAML")]) from None


def _refuse_controls(file: str, text: str) -> None:
    found = _CONTROL.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        tab = found[0] == "\t"
        message = "a tab: use spaces" if tab else f"a control character (U+{ord(found[0]):04X}) is not allowed"
        raise DocumentsRefused([Rendered(file, line, column, message)])


class _Reader:
    """Builds values from the parser's events, so that depth, number and aliases are refused before anything grows."""

    def __init__(self, file: str, text: str, room: Room) -> None:
        self.file = file
        self.room = room
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.places: dict[Path, tuple[int, int]] = {}

    def documents(self) -> Iterator[Parsed]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.places = {}
                value = self.value(next(self.events), (), 0)
                yield Parsed(value, self.places)

    def value(self, event: Any, path: Path, depth: int) -> Any:
        self.check(event, depth)
        self.places.setdefault(path, _place(event))
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path, depth + 1)
        return self.mapping(path, depth + 1)

    def check(self, event: Any, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.refuse(event, "anchors and aliases are not supported: write the value out")
        if event.tag is not None:
            self.refuse(event, "tags (!) are not supported")
        if depth > MAX_DEPTH:
            self.refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        self.room.left -= 1
        if self.room.left < 0:
            self.refuse(event, f"more than {MAX_VALUES} keys and values, all files together")

    def sequence(self, path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items)), depth))
        return items

    def mapping(self, path: Path, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, depth)
            if key in members:
                self.refuse(event, f"{key} is here twice")
            self.places[(*path, key)] = _place(event)
            members[key] = self.value(next(self.events), (*path, key), depth)
        return members

    def key(self, event: Any, depth: int) -> str:
        self.check(event, depth)
        if not isinstance(event, yaml.ScalarEvent):
            self.refuse(event, "a key must be a plain word")
        plain = bool(event.implicit[0])
        if plain and event.value == "<<":
            self.refuse(event, "merge keys (<<) are not supported")
        if plain and event.value in _WORDS:
            self.refuse(event, f"a key can't be {event.value or 'empty'}: quote it")
        return str(event.value)

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        return self.date(event, text) if _DATE.fullmatch(text) else text

    def date(self, event: Any, text: str) -> datetime.date:
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            self.refuse(event, f"{text} is no day of the calendar")

    def refuse(self, event: Any, message: str) -> NoReturn:
        raise DocumentsRefused([Rendered(self.file, *_place(event), message)])


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
