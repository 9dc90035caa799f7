"""Calls that rules refused or changed, for as long as somebody may want to say that this was wrong.

Facts only, no text: who called, which rules, keyed hashes of the values. Bounded, in memory; written down at a clean
stop where no store is shared: after a kill an earlier call can't be reported, and who was refused sends it again.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that refused or changed a call. detectors: as they may be shown. digests: hex, of values found in the
    request; none where the rule can't be lifted for them. also: another rule that changes what this one does, or did
    instead of it."""

    rule: str
    policy: str
    action: str
    detectors: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    also: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One call. at: ISO 8601. person: pseudonym. refused: whether it was refused, or some of its text replaced.

    destination: where it would have gone. role, direction: of the first finding. fired: the rule that decided first, or
    what had the most effect.
    """

    call: str
    at: str
    person: str
    key: str
    team: str
    groups: tuple[str, ...]
    use_case: str
    model: str
    destination: str
    direction: str
    role: str
    refused: bool
    fired: tuple[Fired, ...]

    def rule(self, wanted: str) -> Fired | None:
        """What a rule did to the call; of no name, the rule that decided."""
        return next((one for one in self.fired if one.rule == wanted or not wanted), None)


class JudgedCalls:
    """The last calls of each kind, refused and changed, by id. file: where they outlive a clean stop. told: is told of
    each."""

    def __init__(self, file: Path | None = None, most: int = 5_000) -> None:
        self._file = file
        self.told: Callable[[Judged], None] = lambda judged: None
        self._most = most
        self._calls: dict[bool, OrderedDict[str, Judged]] = {True: OrderedDict(), False: OrderedDict()}
        if file is not None and file.exists():
            for judged in _read(file):
                self.take(judged)

    def add(self, judged: Judged) -> None:
        """Remembers a call that was judged here."""
        self.take(judged)
        self.told(judged)

    def take(self, judged: Judged) -> None:
        """Remembers a call."""
        calls = self._calls[judged.refused]
        calls[judged.call] = judged
        if len(calls) > self._most:
            calls.popitem(last=False)

    def find(self, call: str, person: str) -> Judged | None:
        """The call, where this person made it; somebody else's is as unknown as one that never was."""
        judged = self._calls[True].get(call) or self._calls[False].get(call)
        return judged if judged is not None and judged.person == person else None

    def save(self) -> None:
        """Writes all of it to the file; replaces it in one step."""
        if self._file is None:
            return
        new = self._file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(orjson.dumps([asdict(one) for calls in self._calls.values() for one in calls.values()]))
        new.replace(self._file)


def written(judged: Judged) -> bytes:
    """A call as bytes, for `read`."""
    return orjson.dumps(asdict(judged))


def read(raw: bytes) -> Judged:
    """The call that was written."""
    return _judged(orjson.loads(raw))


def _read(file: Path) -> list[Judged]:
    """What was written; nothing where it is damaged, which only means that those calls can't be reported."""
    try:
        return [_judged(entry) for entry in orjson.loads(file.read_bytes())]
    except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError, ValueError):
        return []


def _judged(entry: dict[str, Any]) -> Judged:
    fired = tuple(
        Fired(**{**one, "detectors": tuple(one["detectors"]), "digests": tuple(one["digests"])})
        for one in entry.pop("fired")
    )
    return Judged(**{**entry, "groups": tuple(entry["groups"]), "fired": fired})
