"""Workers around a real Redis that hangs, dies, forgets and comes back older: in the end all know the same."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from gateway.state.board_redis import RedisBoard
from gateway.state.follower import Follower
from gateway.state.redis import RedisLink
from tests.gateway.state.test_follower import SECRET, Heard
from tests.parts.redis_server import RedisServer, needs_redis, redis_server

WORKERS, TURNS = 4, 40


@needs_redis
@pytest.mark.parametrize("seed", range(3))
async def test_in_the_end_all_know_the_same(tmp_path: Path, seed: int) -> None:
    dice, said = random.Random(seed), dict[str, bytes]()
    with redis_server(tmp_path / "redis") as server:
        workers = [follower(server) for _ in range(WORKERS)]
        tasks = [asyncio.create_task(one.run()) for one in workers]
        for turn in range(TURNS):
            key, value = f"stop/{dice.randrange(6)}", str(turn).encode()
            dice.choice(workers).say(key, value)
            said[key] = value
            await befall(server, dice)
        recover(server)
        async with asyncio.timeout(20):
            while any(one.stale or one.get(key) != value for one in workers for key, value in said.items()):
                await asyncio.sleep(0.05)
        late = follower(server)
        await late.begin()
        assert {key: late.get(key) for key in said} == said, "the store has all of it again"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in (*workers, late):
            await one.close()


def follower(server: RedisServer) -> Follower:
    board = RedisBoard(RedisLink(server.url, seconds=0.2), "test")
    return Follower(board, SECRET, Heard(), poll_seconds=0.05, stale_seconds=1.0)


async def befall(server: RedisServer, dice: random.Random) -> None:
    """What may happen to a store between two words."""
    await asyncio.sleep(dice.choice([0.0, 0.0, 0.03]))
    fate = dice.randrange(12)
    if fate == 0 and server.process is not None:
        server.freeze()
        await asyncio.sleep(0.25)
        server.thaw()
    elif fate == 1 and server.process is not None:
        server.kill()
    elif fate == 2:
        recover(server)
    elif fate == 3 and server.process is not None:
        server.command("FLUSHALL")
    elif fate == 4 and server.process is not None:
        server.command("SAVE")
    elif fate == 5 and server.process is not None:
        server.command("CLIENT", "KILL", "TYPE", "normal")


def recover(server: RedisServer) -> None:
    if server.process is None:
        server.start()
