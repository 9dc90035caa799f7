"""A vendor that says absurd things of what it counted: the call is served, recorded and priced all the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.conftest import CONFIG, House, OpenHouse

ABSURD = ("9" * 30, "9" * 400, str(2**63), str(2**64), "1e308", "1e999", "-1", "true", "null", '"7"')


@asynccontextmanager
async def counting(open_house: OpenHouse, count: str) -> AsyncIterator[House]:
    """A house whose vendor counts so many tokens of everything."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        message = json.dumps({"index": 0, "message": {"role": "assistant", "content": "Oui"}, "finish_reason": "stop"})
        usage = f'{{"prompt_tokens": {count}, "completion_tokens": {count}, "total_tokens": {count}}}'
        body = f'{{"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{message}], '
        body += f'"usage": {usage}}}'
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ")
        writer.write(b"%d\r\n\r\n%s" % (len(body), body.encode()))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    config = CONFIG.replace("alpha: {kind: simulator}", f"alpha: {{kind: simulator, base_url: '{url}'}}")
    quota = "quotas:\n  - {scope: user, unit: tokens, window: day, limit: 1000000}\n"
    async with server, open_house(config + quota) as house:
        yield house


@pytest.mark.parametrize("count", ABSURD)
async def test_it_costs_neither_the_answer_nor_the_record(open_house: OpenHouse, count: str) -> None:
    async with counting(open_house, count) as house:
        answer = await house.chat("Bonjour", max_tokens=10)
        assert answer.status_code == 200, "what isn't JSON is the vendor's failure, and another is asked"
        records = await house.records(answer.headers["x-ecluse-call-id"])
        assert [one["record"] for one in records if "ATTEMPT" not in one["record"]] == ["INTENT", "OUTCOME"]
        tokens = [one["tokens"] for one in records if one["record"] == "ATTEMPT"]
        assert tokens and all((said["input"] or 0) < 100 for said in tokens)
        assert (await house.chat("Bonjour", max_tokens=10)).status_code == 200, "the quota isn't used up"
        page = await house.metrics()
        assert "inf" not in page.lower().replace('le="+inf"', "").replace("info", "")
