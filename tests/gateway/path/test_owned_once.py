"""A vendor that gives a name twice: what is somebody's already becomes nobody else's."""

from __future__ import annotations

import asyncio
import json

from tests.adapters.conftest import RawServer, raw_server  # noqa: F401 - a fixture
from tests.conftest import OpenHouse
from tests.gateway.path.test_owned import KEEPS, stranger

ANSWER = {
    "id": "resp_victim", "object": "response", "created_at": 1, "status": "completed", "model": "m",
    "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": "Bonjour", "annotations": []}]}],
    "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
}  # fmt: skip


async def test_who_was_first_stays(open_house: OpenHouse, raw_server: RawServer) -> None:  # noqa: F811
    asked: list[dict[str, object]] = []

    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked.append(json.loads(request.partition(b"\r\n\r\n")[2] or b"{}"))
        body = json.dumps(ANSWER).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        return True

    async with raw_server(vendor) as url:
        config = KEEPS.replace("alpha: {kind: simulator}", f"alpha: {{kind: vllm, base_url: '{url}/v1'}}")
        config = config.replace("[alpha, beta, internal]", "[beta, internal]")
        async with open_house(config) as house, stranger(house, user="bob") as bob:
            keep = {"model": "gpt-4o-mini", "input": "Bonjour", "store": True}
            assert (await house.client.post("/v1/responses", json=keep)).status_code == 200
            answer = await bob.post("/v1/responses", json={**keep, "request_id": "resp_victim"})
            assert "request_id" not in asked[-1]
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "object_taken")
            got = await house.client.get("/v1/responses/resp_victim")
            assert got.status_code == 200 and got.json()["id"] == "resp_victim"
            for way in ("", "/cancel"):
                theirs = await bob.request("POST" if way else "GET", f"/v1/responses/resp_victim{way}")
                assert theirs.status_code == 404
            sent = len(asked)
            on = {"model": "gpt-4o-mini", "input": "Et puis ?", "previous_response_id": "resp_victim"}
            assert (await bob.post("/v1/responses", json=on)).status_code == 404 and len(asked) == sent
            assert (await house.client.post("/v1/responses", json=on)).status_code == 200
            assert 'ecluse_shed_total{priority="none",reason="owner_taken"} 1.0' in await house.metrics()
