"""The board in a Redis or Valkey: one script for everything that has to be in one piece, by the server's clock."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from gateway.state.board import MOST_CHANGES, SAME_END, Fact, Note, Told
from gateway.state.redis import RedisLink, Word
from gateway.state.store import Script

# facts: key -> rank and end as doubles, then the value. order: keys by the number of their last change. ends: keys by
# when they end. about: a name that the memory got when it began, and the last number.
_EXCHANGE = Script("""
local facts, order, ends, about = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
redis.call('HSETNX', about, 'born', ARGV[1])
local since, most, slack = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local puts, notes = tonumber(ARGV[5]), tonumber(ARGV[6])
for _, key in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 200)) do
  redis.call('HDEL', facts, key)
  redis.call('ZREM', order, key)
  redis.call('ZREM', ends, key)
end
local at = 7
for _ = 1, puts do
  local key, rank, held, left = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], tonumber(ARGV[at + 3])
  at = at + 4
  local till = math.huge
  if left >= 0 then till = now + left end
  local known, changed = redis.call('HGET', facts, key), true
  if known then
    local was, ended = struct.unpack('>dd', known)
    local value = string.sub(known, 17)
    changed = rank > was or (rank == was and held > value) or (rank == was and held == value and till > ended + slack)
    if ended > till then till = ended end
  end
  if changed then
    redis.call('HSET', facts, key, struct.pack('>dd', rank, till) .. held)
    redis.call('ZADD', order, redis.call('HINCRBY', about, 'seq', 1), key)
    if till < math.huge then redis.call('ZADD', ends, till, key) else redis.call('ZREM', ends, key) end
  end
end
for i = 1, notes do
  redis.call('SET', KEYS[4 + i], ARGV[at], 'PX', ARGV[at + 1])
  at = at + 2
end
local found = redis.call('ZRANGEBYSCORE', order, '(' .. since, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
local told = {redis.call('HGET', about, 'born'), since}
for i = 1, #found, 2 do
  local known = redis.call('HGET', facts, found[i])
  local rank, till = struct.unpack('>dd', known)
  local left = ''
  if till < math.huge then left = string.format('%.3f', till - now) end
  told[2] = tonumber(found[i + 1])
  told[#told + 1] = found[i]
  told[#told + 1] = string.format('%.0f', rank)
  told[#told + 1] = string.sub(known, 17)
  told[#told + 1] = left
end
return told
""")

_SWAP = Script("""
local was = false
if ARGV[1] == '1' then was = ARGV[2] end
if redis.call('GET', KEYS[1]) ~= was then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1
""")


class RedisBoard:
    """Facts and notes under a prefix."""

    def __init__(self, link: RedisLink, prefix: str) -> None:
        self._link = link
        # Braces: a cluster keeps all of them at one place.
        self._prefix = f"{{{prefix}}}:board:"
        self._keys = [self._prefix + name for name in ("facts", "order", "ends", "about")]

    async def exchange(self, facts: Sequence[Fact], notes: Sequence[Note], seq: int) -> Told:
        """As the protocol says. Of the memory is known: the run of the server, and what it was called when it began."""
        keys = [*self._keys, *(self._note(note.key) for note in notes)]
        words: list[Word] = [secrets.token_hex(8), seq, MOST_CHANGES, SAME_END, len(facts), len(notes)]
        for key, rank, held, left in facts:
            words += (key, rank, held, -1 if left is None else left)
        for note in notes:
            words += (note.held, max(int(note.seconds * 1000), 1))
        answer, run = await self._link.script(_EXCHANGE, keys, words)
        born, last, *rest = answer
        changes = tuple(_fact(*rest[i : i + 4]) for i in range(0, len(rest), 4))
        return Told(f"{run}-{born.decode()}", int(last), changes, len(changes) >= MOST_CHANGES)

    async def look(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The notes that there are."""
        found = (await self._link.command("MGET", *map(self._note, keys))).value
        return {key: held for key, held in zip(keys, found, strict=True) if held is not None}

    async def swap(self, note: Note, was: bytes | None) -> bool:
        """As the protocol says."""
        words: list[Word] = [int(was is not None), was or b"", note.held, max(int(note.seconds * 1000), 1)]
        answer, _ = await self._link.script(_SWAP, [self._note(note.key)], words)
        return bool(answer)

    async def close(self) -> None:
        """Ends the connections."""
        await self._link.close()

    def _note(self, key: str) -> str:
        return f"{self._prefix}note:{key}"


def _fact(key: bytes, rank: bytes, held: bytes, left: bytes) -> Fact:
    return Fact(key.decode(), int(rank), held, float(left) if left else None)
