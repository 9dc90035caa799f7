"""The bytes of bodies in flight: counted as they come, bounded over all calls, given back at the end of each."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.capacity.bodies import Bodies
from gateway.capacity.refused import no_room
from gateway.errors import Refusal
from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.capacity.test_slots import until


def bodies(most: int) -> Bodies:
    return Bodies(most, lambda rank: no_room("bodies", 1.0))


@given(st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(0, 400), max_size=5), st.booleans()), max_size=40))
def test_never_more_than_the_limit_unless_it_is_one_body_alone(calls: list[tuple[int, list[int], bool]]) -> None:
    of = bodies(1000)
    held = []
    for rank, sizes, over in calls:
        body = of.of(rank)
        held.append(body)
        try:
            for size in sizes:
                body.add(size)
        except Refusal:
            body.release()
        assert of.held == sum(one.held for one in held)
        assert of.held <= 1000 or sum(one.held > 0 for one in held) == 1
        if over:
            body.release()
    for body in held:
        body.release()
        body.release()
    assert of.held == 0


def test_a_crowd_of_a_lower_class_leaves_room_for_a_higher_one() -> None:
    of = bodies(1000)
    of.of(2).add(700)
    with pytest.raises(Refusal):
        of.of(2).expect(100)
    of.of(1).expect(100)
    of.of(1).add(200)
    with pytest.raises(Refusal):
        of.of(1).add(100)
    of.of(0).add(100)


async def test_a_body_without_room_is_refused_before_it_is_read(open_house: OpenHouse) -> None:
    async with open_house(CONFIG.replace("drain_seconds: 5", "drain_seconds: 5, bodies_bytes: 64KiB")) as house:
        held = house.gateway.runtime.capacity.bodies
        slow = asyncio.create_task(house.chat("[[sim:delay=1]] " + "mots " * 6000))
        await until(lambda: held.held > 30_000)
        assert (await announce(house, 40_000)).startswith(b"HTTP/1.1 503")
        assert (await house.chat("small")).status_code == 200
        assert 'ecluse_shed_total{priority="low",reason="bodies"}' in await house.metrics()
        assert (await slow).status_code == 200
        assert held.held == 0


async def announce(house: House, size: int) -> bytes:
    """Sends the headers of a call and nothing of its body; the status line of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.key}\r\n"
    writer.write(f"{head}content-length: {size}\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    return line


async def test_a_body_in_pieces_is_counted_as_it_comes(open_house: OpenHouse) -> None:
    async with open_house(CONFIG.replace("drain_seconds: 5", "drain_seconds: 5, bodies_bytes: 64KiB")) as house:
        held = house.gateway.runtime.capacity.bodies
        slow = asyncio.create_task(house.chat("[[sim:delay=1]] " + "mots " * 6000))
        await until(lambda: held.held > 30_000)
        reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.key}\r\n"
        writer.write(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        body = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "mots " * 8000}]}).encode()
        for start in range(0, len(body), 4000):
            piece = body[start : start + 4000]
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        assert (await reader.readline()).startswith(b"HTTP/1.1 503")
        writer.close()
        assert (await slow).status_code == 200
        await until(lambda: held.held == 0)
