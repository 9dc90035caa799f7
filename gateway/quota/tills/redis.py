"""A store in a Redis or Valkey: the side of the store as a script, with the server's time and the name of its run.

`till.hear` says in Python what the script does in Lua; a test holds the one against the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.quota.wire import Answer, Granted, News, Word
from gateway.state.redis import RedisLink
from gateway.state.store import Script, StoreUnavailable

SCRIPT = Script(Path(__file__).with_name("till.lua").read_text())


class RedisTill:
    """prefix: what the names in the store begin with."""

    def __init__(self, link: RedisLink, prefix: str, lease_seconds: float) -> None:
        self._link = link
        self._key = f"{prefix}:quota"
        self._lease = lease_seconds

    async def say(self, word: Word) -> Answer:
        """One word is one script, one round trip. Raises StoreUnavailable."""
        answered = await self._link.script(SCRIPT, [self._key], list(_words(word, self._lease)))
        try:
            return _answer(answered.value)
        except (ValueError, TypeError, IndexError):
            raise StoreUnavailable("refused") from None


def _words(word: Word, lease: float) -> Iterator[str | int | float]:
    yield from (word.holder, word.number, word.life, int(word.all_told), word.since, int(word.leaving), lease)
    yield len(word.known)
    yield from word.known
    yield len(word.told)
    for told in word.told:
        yield from (told.key, told.start, told.mine, told.rest, len(told.grants))
        for grant in told.grants:
            yield from grant
    yield len(word.asks)
    for ask in word.asks:
        yield from (ask.key, ask.start, int(ask.slots), ask.owe, ask.want, ask.limit, ask.cushion, int(ask.leave))


def _answer(value: Any) -> Answer:
    life, shut, now, last, holders, granted, news = value
    return Answer(
        life=life.decode(),
        shut=float(shut),
        now=float(now),
        holders=tuple(holder.decode() for holder in holders),
        granted=tuple(Granted(*map(int, one)) for one in granted),
        news=tuple(_news(*one) for one in news),
        last=int(last),
    )


def _news(key: bytes, start: bytes, rest: bytes, grants: list[bytes]) -> News:
    named = zip(grants[::2], grants[1::2], strict=True)
    return News(key.decode(), int(start), int(rest), tuple((holder.decode(), int(held)) for holder, held in named))
