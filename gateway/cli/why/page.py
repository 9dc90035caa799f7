"""Answers as a page for people: nothing that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from textwrap import wrap
from typing import Any

from gateway.cli.table import plain, table
from gateway.cli.why.answering import Answer
from gateway.cli.why.words import WORDS
from observability.ledger import End

_WIDTH, _LONGEST = 12, 104
_MOST_EVENTS = 12


class Clock:
    """Times of records in the zone of whoever asks (None: the machine's)."""

    def __init__(self, zone: tzinfo | None, language: str) -> None:
        self._zone, self._words = zone, WORDS[language]
        self.name = str(zone) if zone is not None else ""

    def here(self, at: datetime) -> datetime:
        """The moment, in the zone."""
        return at.astimezone(self._zone)

    def time(self, at: datetime) -> str:
        """Hour, minute and second."""
        return self.here(at).strftime("%H:%M:%S")

    def day(self, at: datetime) -> str:
        """The day, with its name."""
        there = self.here(at)
        return f"{self._words.days[there.weekday()]} {there.date().isoformat()}"

    def span(self, since: datetime, until: datetime) -> str:
        """From when until when; the day once where it is the same."""
        day, later = self.day(since), self.day(until)
        said = self._words.span if day == later else self._words.days_apart
        return said.format(
            since=self.time(since), until=self.time(until), day=day, later=later, zone=self.zone(since)
        )  # fmt: skip

    def apart(self, at: datetime) -> bool:
        """Whether clocks of the zone show another time than UTC then."""
        return bool(self.here(at).utcoffset())

    def zone(self, at: datetime) -> str:
        """What the zone is called then."""
        return self.name or self.here(at).tzname() or "UTC"


def rendered(answer: Answer, clock: Clock, language: str) -> Iterator[str]:
    """One answer, line by line."""
    words, zone = WORDS[language], clock.zone(answer.at)
    utc = answer.at.astimezone(UTC).strftime(f"{words.semicolon}%H:%M:%S UTC") if clock.apart(answer.at) else ""
    yield plain(f"{answer.call}, {clock.day(answer.at)} {clock.time(answer.at)} ({zone}{utc})")
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        ("what", [answer.what]),
        ("why", _why(answer, language)),
        ("found", answer.found),
        ("who", [words.who.format(**answer.who)]),
        ("asked", [f"{answer.model or words.unnamed} ({answer.dialect})"]),
        ("where", answer.destinations),
        ("tries", answer.attempts),
        ("rules", [_revision(answer, language)]),
        ("ask", answer.ask),
        ("do", [answer.do]),
        ("more", [f"ecluse ledger show {answer.call}"]),
    )
    for name, lines in parts:
        for number, line in enumerate(row for long in lines for row in _folded(long)):
            yield plain(f"  {'' if number else words.titles[name]:<{_WIDTH}}{line}".rstrip())


def others(ends: Sequence[End], clock: Clock, language: str) -> Iterator[str]:
    """Further calls, one a line."""
    rows = [
        (
            clock.time(end.at),
            end.call,
            end.intent["who"]["team"],
            WORDS[language].outcomes[end.outcome["outcome"]],
            ", ".join(_by(end.outcome)),
        )
        for end in ends
    ]
    yield from table(WORDS[language].others, rows)


def events(happened: Sequence[Mapping[str, Any]], clock: Clock, *, days: bool = False) -> Iterator[str]:
    """What happened beside the calls, one a line; the last ones where there is much. days: told with their day."""
    for one in happened[-_MOST_EVENTS:]:
        detail = ", ".join(
            f"{key} {str(value)[:60]}" for key, value in one["detail"].items() if value not in ("", None)
        )
        at = datetime.fromisoformat(one["at"])
        when = f"{clock.day(at)} {clock.time(at)}" if days else clock.time(at)
        yield plain(f"  {when}  {one['event']}  {detail}".rstrip())


def _by(outcome: Mapping[str, Any]) -> list[str]:
    """What ended a call: the rules that denied it, else its code."""
    rules = [one["rule"] for one in outcome["rules"] if one["mode"] == "enforce" and one["action"] == "deny"]
    return rules or [outcome["code"] or ""]


def _why(answer: Answer, language: str) -> Iterator[str]:
    words = WORDS[language]
    yield from answer.why
    for rule in answer.rules:
        said = words.rule.format(rule=rule["rule"], policy=rule["policy"])
        title = words.titled.format(rule["title"]) if rule["title"] else ""
        where = f" ({rule['where']})" if rule["where"] else ""
        state = f"{words.semicolon}{words.states[rule['state']]}" if words.states[rule["state"]] else ""
        yield f"{said}{title}{where}{state}"
        if rule["message"]:
            yield words.told.format(rule["message"])


def _folded(line: str) -> list[str]:
    """A line as one or several that fit a terminal; commands and ids stay whole."""
    return wrap(line, _LONGEST, break_long_words=False, break_on_hyphens=False, subsequent_indent="  ")


def _revision(answer: Answer, language: str) -> str:
    words = WORDS[language]
    said = words.unread if not answer.now else words.same if answer.now == answer.revision else words.newer
    return said.format(then=answer.revision, now=answer.now)
