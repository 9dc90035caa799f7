"""Review samples on disk: sealed one by one, a file for each rule and last day, gone when that day comes.

A call only puts its sample into a bounded queue; once a second the queue is sealed and written beside the calls. What
is in the queue at a kill is lost. Workers that share the folder write one after the other, and none beyond a rule's
number of a day.
"""

from __future__ import annotations

import base64
import os
import re
from collections import deque
from collections.abc import Collection
from datetime import date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import orjson

from gateway.alone import alone
from gateway.identity.sealing import Sealer

MOST_WAITING = 1_000
MOST_REMEMBERED = 10_000

_FILE = re.compile(r"[0-9a-f]{16}-(\d{4}-\d\d-\d\d)\.samples")


class Sample(NamedTuple):
    """One sample. text: None where it can't be read any more (another key, or changed). until: the day it goes."""

    rule: str
    call: str
    at: datetime
    until: date
    text: str | None

    @property
    def bound(self) -> str:
        """What a sealed sample belongs to."""
        return f"{self.rule}\0{self.call}\0{self.at.isoformat()}\0{self.until}"


class Samples:
    """The folder of samples. sealer: None where the keyring has no key for them, and then none are kept."""

    def __init__(self, folder: Path, sealer: Sealer | None, today: date) -> None:
        self._folder = folder
        self._sealer = sealer
        self._waiting: deque[Sample] = deque()
        self._writing = Lock()
        self._day = today
        self._seen: set[tuple[str, bytes]] = set()
        self._count = self._counted(today)
        self._most: dict[str, int] = {}

    @property
    def kept(self) -> bool:
        """Whether samples can be kept."""
        return self._sealer is not None

    def wants(self, rule: str, digest: bytes, per_day: int, today: date) -> bool:
        """Whether one more of a rule is to be kept today: below its number, and of a value not seen today."""
        if today != self._day:
            self._day, self._seen, self._count = today, set(), {}
        self._most[_name(rule)] = per_day
        full = self._count.get(_name(rule), 0) >= per_day or len(self._waiting) >= MOST_WAITING
        return not full and (rule, digest) not in self._seen

    def take(self, sample: Sample, digest: bytes) -> None:
        """Puts a sample into the queue."""
        name = _name(sample.rule)
        self._count[name] = self._count.get(name, 0) + 1
        if len(self._seen) < MOST_REMEMBERED:
            self._seen.add((sample.rule, digest))
        self._waiting.append(sample)

    @property
    def waiting(self) -> bool:
        """Whether there is something to write."""
        return bool(self._waiting)

    def write(self) -> None:
        """Seals and writes what waits. Blocks; raises OSError, and what wasn't written is then given up."""
        with self._writing:  # a review writes what waits too
            self._write()

    def read(self, rule: str, today: date) -> list[Sample]:
        """The samples of a rule that are still to be kept, oldest first. Blocks."""
        found = []
        for file, until in self._files():
            if file.name.startswith(f"{_name(rule)}-") and today < until:
                found += [self._opened(rule, until, line) for line in file.read_bytes().splitlines()]
        return sorted((sample for sample in found if sample is not None), key=lambda sample: sample.at)

    def drop_due(self, today: date) -> int:
        """Removes every sample whose day has come; how many files. Blocks."""
        due = [file for file, until in self._files() if until <= today]
        for file in due:
            file.unlink(missing_ok=True)
        return len(due)

    def _write(self) -> None:
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not taken or self._sealer is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(self._folder):
            lines: dict[str, bytes] = {}
            for sample in self._fitting(taken):
                file = f"{_name(sample.rule)}-{sample.until}.samples"
                lines[file] = lines.get(file, b"") + self._line(self._sealer, sample)
            for file, raw in lines.items():
                descriptor = os.open(self._folder / file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
                with os.fdopen(descriptor, "ab") as out:
                    out.write(b"\n" + raw if _cut_off(descriptor) else raw)

    def _fitting(self, taken: list[Sample]) -> list[Sample]:
        """Those for which there is still room, counting what other workers have written meanwhile."""
        day, fitting = self._day, []
        counts = self._counted(day, {_name(sample.rule) for sample in taken})
        for sample in taken:
            name = _name(sample.rule)
            if sample.at.date() == day:
                counts[name] = counts.get(name, 0) + 1
                if counts[name] > self._most.get(name, counts[name]):
                    continue
            fitting.append(sample)
        self._count.update(counts)
        return fitting

    def _line(self, sealer: Sealer, sample: Sample) -> bytes:
        box = base64.b64encode(sealer.seal(sample.text or "", sample.bound)).decode()
        return orjson.dumps({"at": sample.at, "call": sample.call, "key": sealer.id, "box": box}) + b"\n"

    def _opened(self, rule: str, until: date, line: bytes) -> Sample | None:
        try:
            entry = orjson.loads(line)
            sample = Sample(rule, entry["call"], datetime.fromisoformat(entry["at"]), until, None)
            sealed = base64.b64decode(entry["box"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return None
        text = self._sealer.open(sealed, sample.bound) if self._sealer is not None else None
        return sample._replace(text=text)

    def _counted(self, today: date, names: Collection[str] | None = None) -> dict[str, int]:
        """How many of today there are already, by the name of the rule's files. names: of those alone."""
        counts: dict[str, int] = {}
        begins = f'"at":"{today}'.encode()
        for file, _ in self._files():
            name = file.name[:16]
            if names is not None and name not in names:
                continue
            counts[name] = counts.get(name, 0) + file.read_bytes().count(begins)
        return counts

    def _files(self) -> list[tuple[Path, date]]:
        if not self._folder.is_dir():
            return []
        named = ((name, _FILE.fullmatch(name)) for name in sorted(os.listdir(self._folder)))
        return [(self._folder / name, date.fromisoformat(match[1])) for name, match in named if match]


def until(day: date, days: int) -> date:
    """The day on which a sample of `day` goes."""
    return day + timedelta(days=days)


def _cut_off(descriptor: int) -> bool:
    """Whether a kill or a full disk left half a line, which would swallow the next one."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _name(rule: str) -> str:
    """The rule as a name of files: ids may hold any letter."""
    return blake2b(rule.encode(), digest_size=8).hexdigest()
