"""Who had a vendor make what it keeps: responses, files, batches.

An entry stands under a keyed hash of everything that must agree: the kind of object, organisation, person, use case and
the vendor's name for it. So an object of somebody else is looked for, and missed, exactly as one that never was.

Entries lie in a file of this machine, which outlives restarts, and before it in the store that replicas share where
there is one. A store that doesn't answer is an error, never a "no" and never a "yes".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from math import ceil
from typing import Any

import orjson

from gateway.state.board import Board, Note
from gateway.state.proof import Proof, value_of
from gateway.state.store import StoreUnavailable

NOTHING_SINCE = 1 << 53
"""Asks a board for no news beside what it is told."""
LONGEST = 366 * 86400.0
MOST_LISTED = 200
"""Objects in one caller's list of a kind."""
MOST_TRIES = 50
"""Times that a list is read anew because somebody else changed it meanwhile."""


@dataclass(frozen=True, slots=True)
class Owned:
    """One object that a vendor keeps for a caller.

    kind: response | file | batch | ... caller: pseudonym. model: the public one that was asked. credential,
    fingerprint: reference in the configuration and keyed hash of what it was, never the secret. rules: revisions of the
    policies and of the detection that it was made under. made, ends: Unix time. input, output: tokens that the requests
    in a file may come to. lines: the dialect that all of them are of.
    """

    kind: str
    organisation: str
    caller: str
    use_case: str
    model: str
    destination: str
    credential: str
    fingerprint: str
    rules: str
    made: float
    ends: float
    input: int = 0
    output: int = 0
    lines: str = ""


class Taken(Exception):
    """An object is somebody else's already."""


class Owners:
    """The table. shelves: where entries lie, the one that counts first. Its methods raise StoreUnavailable."""

    def __init__(
        self, shelves: Sequence[Board], secret: bytes, proof: bytes, now: Callable[[], float] = time.time
    ) -> None:
        """secret: names entries and credentials. proof: as of everything that is told to the store."""
        self._shelves = tuple(shelves)
        self._key = blake2b(b"ecluse owners", key=secret[:64], digest_size=32).digest()
        self._proof = Proof(proof)
        self._now = now
        self._listing = asyncio.Lock()

    async def record(self, name: str, owned: Owned) -> None:
        """Returns when it is stored whose the object is that the vendor calls `name`; raises Taken where it is
        somebody's already: a vendor may let callers choose names, and who was first stays."""
        left = min(owned.ends - self._now(), LONGEST)
        if left > 0:
            key = self._name(owned.kind, owned.organisation, owned.caller, owned.use_case, name)
            await self._claim(self._name("whose", owned.kind, name), key, left)
            await self._put(key, owned, left)

    async def find(self, kind: str, organisation: str, caller: str, use_case: str, name: str) -> Owned | None:
        """What is known of an object, where this caller had it made; None for every other."""
        key = self._name(kind, organisation, caller, use_case, name)
        lacking: list[Board] = []
        for shelf in self._shelves:
            held = (await shelf.look([key])).get(key)
            if held is None or not self._proof.holds(key, 0, held):
                lacking.append(shelf)
                continue
            owned = self._read(held)
            if owned is not None and lacking:  # a store that forgot what this machine knows
                await self._put(key, owned, owned.ends - self._now(), lacking)
            return owned
        return None

    async def forget(self, name: str, owned: Owned) -> None:
        """The object is no more."""
        key = self._name(owned.kind, owned.organisation, owned.caller, owned.use_case, name)
        left = min(max(owned.ends - self._now(), 1.0), LONGEST)
        await self._put(key, None, left)
        await self._put(self._name("whose", owned.kind, name), None, left)

    async def _claim(self, claim: str, key: str, left: float) -> None:
        """Notes under which key an object stands, on every shelf; raises Taken where it is another one."""
        note = Note(claim, self._proof.held(claim, 0, key.encode()), float(ceil(left)))
        first, *others = self._shelves
        for _ in range(MOST_TRIES):
            was = [(await shelf.look([claim])).get(claim) for shelf in self._shelves]
            told = [value_of(held) for held in was if held is not None and self._proof.holds(claim, 0, held)]
            if any(other not in (None, key.encode()) for other in told):
                raise Taken
            if await first.swap(note, was[0]):
                for shelf in others:
                    await shelf.exchange((), (note,), NOTHING_SINCE)
                return
        raise StoreUnavailable("locked")

    async def enlist(self, whose: Sequence[str], name: str, facts: Mapping[str, Any] | None) -> None:
        """Puts an object into the list of its kind and caller, with what is known of it; None takes it out.

        whose: kind, organisation, caller and use case. The last ones made stay, `MOST_LISTED` of them.
        """
        key, (first, *others) = self._name("list", *whose), self._shelves
        async with self._listing:
            for _ in range(MOST_TRIES):  # other workers and replicas put theirs into the same list
                was = (await first.look([key])).get(key)
                value = orjson.dumps(_relisted(dict(await self.enlisted(whose)), name, facts))
                note = Note(key, self._proof.held(key, 0, value), LONGEST)
                if await first.swap(note, was):
                    for shelf in others:
                        await shelf.exchange((), (note,), NOTHING_SINCE)
                    return
        raise StoreUnavailable("locked")

    async def enlisted(self, whose: Sequence[str]) -> list[tuple[str, Mapping[str, Any]]]:
        """Names and facts of what the caller had kept, the newest first; those that are still his."""
        key = self._name("list", *whose)
        kind, organisation, caller, use_case = whose
        for shelf in self._shelves:
            held = (await shelf.look([key])).get(key)
            value = value_of(held) if held is not None and self._proof.holds(key, 0, held) else None
            if value is not None:
                listed = orjson.loads(value)
                names = [self._name(kind, organisation, caller, use_case, name) for name, _ in listed]
                there = await shelf.look(names) if names else {}
                return [one for key, one in zip(names, listed, strict=True) if self._stands(key, there.get(key))]
        return []

    def _stands(self, key: str, held: bytes | None) -> bool:
        return held is not None and self._proof.holds(key, 0, held) and self._read(held) is not None

    async def ready(self) -> None:
        """Returns where an entry could be stored now, as one of nothing was: what can be read may still be full."""
        await self._put(self._name("ready"), None, 1.0)

    async def close(self) -> None:
        """Ends the connections."""
        for shelf in self._shelves:
            await shelf.close()

    def fingerprint(self, secret: str) -> str:
        """By what a credential is known again, also under another name."""
        return blake2b(secret.encode(), key=self._key, digest_size=16, person=b"credential").hexdigest()

    def _name(self, *parts: str) -> str:
        named = b"".join(b"%d:%s" % (len(said), said) for said in (part.encode() for part in parts))
        return "owner/" + blake2b(named, key=self._key, digest_size=20, person=b"object").hexdigest()

    async def _put(self, key: str, owned: Owned | None, left: float, shelves: Sequence[Board] = ()) -> None:
        value = None if owned is None else orjson.dumps(asdict(owned))
        note = Note(key, self._proof.held(key, 0, value), float(ceil(left)))
        for shelf in shelves or self._shelves:
            await shelf.exchange((), (note,), NOTHING_SINCE)

    def _read(self, held: bytes) -> Owned | None:
        value = value_of(held)
        if value is None:
            return None
        owned = Owned(**orjson.loads(value))
        return owned if owned.ends > self._now() else None


def _relisted(
    kept: dict[str, Mapping[str, Any]], name: str, facts: Mapping[str, Any] | None
) -> list[tuple[str, Mapping[str, Any]]]:
    """A list with what is known of an object now, or without it."""
    if facts is None:
        kept.pop(name, None)
    elif name in kept:
        kept[name] = facts
    else:
        kept = {name: facts, **kept}
    return list(kept.items())[:MOST_LISTED]


def of_one_place(found: Iterable[Owned]) -> bool:
    """Whether objects that are named together are kept in one place with one credential."""
    return len({(one.destination, one.fingerprint) for one in found}) <= 1
