"""What a gateway counts of real calls while somebody looks, and that it counts nothing otherwise."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx

from gateway.cli.top import LONGEST_SECONDS
from gateway.top.counting import LOOKED_SECONDS, Top
from tests.conftest import House


async def look(house: House) -> dict[str, Any]:
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control") as client:
        answer = (await client.get("/top")).json()
    assert list(answer["workers"]) == ["w0"] and answer["currency"] == "USD"
    return dict(answer["workers"]["w0"])


async def test_calls_are_counted_only_while_somebody_looks(house: House) -> None:
    await house.chat("Bonjour")
    first = await look(house)
    assert (first["rows"], first["flight"], first["users"]) == ([], [], {})
    await house.chat("Bonjour")
    await house.chat("Bonjour", model="maison")
    await house.chat("ghp_016C7aB9xQ2mLr5Tz8Vn4Wk1Yp6Hs3Jd0Fg7")
    second = await look(house)
    assert second["began"] == first["began"]
    rows = {row[4]: row for row in second["rows"]}
    assert rows.keys() == {"alpha/gpt-4o-mini", "internal/maison", ""}
    (caller,) = {row[0] for row in second["rows"]}
    user = house.gateway.runtime.keys.records()[0].caller
    assert caller == user.pseudonym and second["users"] == {user.pseudonym: user.user}
    sent, refused = rows["alpha/gpt-4o-mini"][5], rows[""][5]
    assert (sent["calls"], sent["attempts"], sent["failed"], sent["broken"]) == (1, 1, 0, 0)
    assert sent["input"] > 0 and sent["output"] > 0 and sent["nanos"] > 0 and sum(n for _, n in sent["times"]) == 1
    assert (refused["calls"], refused["refused"], refused["attempts"], refused["times"]) == (1, 1, 0, [])


async def test_an_attempt_that_failed_counts_where_it_was_made(house: House) -> None:
    await look(house)
    await house.chat("Bonjour [[sim:status=503]]", model="claude-sonnet-5")
    rows = {row[4]: row[5] for row in (await look(house))["rows"]}
    assert rows["alpha/claude"]["broken"] == rows["alpha/claude"]["attempts"] > 0
    assert rows["alpha/claude"]["failed"] == rows["alpha/claude"]["calls"] == 1


async def test_a_call_under_way_is_seen(house: House) -> None:
    await look(house)
    call = asyncio.create_task(house.chat("Bonjour [[sim:delay=9]]", model="maison"))
    async with asyncio.timeout(5):
        flight: list[Any] = []
        while not flight:
            flight = (await look(house))["flight"]
    assert flight[0][3] == "maison" and flight[0][5] == 1
    call.cancel()


def test_calls_between_two_looks_as_far_apart_as_the_command_takes_them_are_all_counted() -> None:
    exchange: Any = SimpleNamespace(
        caller=SimpleNamespace(pseudonym="p_anne", user="anne", team="hr"),
        use_case="letters", counted="gpt", attempts=[], outcome="served",
    )  # fmt: skip
    counting = Top()
    began = counting.look((), 10.0)["began"]
    # One look may be late, or lost on its way.
    for span in (LONGEST_SECONDS - 1, 2 * LONGEST_SECONDS - 1):
        counting.call(exchange, 0.1, 10.0 + span)
    found = counting.look((), 10.0 + 2 * LONGEST_SECONDS)
    assert found["began"] == began and found["rows"][0][5]["calls"] == 2


def test_when_nobody_looked_for_a_while_all_is_forgotten() -> None:
    counting = Top()
    began = counting.look((), 10.0)["began"]
    assert counting.look((), 10.0 + LOOKED_SECONDS - 1)["began"] == began == 10.0
    assert counting.look((), 1000.0)["began"] == 1000.0
