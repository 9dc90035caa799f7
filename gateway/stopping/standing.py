"""What stands for the whole installation until somebody changes it: who has a key, what is stopped, which limits are
others than the configuration's.

Each of it is a fact on the board, and a line in a file of this machine's own: a store that forgets is told again by
everybody, and a machine that was away learns what it missed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from gateway.identity.keyfile import described, described_key
from gateway.quota import overrides
from gateway.state import stops
from gateway.state.board import FINAL
from gateway.state.kept import KeptFacts
from gateway.state.stops import Stop, Stops
from gateway.stopping.concerning import concerns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from gateway.exchange import Exchange
    from gateway.identity.keyfile import StoredKey
    from gateway.identity.keys import KeyStore
    from gateway.quota.overrides import Override, Overrides
    from gateway.state.follower import Follower

FILE = "facts.json"
_KEY = "key/"
_ISSUED = 1  # a key's id is never used twice: all that can follow is its end


@dataclass(slots=True)
class Standing:
    """Keys, stops and changed limits of one worker. live: its calls."""

    follower: Follower
    keys: KeyStore
    stops: Stops
    kept: KeptFacts
    live: Iterable[Exchange]
    overrides: Overrides

    @classmethod
    def of(
        cls, state: Path, follower: Follower, keys: KeyStore, live: Iterable[Exchange], limits: Overrides
    ) -> Standing:
        """What this machine knows, and whatever is heard from now on. Raises KeptRefused."""
        standing = cls(follower, keys, Stops(), KeptFacts(state / FILE), live, limits)
        for key, (rank, value) in standing.kept.all().items():
            follower.seed(key, value.encode(), rank=rank)
        for stored in keys.stored():
            follower.seed(_KEY + stored.id, orjson.dumps(described(stored)), rank=_ISSUED)
        keys.told = standing._say_key
        standing.stops.on_cut = standing._cut
        follower.on(stops.PREFIX, standing._hear_stop)
        follower.on(_KEY, standing._hear_key)
        follower.on(overrides.PREFIX, standing._hear_override)
        return standing

    def stop(self, stop: Stop) -> None:
        """Counts here at once; the store and the disk are told as soon as they can be."""
        self.follower.say(stops.key_of(stop.kind, stop.name), stops.stopped(stop))

    def start(self, kind: str, name: str, now: datetime) -> Stop | None:
        """Ends a stop; which, or None where there is none of that name."""
        stop = self.stops.find(kind, name)
        if stop is not None:
            self.follower.say(stops.key_of(kind, name), stops.started(now.isoformat(timespec="seconds")))
        return stop

    def override(self, one: Override) -> None:
        """Gives a name another limit for a while; the store and the disk are told as soon as they can be."""
        self.follower.say(one.target.key, one.value())

    @property
    def unsaved(self) -> bool:
        """Whether something that counts isn't on disk yet."""
        return self.kept.waiting or self.keys.waiting

    async def save(self) -> None:
        """Puts on disk what isn't there yet. Raises OSError, KeptRefused, KeyStoreRefused: it counts all the same."""
        await asyncio.to_thread(self.kept.save)
        await asyncio.to_thread(self.keys.save)

    def _say_key(self, id_: str, key: StoredKey | None, cut: bool) -> None:
        if key is not None:
            self.follower.say(_KEY + id_, orjson.dumps(described(key)), rank=_ISSUED)
        else:
            self.follower.say(_KEY + id_, orjson.dumps({"revoked": True, "cut": cut}), rank=FINAL)

    def _hear_stop(self, name: str, value: bytes | None) -> None:
        self.stops.hear(name, value)
        self._keep(stops.PREFIX + name)

    def _hear_override(self, name: str, value: bytes | None) -> None:
        self.overrides.hear(name, value)
        self._keep(overrides.PREFIX + name)

    def _hear_key(self, id_: str, value: bytes | None) -> None:
        said: Any = orjson.loads(value) if value is not None else {}
        if said.get("revoked"):
            self.keys.gone(id_)
            self._keep(_KEY + id_)
            if said.get("cut"):
                self._cut(Stop("key", id_, ""))
        elif said:
            self.keys.adopt(described_key(id_, said))

    def _keep(self, key: str) -> None:
        fact = self.follower.fact(key)
        if fact is not None:
            self.kept.put(key, *fact)

    def _cut(self, stop: Stop) -> None:
        for exchange in tuple(self.live):
            if concerns(stop, exchange):
                exchange.cut("stopped")
