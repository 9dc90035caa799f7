"""Two replicas and a real Redis: what one knows the other acts on, and silence is never taken for consent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.serve import gateway
from tests.conftest import CONFIG, House, configured
from tests.gateway.path.bare import bare
from tests.gateway.path.test_policy import ask
from tests.gateway.path.test_reports import MAIL, RULES, lift, refused
from tests.parts.redis_server import RedisServer, needs_redis, redis_server

pytestmark = needs_redis
LONG = "[[sim:words=2000]] [[sim:drip=0.02]]"
SHARED = """\
keyring: {dir: ../ring}
shared: {store: redis, url: "file:../redis.url", poll_seconds: 0.1, stale_seconds: 2, timeout_seconds: 0.5}
"""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path / "redis") as server:
        (tmp_path / "redis.url").write_text(server.url)
        yield server


@asynccontextmanager
async def replica(folder: Path, config: str = CONFIG + SHARED, **grant: Any) -> AsyncIterator[House]:
    """A replica; with a key of its own where a grant is given, else it has yet to learn any."""
    path = configured(folder, config)
    async with gateway(path, development=True) as serving:
        house = House(serving, path.parent, "", httpx.AsyncClient())
        house.key = house.issue(**grant) if grant else ""
        headers = {"authorization": f"Bearer {house.key}"} if house.key else {}
        async with httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20) as house.client:
            yield house


@pytest.fixture
async def two(tmp_path: Path, redis: RedisServer) -> AsyncIterator[tuple[House, House]]:
    """Both behind one key, as behind a balancer."""
    async with AsyncExitStack() as stack:
        for name in ("a", "b"):
            bare(tmp_path / name, mails=RULES)
        first = await stack.enter_async_context(replica(tmp_path / "a", user="anne", team="hr"))
        second = await stack.enter_async_context(replica(tmp_path / "b"))
        second.key = first.key
        second.client.headers["authorization"] = f"Bearer {first.key}"
        await until(lambda: says(second, 200))
        yield first, second


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Waits for something that comes in its own time, not for ever."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.02)


async def says(house: House, status: int, code: str = "") -> bool:
    answer = await house.chat("Bonjour")
    return answer.status_code == status and (not code or answer.json()["error"]["code"] == code)


async def order(house: House, method: str, path: str, body: Any = None) -> httpx.Response:
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
        return await control.request(method, path, json=body)


async def test_a_key_is_known_everywhere_until_it_is_revoked_anywhere(two: tuple[House, House]) -> None:
    first, second = two
    record = second.gateway.runtime.keys.find(first.key)
    assert record is not None
    assert (await order(second, "DELETE", f"/keys/{record.id}")).json()["told"] is True
    assert await says(second, 401)
    await until(lambda: says(first, 401))


async def test_a_stop_ends_streams_at_the_other_replica_too(two: tuple[House, House]) -> None:
    first, second = two
    body = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": LONG}]}
    said = asyncio.create_task(second.client.post("/v1/chat/completions", json=body))
    await until(lambda: begun(second))
    await order(first, "POST", "/stops", {"kind": "user", "name": "anne", "now": True})
    text = (await asyncio.wait_for(said, 20)).text
    assert '"stopped"' in text and "[DONE]" not in text
    assert await says(second, 400, "caller_stopped")
    await order(second, "DELETE", "/stops/user/anne")
    await until(lambda: says(first, 200))


async def begun(house: House) -> bool:
    return any(exchange.first_content for exchange in house.gateway.runtime.live)


async def test_a_call_refused_here_is_lifted_there(two: tuple[House, House]) -> None:
    first, second = two
    call, _ = await refused(first, f"Écris à {MAIL}.")

    async def lifted() -> bool:
        return (await lift(second, call)).status_code == 201

    await until(lifted)
    answer = await second.chat(f"Écris encore à {MAIL}.")
    assert answer.status_code == 200, answer.text

    async def passes() -> bool:
        return (await first.chat(f"Écris aussi à {MAIL}.")).status_code == 200

    await until(passes)


async def test_a_refused_passage_is_history_everywhere(two: tuple[House, House]) -> None:
    first, second = two
    text = f"Pourquoi {MAIL} ?"
    await refused(first, text)

    async def goes_on() -> bool:
        turns = [{"role": "user", "content": text}, {"role": "user", "content": "Alors sans."}]
        answer = await second.client.post("/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": turns})
        return answer.status_code == 200

    await until(goes_on)


async def test_signed_thinking_goes_back_to_its_vendor_by_the_other_replica(two: tuple[House, House]) -> None:
    first, second = two
    path, body = ask("messages", "Bonjour [[sim:reasoning]]")
    content = (await first.client.post(path, json=body)).json()["content"]
    assert any(block["type"] == "thinking" for block in content)
    turns = [*body["messages"], {"role": "assistant", "content": content}, {"role": "user", "content": "Et puis ?"}]
    answer = await second.client.post(path, json={**body, "messages": turns})
    assert answer.status_code == 200, answer.text
    forged = [{**block, "signature": "AAAA"} if block["type"] == "thinking" else block for block in content]
    turns[1] = {"role": "assistant", "content": forged}
    assert (await second.client.post(path, json={**body, "messages": turns})).status_code == 400


async def test_no_text_and_no_key_is_in_the_store(two: tuple[House, House], redis: RedisServer, tmp_path: Path) -> None:
    first, second = two
    call, _ = await refused(first, f"Écris à {MAIL}.")

    async def lifted() -> bool:
        return (await lift(second, call)).status_code == 201

    await until(lifted)
    assert (await second.chat(f"Écris encore à {MAIL}.")).status_code == 200
    path, body = ask("messages", "Bonjour [[sim:reasoning]]")
    assert (await first.client.post(path, json=body)).status_code == 200
    await first.gateway.runtime.follower.begin()
    assert redis.command("CONFIG", "SET", "rdbcompression", "no") == b"+OK\r\n"
    assert redis.command("SAVE") == b"+OK\r\n"
    stored = (tmp_path / "redis" / "dump.rdb").read_bytes()
    assert b"lift/" in stored and b"judged/" in stored and b"state/" in stored and b"refused/" in stored
    for secret in (MAIL, MAIL.split("@")[0], first.key, first.key[4:36], "Bonjour", "customer asked"):
        assert secret.encode() not in stored, secret


async def test_a_new_replica_learns_all_of_it_from_the_store(two: tuple[House, House], tmp_path: Path) -> None:
    first, _ = two
    await order(first, "POST", "/stops", {"kind": "destination", "name": "alpha/gpt-4o-mini"})
    bare(tmp_path / "c", mails=RULES)
    async with replica(tmp_path / "c") as third:
        third.client.headers["authorization"] = f"Bearer {first.key}"
        answer = await third.chat("Bonjour")
        assert (answer.status_code, answer.headers["x-ecluse-destination"]) == (200, "beta/gpt-4o-mini")


async def test_while_the_store_is_frozen_nothing_stopped_is_served(
    two: tuple[House, House], redis: RedisServer
) -> None:
    first, second = two
    redis.freeze()
    done = (await order(first, "POST", "/stops", {"kind": "user", "name": "anne"})).json()
    assert done["told"] is False and done["kept"] is True
    assert not await says(first, 200)
    await until(lambda: says(second, 503, "state_stale"))
    async with httpx.AsyncClient() as client:
        ready = await client.get(f"http://127.0.0.1:{second.gateway.metrics.port}/readyz")
    assert ready.status_code == 503 and "shared store" in ready.text
    assert "ecluse_store_failures_total" in await second.metrics()
    redis.thaw()
    statuses = set()

    async def stopped() -> bool:
        answer = await second.chat("Bonjour")
        statuses.add(answer.status_code)
        return bool(answer.json()["error"]["code"] == "caller_stopped")

    await until(stopped)
    assert statuses <= {400, 503}, "what was stopped meanwhile is never served"


async def test_a_store_that_forgot_is_told_again(two: tuple[House, House], redis: RedisServer) -> None:
    first, second = two
    await order(first, "POST", "/stops", {"kind": "destination", "name": "alpha/gpt-4o-mini"})

    async def elsewhere() -> bool:
        return (await second.chat("Bonjour")).headers.get("x-ecluse-destination") == "beta/gpt-4o-mini"

    await until(elsewhere)
    redis.kill()
    await until(lambda: says(second, 503, "state_stale"))
    redis.start()
    await until(elsewhere)

    async def told() -> bool:
        kept = redis.command("HKEYS", "{ecluse}:board:facts")
        return b"stop/destination/alpha/gpt-4o-mini" in kept and b"key/" in kept

    await until(told)


async def test_an_old_snapshot_brings_no_revoked_key_back(two: tuple[House, House], redis: RedisServer) -> None:
    first, second = two
    assert redis.command("SAVE") == b"+OK\r\n"
    record = first.gateway.runtime.keys.find(first.key)
    assert record is not None
    await order(first, "DELETE", f"/keys/{record.id}")
    await until(lambda: says(second, 401))
    redis.kill()
    redis.start()
    for _ in range(30):
        assert not await says(first, 200) and not await says(second, 200)
        await asyncio.sleep(0.02)


async def test_what_is_kept_for_a_caller_here_is_his_there_and_nobody_elses(tmp_path: Path, redis: RedisServer) -> None:
    keeps = CONFIG.replace("contract: alpha-us}", "contract: alpha-us, keep_seconds: 7d}", 1)
    keeps += SHARED.replace("stale_seconds: 2", "stale_seconds: 60")
    async with AsyncExitStack() as stack:
        for name in ("a", "b"):
            bare(tmp_path / name)
        first = await stack.enter_async_context(replica(tmp_path / "a", keeps, user="anne", team="hr"))
        second = await stack.enter_async_context(replica(tmp_path / "b", keeps, user="bob", team="hr"))
        bob, anne = second.key, first.key
        second.client.headers["authorization"] = f"Bearer {anne}"
        await until(lambda: says(second, 200))
        body = {"model": "gpt-4o-mini", "input": "Bonjour", "store": True}
        name = (await first.client.post("/v1/responses", json=body)).json()["id"]

        async def get(house: House, key: str) -> tuple[int, list[str]]:
            before = len(list(house.received))
            answer = await house.client.get(f"/v1/responses/{name}", headers={"authorization": f"Bearer {key}"})
            return answer.status_code, [one.path for one in list(house.received)[before:]]

        # Each replica has simulators of its own: there the vendor itself knows nothing of it.
        assert await get(first, anne) == (200, [f"/v1/responses/{name}"])
        assert await get(second, anne) == (404, [f"/v1/responses/{name}"])
        assert await get(second, bob) == (404, [])
        assert redis.command("CONFIG", "SET", "rdbcompression", "no") == b"+OK\r\n"
        assert redis.command("SAVE") == b"+OK\r\n"
        stored = (tmp_path / "redis" / "dump.rdb").read_bytes()
        assert b"owner/" in stored and name.encode() not in stored
        redis.freeze()
        assert await get(first, anne) == (503, [])
        assert await get(second, bob) == (503, [])
        redis.thaw()
        redis.command("FLUSHALL")
        assert await get(first, anne) == (200, [f"/v1/responses/{name}"])
        assert await get(second, anne) == (404, [f"/v1/responses/{name}"])
