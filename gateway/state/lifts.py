"""Rules that people lifted for themselves: for one value, for an hour.

Where no store is shared they are kept in a file of the state folder (0600; pseudonyms, names of rules and keyed
hashes), so that a restart within the hour takes nothing away. A file that can't be read lifts nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import NamedTuple

import orjson

LASTS = timedelta(hours=1)
MOST_A_PERSON = 200

Lifted = Mapping[tuple[str, bytes], str]
_NOTHING: Lifted = MappingProxyType({})


class _Lift(NamedTuple):
    """begins, ends: Unix seconds. A clock that was set back must not make it last longer."""

    begins: float
    ends: float
    report: str


class Lifts:
    """What is lifted now, by person. file: where it is kept, None for nowhere. told: is told of each new lift: its
    report, and the value that `hear` takes."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self.told: Callable[[str, bytes], None] = lambda report, value: None
        self._people: dict[str, dict[tuple[str, bytes], _Lift]] = {}
        self._saving = Lock()
        if file is not None and file.exists():
            self._people = _read(file)

    def add(self, person: str, rule: str, digests: Iterable[bytes], report: str, now: datetime) -> datetime:
        """Lifts a rule for a person and these values; until when. It counts at once; `save` makes it last."""
        begins, ends, values = now.timestamp(), now + LASTS, list(digests)
        self._take(person, rule, values, _Lift(begins, ends.timestamp(), report), begins)
        told = {"person": person, "rule": rule, "digests": [digest.hex() for digest in values], "begins": begins}
        self.told(report, orjson.dumps(told))
        return ends

    def hear(self, report: str, value: bytes | None) -> None:
        """A lift that another worker took. It ends by its own words, whenever they are forgotten."""
        if value is not None:
            said = orjson.loads(value)
            begins = float(said["begins"])
            lift = _Lift(begins, begins + LASTS.total_seconds(), report)
            self._take(said["person"], said["rule"], map(bytes.fromhex, said["digests"]), lift, begins)

    def _take(self, person: str, rule: str, digests: Iterable[bytes], lift: _Lift, at: float) -> None:
        own = {key: one for key, one in self._people.get(person, {}).items() if one.ends > at}
        own |= {(rule, digest): lift for digest in digests}
        while len(own) > MOST_A_PERSON:
            own.pop(next(iter(own)))
        self._people[person] = own

    def of(self, person: str, now: datetime) -> Lifted:
        """(rule, digest of the value) -> id of the report, for everything that is lifted for a person now."""
        own = self._people.get(person)
        if not own:
            return _NOTHING
        at = now.timestamp()
        return {key: lift.report for key, lift in own.items() if lift.begins <= at < lift.ends}

    def forget(self, now: datetime) -> None:
        """Drops what has ended."""
        at = now.timestamp()
        for person, own in tuple(self._people.items()):
            kept = {key: lift for key, lift in own.items() if lift.ends > at}
            if kept:
                self._people[person] = kept
            else:
                del self._people[person]

    def save(self) -> None:
        """Writes the file anew, in one step."""
        if self._file is None:
            return
        with self._saving:  # several threads may want to
            entries = [
                [person, rule, digest.hex(), *lift]
                for person, own in tuple(self._people.items())
                for (rule, digest), lift in tuple(own.items())
            ]
            new = self._file.with_suffix(".new")
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(orjson.dumps(entries))
            new.replace(self._file)


def _read(file: Path) -> dict[str, dict[tuple[str, bytes], _Lift]]:
    people: dict[str, dict[tuple[str, bytes], _Lift]] = {}
    try:
        for person, rule, digest, begins, ends, report in orjson.loads(file.read_bytes()):
            lift = _Lift(float(begins), min(float(ends), float(begins) + LASTS.total_seconds()), str(report))
            people.setdefault(person, {})[rule, bytes.fromhex(digest)] = lift
    except (orjson.JSONDecodeError, TypeError, ValueError):
        return {}
    return people
