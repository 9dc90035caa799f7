"""Several workers see one thing: together they tell it as one would, and the last message is how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson

from adapters.transport import Transport
from gateway.config import load_settings
from gateway.state.follower import Follower
from gateway.webhooks.herald import Herald
from gateway.webhooks.pacing import QUIET
from gateway.webhooks.sender import Webhooks
from tests.conftest import CONFIG, configured
from tests.gateway.state.test_follower import Table, until_quiet
from tests.gateway.webhooks.test_sender import Receiver, Told, settings

REFUSED = {"destination": "alpha/gpt", "error": "auth", "vendor": "alpha"}
BREAKER = {"destination": "alpha/gpt", "reason": "server", "seconds": 30.0}


@dataclass
class Workers:
    """Four of one installation, and what their receiver got."""

    table: Table
    receiver: Receiver
    heralds: list[Herald] = field(default_factory=list)
    followers: list[Follower] = field(default_factory=list)
    sent: Told = field(default_factory=Told)

    @property
    def told(self) -> list[tuple[str, int]]:
        """Events, and how often each had happened besides."""
        bodies = [orjson.loads(body) for _, body in self.receiver.came]
        return [(body["event"], body["repeated"]) for body in bodies]

    async def settled(self) -> None:
        """Waits until it is known who tells, and what he told has come and is known to all."""
        while any(herald._claims.under_way for herald in self.heralds):
            await until_quiet(*self.followers)
            await asyncio.sleep(0.005)
            self.table.clock[0] += 0.005
        await until_quiet(*self.followers, *self.followers)
        async with asyncio.timeout(30):
            while any(one.waiting for herald in self.heralds for one in herald._webhooks._receivers.values()):
                await asyncio.sleep(0.01)

    def pass_time(self, seconds: float) -> None:
        self.table.clock[0] += seconds
        for herald in self.heralds:
            herald.tick()


@asynccontextmanager
async def four(folder: Path) -> AsyncIterator[Workers]:
    config = configured(folder, CONFIG + "shared: {poll_seconds: 0.05}\n")
    table, receiver = Table(), Receiver([202])
    table.clock[0] = 1_800_000_000.0
    workers = Workers(table, receiver)
    async with AsyncExitStack() as stack:
        server = await asyncio.start_server(receiver, "127.0.0.1", 0)
        stack.callback(server.close)
        hook = settings(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook")
        for _ in range(4):
            follower = table.worker()[0]
            hooks = Webhooks(Transport(), workers.sent)
            herald = Herald(
                load_settings(config, {}), hooks, follower,
                now=lambda: datetime.fromtimestamp(table.clock[0], UTC), monotonic=lambda: table.clock[0],
            )  # fmt: skip
            hooks.use({"ops": hook})
            stack.push_async_callback(herald.close)
            workers.followers.append(follower)
            workers.heralds.append(herald)
        yield workers


async def test_what_all_see_again_and_again_is_told_once_and_then_with_a_count(tmp_path: Path) -> None:
    async with four(tmp_path / "house") as workers:
        for _ in range(5):
            for herald in workers.heralds:
                for _ in range(3):
                    herald.tell("vendor.refuses_us", REFUSED)
            await workers.settled()
            workers.pass_time(7.0)
        assert workers.told == [("vendor.refuses_us", 0)]
        workers.pass_time(QUIET)
        await workers.settled()
        assert len(workers.told) == 2, "one of them tells that it goes on"
        assert workers.told[1][1] >= 8
        workers.pass_time(QUIET)
        await workers.settled()
        assert len(workers.told) == 2, "nothing happened since"


async def test_what_one_worker_sees_after_another_is_no_news(tmp_path: Path) -> None:
    async with four(tmp_path / "house") as workers:
        for herald in workers.heralds:
            herald.tell("vendor.refuses_us", REFUSED)
            await workers.settled()
            workers.pass_time(12.0)
        assert workers.told == [("vendor.refuses_us", 0)]


async def test_three_changes_in_five_minutes_are_told_by_all_together(tmp_path: Path) -> None:
    async with four(tmp_path / "house") as workers:
        for number, herald in enumerate(workers.heralds):
            herald.tell(("breaker.opened", "breaker.closed")[number % 2], BREAKER)
            await workers.settled()
            workers.pass_time(1.0)
        changes = ["breaker.opened", "breaker.closed", "breaker.opened"]
        assert [event for event, _ in workers.told] == changes
        workers.pass_time(QUIET)
        await workers.settled()
        assert [event for event, _ in workers.told] == [*changes, "breaker.closed"], "the last is how it stands"


async def test_changes_that_come_while_it_is_found_out_who_tells_keep_their_order(tmp_path: Path) -> None:
    async with four(tmp_path / "house") as workers:
        for herald in workers.heralds:
            for event in ("breaker.opened", "breaker.closed", "breaker.opened"):
                herald.tell(event, BREAKER)
        await workers.settled()
        assert [event for event, _ in workers.told] == ["breaker.opened", "breaker.closed", "breaker.opened"]


async def test_news_that_the_claimant_did_not_tell_is_told_by_another(tmp_path: Path) -> None:
    async with four(tmp_path / "house") as workers:
        one, other, *_ = workers.heralds
        one.tell("breaker.opened", BREAKER)
        await workers.settled()
        one.tell("breaker.closed", BREAKER)
        await workers.settled()
        other.tell("breaker.opened", BREAKER)  # in the ten seconds of the first claim
        await workers.settled()
        assert [event for event, _ in workers.told] == ["breaker.opened", "breaker.closed", "breaker.opened"]
