"""What staff said of refusals: one file a report (0600) in the state folder. Their words stand nowhere else."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import orjson

FALSE_POSITIVE, OVERRIDE = "false_positive", "override"
KINDS = (FALSE_POSITIVE, OVERRIDE)
KEPT = timedelta(days=90)
MOST = 10_000

NAME = re.compile(r"r_[0-9a-f]{10}")
"""How a report is named, wherever it is told: also what lifted a rule for an hour."""


class ReportsFull(Exception):
    """No more reports are taken until some are closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report. at: ISO 8601. person: pseudonym. reason, note: the reporter's words. until: end of a lift.

    The rest says which call it is about, as `gateway.state.judged` has it. closed: when and by whom, "" while open.
    """

    id: str
    at: str
    kind: str
    call: str
    person: str
    key: str
    team: str
    groups: tuple[str, ...]
    use_case: str
    model: str
    destination: str
    direction: str
    role: str
    rule: str
    policy: str
    detectors: tuple[str, ...]
    reason: str = ""
    note: str = ""
    until: str = ""
    closed: str = ""


class Reports:
    """The folder of reports."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, report: Report) -> None:
        """Writes a new report, on disk when this returns. Raises ReportsFull."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if len(os.listdir(self._folder)) >= MOST:
            raise ReportsFull
        self._write(report)

    def all(self) -> list[Report]:
        """Every report that can be read, oldest first."""
        return sorted(self._each(), key=lambda report: (report.at, report.id))

    def find(self, wanted: str) -> Report | None:
        """The report of that id."""
        return _read(self._folder / f"{wanted}.json") if NAME.fullmatch(wanted) else None

    def close(self, report: Report, said: str) -> None:
        """Marks a report as dealt with. said: when and by whom."""
        self._write(replace(report, closed=said))

    def drop_old(self, now: datetime) -> int:
        """Removes reports older than they are kept; how many."""
        last = (now - KEPT).isoformat()
        old = [report for report in self._each() if report.at < last]
        for report in old:
            (self._folder / f"{report.id}.json").unlink(missing_ok=True)
        return len(old)

    def _each(self) -> Iterator[Report]:
        if not self._folder.is_dir():
            return
        for name in sorted(os.listdir(self._folder)):
            report = _read(self._folder / name) if name.endswith(".json") else None
            if report is not None:
                yield report

    def _write(self, report: Report) -> None:
        new = self._folder / f"{report.id}.new"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2))
            out.flush()
            os.fsync(out.fileno())
        new.replace(self._folder / f"{report.id}.json")


def new_id() -> str:
    """The id of a new report."""
    return "r_" + secrets.token_hex(5)


def _read(file: Path) -> Report | None:
    try:
        entry = orjson.loads(file.read_bytes())
        entry["groups"], entry["detectors"] = tuple(entry["groups"]), tuple(entry["detectors"])
        report = Report(**entry)
        return report if all(isinstance(value, str | tuple) for value in asdict(report).values()) else None
    except (OSError, orjson.JSONDecodeError, TypeError, KeyError):
        return None
