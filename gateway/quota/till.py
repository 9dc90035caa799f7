"""The side of the store: who was granted how much of what. Plain values in, plain values out.

The sum of what was granted in a window never exceeds its limit, but for what was used beyond what was held. What a
worker was granted counts as used when the worker is gone, since nobody can know better; slots of calls at once return
when it hasn't been heard of for the time of a lease.

A store that begins with an empty or an old memory is another incarnation. It grants nothing until every worker that is
known of has told what it knows, or the time of a lease is over; then each that is missing counts with the most that it
may have been granted unseen.

Time that passes while nobody is heard isn't counted: a store that was frozen doesn't take the living for dead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from gateway.quota.wire import MOST_NEWS, SHUT, Answer, Ask, Granted, News, Word

LONGEST_STEP = 1.0
"""How far the clock goes between two words, in seconds."""

REMEMBERED = 3600.0
"""How long a worker that is gone is remembered, for words of it that come late."""


@dataclass(slots=True)
class Row:
    """One account in its present window. grants: by worker. told: the incarnation in which it was last completed."""

    start: int = -1
    total: int = 0
    grants: dict[str, int] = field(default_factory=dict)
    told: str = ""

    @property
    def rest(self) -> int:
        """What was granted to nobody who is named."""
        return self.total - sum(self.grants.values())


@dataclass(slots=True)
class About:
    """The store as a whole. clock: seconds in which somebody was heard. holders: (number of the last word, clock then).

    shut_until: by `clock`; None where it grants. missing: who didn't tell. opened: Unix seconds.
    """

    life: str = ""
    clock: float = 0.0
    last: float = 0.0
    shut_until: float | None = None
    missing: int = 0
    opened: float = 0.0
    version: int = 0
    holders: dict[str, tuple[int, float]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)


class Shelf(Protocol):
    """Where rows are kept."""

    def row(self, key: str) -> Row: ...
    def keep(self, key: str, row: Row, version: int) -> None: ...
    def since(self, version: int, most: int) -> Iterable[tuple[int, str, Row]]: ...


def hear(about: About, shelf: Shelf, word: Word, life: str, now: float, lease: float, *, waits: bool) -> Answer:
    """Does what one word asks. life: the present incarnation. now: Unix seconds. waits: whether a new one waits to be
    told, which the first start of an installation needn't."""
    _pass_time(about, now)
    if about.life != life:
        about.life, about.told, about.known = life, set(), set()
        about.shut_until = about.clock + lease if waits else None
        about.opened, about.missing = now, 0
    number, _ = about.holders.get(word.holder, (-1, 0.0))
    late = word.number <= number
    if not late:
        about.holders[word.holder] = (word.number, about.clock)
    if not late and word.life == life:
        _listen(about, shelf, word)
    _open(about, now, lease)
    granted = tuple(_grant(about, shelf, word, ask, lease) for ask in word.asks) if not late else ()
    if word.leaving and not late:
        about.holders[word.holder] = (word.number, about.clock - lease - 1.0)
    news = [
        (version, News(key, row.start, row.rest, tuple(row.grants.items())))
        for version, key, row in shelf.since(word.since, MOST_NEWS)
    ]
    return Answer(
        life,
        0.0 if about.shut_until is None else max(about.shut_until - about.clock, 0.1),
        now,
        _living(about, lease),
        granted,
        tuple(one for _, one in news),
        news[-1][0] if news else word.since,
    )


def _pass_time(about: About, now: float) -> None:
    about.clock += min(max(now - about.last, 0.0), LONGEST_STEP)
    about.last = now
    gone = [holder for holder, (_, heard) in about.holders.items() if about.clock - heard > REMEMBERED]
    for holder in gone:
        del about.holders[holder]
        about.told.discard(holder)


def _living(about: About, lease: float) -> tuple[str, ...]:
    return tuple(holder for holder, (_, heard) in about.holders.items() if about.clock - heard <= lease)


def _listen(about: About, shelf: Shelf, word: Word) -> None:
    """Takes what a worker knows, at whatever time it comes: what is known already isn't counted twice."""
    for told in word.told:
        row = shelf.row(told.key)
        if told.start < row.start:
            continue
        if told.start > row.start:
            row = Row(told.start)
        rest = max(row.rest, told.rest)
        for holder, granted in told.grants:
            if holder not in about.told:  # else it has said so itself
                row.grants[holder] = max(granted, row.grants.get(holder, 0))
        if told.mine >= 0:
            row.grants[word.holder] = told.mine
        row.total = rest + sum(row.grants.values())
        _keep(about, shelf, told.key, row)
    about.known.update(word.known)
    if word.all_told:
        about.told.add(word.holder)


def _open(about: About, now: float, lease: float) -> None:
    if about.shut_until is None:
        return
    missing = about.known - about.told
    if about.clock >= about.shut_until or (about.known and not missing):
        about.shut_until, about.missing, about.opened = None, len(missing), now


def _grant(about: About, shelf: Shelf, word: Word, ask: Ask, lease: float) -> Granted:
    row = shelf.row(ask.key)
    if about.shut_until is not None or word.life != about.life or word.holder not in about.told:
        return Granted(row.start, SHUT, row.total)
    if ask.start < row.start:
        return Granted(row.start, 0, row.total)
    if ask.start > row.start:
        row = Row(ask.start, told=about.life if ask.start >= about.opened else "")
    if row.told != about.life and not ask.slots:
        row.told, row.total = about.life, row.total + about.missing * ask.cushion
    if ask.slots:
        living = _living(about, lease)
        row.grants = {holder: held for holder, held in row.grants.items() if holder in living}
        row.total = sum(row.grants.values())
    mine = row.grants.get(word.holder, 0)
    room = ask.limit - (row.total - mine)
    granted = max(ask.owe, min(ask.want, room))
    if ask.leave and word.holder not in row.grants:
        granted = 0  # it has left already
    row.total += granted - mine
    row.grants[word.holder] = granted
    if ask.leave or not granted:
        del row.grants[word.holder]
    _keep(about, shelf, ask.key, row)
    return Granted(row.start, granted, row.total)


def _keep(about: About, shelf: Shelf, key: str, row: Row) -> None:
    about.version += 1
    shelf.keep(key, row, about.version)
