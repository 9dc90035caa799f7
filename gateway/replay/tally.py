"""What a replay found, counted: by team, destination, use case and rule, and what can't be told."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from gateway.replay.comparing import Change, Compared
from gateway.replay.ending import SAYS
from gateway.replay.recorded import Recorded


class Changed(NamedTuple):
    """One call that would be decided otherwise somewhere. end: how it would end as a whole."""

    one: Recorded
    changes: tuple[Change, ...]
    end: str

    def plain(self) -> list[dict[str, Any]]:
        """As JSON, one object a destination."""
        who = self.one.intent["who"]
        return [
            {
                "call": self.one.call,
                "at": self.one.at.isoformat(),
                "team": who["team"],
                "use_case": who["use_case"],
                "destination": change.destination,
                "was": change.was.said,
                "now": change.now.said,
                "rules": sorted({hit.rule for hit in change.rules}),
                "end": self.end,
            }
            for change in self.changes
        ]


class Tally:
    """Counts of calls. most: changed calls that are kept to be shown."""

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self.calls = self.changed = self.not_kept = self.undecided = 0
        self.checked = self.reproduced = 0
        self.by: dict[str, Counter[str]] = {name: Counter() for name in ("team", "destination", "use_case", "change")}
        self.ends: Counter[str] = Counter()
        self.was: Counter[str] = Counter()
        self.now: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.unknown: Counter[tuple[str, str]] = Counter()
        self.shown: list[Changed] = []

    def add(self, one: Recorded, compared: Compared | None) -> None:
        """Count one call."""
        self.calls += 1
        if compared is None:
            self.not_kept += 1
            return
        if compared.reproduced is not None:
            self.checked += 1
            self.reproduced += compared.reproduced
        self.undecided += compared.undecided
        self.was.update({hit.rule for hit in compared.was})
        self.now.update({hit.rule for hit in compared.now})
        self.unknown.update(compared.unsure.items())
        if compared.changes:
            self._changed(one, compared.changes, compared.end)

    def _changed(self, one: Recorded, changes: tuple[Change, ...], end: str) -> None:
        self.changed += 1
        self.ends[end] += 1
        who = one.intent["who"]
        self.by["team"][who["team"]] += 1
        self.by["use_case"][who["use_case"]] += 1
        self.by["destination"].update({c.destination for c in changes})
        self.by["change"].update({f"{c.was.said} -> {c.now.said}" for c in changes})
        self.rules.update({hit.rule for c in changes for hit in c.rules})
        if len(self.shown) < self._most:
            self.shown.append(Changed(one, changes, end))

    def rule_rows(self) -> list[dict[str, Any]]:
        """Each rule that matched, or of which that can't be told: calls then, now, changed, unknown."""
        unknown: Counter[str] = Counter()
        for (rule, _), count in self.unknown.items():
            unknown[rule] += count
        names = sorted({*self.was, *self.now, *self.rules, *unknown})
        return [
            {
                "rule": name,
                "was": self.was[name],
                "now": None if unknown[name] else self.now[name],
                "changed": self.rules[name],
                "unknown": unknown[name],
            }
            for name in names
        ]

    def plain(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "calls": self.calls,
            "not_kept": self.not_kept,
            "changed": self.changed,
            "ends": {end: self.ends[end] for end in SAYS},
            "undecided": self.undecided,
            "reproduced": {"of": self.checked, "same": self.reproduced} if self.checked else None,
            **{f"by_{name}": dict(counts.most_common()) for name, counts in self.by.items()},
            "rules": self.rule_rows(),
            "unknown": [
                {"rule": rule, "calls": count, "why": why} for (rule, why), count in self.unknown.most_common()
            ],
            "changed_calls": [row for changed in self.shown for row in changed.plain()],
        }
