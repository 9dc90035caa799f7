"""What a worker and the store that workers share say to each other about quotas.

Amounts are absolute: "let what I was granted be so much". A worker numbers its words, and the store passes over one
that comes after a later one, so that a word that is said twice, or late, does no harm.
"""

from __future__ import annotations

from typing import NamedTuple

SHUT = -1
"""Granted: nothing was done, since the store is being told what it forgot, or doesn't know this worker yet."""

MOST_NEWS = 500
"""In one answer: fewer are all that there are."""

Grants = tuple[tuple[str, int], ...]
"""Workers, and what each was granted of an account."""


class Ask(NamedTuple):
    """What a worker wants of one account in the window that began at `start`.

    owe: what it has settled and reserved, which counts whatever the limit is. want: what it would like to be granted,
    at least that. cushion: how much one worker is granted beyond what it needs, at most. slots: calls at once. leave:
    it no longer uses the account; what it was granted stays counted.
    """

    key: str
    start: int
    slots: bool
    owe: int
    want: int
    limit: int
    cushion: int
    leave: bool


class Told(NamedTuple):
    """What a worker knows of an account, for a store that has lost its memory. mine: what this worker may use, or -1
    where it doesn't use the account. rest, grants: what nobody and the others were granted, as last told."""

    key: str
    start: int
    mine: int
    rest: int = 0
    grants: Grants = ()


class Word(NamedTuple):
    """What a worker says at once. number: rises. life: the store's incarnation as the worker knows it, "" for none.

    told: part of what it knows; all_told: there is no more of it. known: the workers that it knows of. since: the last
    news that it had. leaving: this worker ends.
    """

    holder: str
    number: int
    life: str
    asks: tuple[Ask, ...] = ()
    told: tuple[Told, ...] = ()
    all_told: bool = False
    known: tuple[str, ...] = ()
    since: int = 0
    leaving: bool = False


class Granted(NamedTuple):
    """What the store says to one ask. start: of the window that it is in. total: what all workers were granted."""

    start: int
    granted: int
    total: int


class News(NamedTuple):
    """What all workers were granted of an account that somebody used: those that are named, and rest: those that left
    it, and what counts for workers that were missing."""

    key: str
    start: int
    rest: int
    grants: Grants


class Answer(NamedTuple):
    """What the store says at once. life: its incarnation. shut: seconds until it grants again, 0.0 where it does.

    now: its time (Unix seconds). granted: for each ask, in order; none where the word came too late. last: number of
    the newest of `news`.
    """

    life: str
    shut: float
    now: float
    holders: tuple[str, ...]
    granted: tuple[Granted, ...]
    news: tuple[News, ...]
    last: int
