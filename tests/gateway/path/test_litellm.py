"""Calls to a vendor of kind litellm, through the whole gateway and its bridge."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.vendors.simulator import SimulatorServer
from gateway.bridge.keeper import NOT_NEEDED, SERVES, Keeper
from gateway.looking import Page
from tests.conftest import CONFIG, House, OpenHouse

pytestmark = pytest.mark.skipif(
    find_spec("litellm") is None, reason="litellm isn't installed: pip install -r requirements/litellm.txt"
)
KEY = "sk-tail-canary-0123456789"


def with_tail(url: str) -> str:
    """The usual configuration, with beta as a vendor of the long tail that only one model leads to."""
    tail = f'{{kind: litellm, base_url: "{url}", credential: "file:tail.key", options: {{provider: anthropic}}}}'
    return CONFIG.replace("beta: {kind: simulator}", f"beta: {tail}").replace(
        "models:\n", "models:\n  tail: {destinations: [beta/gpt-4o-mini]}\n"
    )


def keeper(house: House) -> Keeper:
    found = house.gateway.runtime.bridge
    assert found is not None
    return found


async def until(fulfilled: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not fulfilled():
            await asyncio.sleep(0.05)


async def status(house: House) -> dict[str, Any]:
    transport = httpx.AsyncHTTPTransport(uds=str(house.gateway.runtime.epoch.pair.settings.control_socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://control") as control:
        found: dict[str, Any] = (await control.get("/status")).json()
        return found


async def test_a_vendor_of_the_long_tail(
    open_house: OpenHouse, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One house for all of it: loading litellm takes seconds."""
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "tail.key").write_text(KEY)
    async with SimulatorServer(["tail"]) as vendor, open_house(with_tail(vendor.url("tail"))) as house:
        await _answers(house, vendor)
        await _is_reached_from_another_dialect(house)
        await _refuses(house, vendor)
        await _starts_again(house)
        await _comes_and_goes(house)
        assert "litellm" not in sys.modules, "the serving process never loads it"
    said = capfd.readouterr()
    assert not [one for one in (KEY, "canary-0c51") if one in said.out + said.err]


async def _answers(house: House, vendor: SimulatorServer) -> None:
    whole = await house.chat("canary-0c51 [[sim:say=Bonjour]]", model="tail")
    assert whole.status_code == 200, whole.text
    assert whole.json()["choices"][0]["message"]["content"] == "Bonjour"
    streamed = await house.chat("[[sim:say=Bonjour]]", model="tail", stream=True)
    assert '"Bonjour"' in streamed.text and streamed.text.endswith("data: [DONE]\n\n")
    received = list(vendor.recorder)
    assert [one.path for one in received] == ["/v1/messages"] * 2
    assert received[0].header(b"x-api-key") == KEY
    records = await house.records(whole.headers["x-ecluse-call-id"])
    attempt = next(record for record in records if record.get("destination"))
    assert attempt["destination"] == "beta/gpt-4o-mini"


async def _is_reached_from_another_dialect(house: House) -> None:
    tool = {"name": "read", "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}}}
    said: list[dict[str, Any]] = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "[[sim:say=there]]", "cache_control": {"type": "ephemeral"}}],
        },
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "read", "input": {"path": "a"}}]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "text [[sim:say=there]]"}],
        },
    ]
    ask = {
        "model": "tail", "max_tokens": 64, "system": "Be brief.", "messages": said, "tools": [tool], "temperature": 0.5,
        "metadata": {"user_id": "u"}, "stop_sequences": ["x"], "tool_choice": {"type": "auto"},
    }  # fmt: skip
    for stream in (False, True):
        told = await house.client.post("/v1/messages", json={**ask, "stream": stream})
        assert told.status_code == 200 and "there" in told.text, told.text
        assert told.headers["x-ecluse-translated"] == "anthropic_messages>openai_chat"


async def _refuses(house: House, vendor: SimulatorServer) -> None:
    asked = vendor.recorder.total
    for name in ("api_base", "extra_headers", "mock_response", "metadata"):
        told = await house.chat("a", model="tail", **{name: "http://127.0.0.1:1"})
        assert (told.status_code, told.json()["error"]["type"]) == (400, "invalid_request_error"), name
    assert vendor.recorder.total == asked, "nothing left"
    told = await house.chat("[[sim:status=429]]", model="tail")
    assert (told.status_code, told.json()["error"]["type"]) == (429, "rate_limit_error")


async def _starts_again(house: House) -> None:
    shown = (await status(house))["bridge"]
    assert shown["state"] == SERVES and shown["replaced"] is None
    assert 'ecluse_bridge_up{bridge="litellm"} 1' in await house.metrics()
    os.kill(shown["pid"], signal.SIGKILL)
    await until(lambda: keeper(house).state != SERVES)
    assert (await house.chat("a", model="tail")).status_code in (502, 503)
    await until(lambda: keeper(house).state == SERVES)
    assert (await status(house))["bridge"]["replaced"] == {"ended": 1}
    assert (await Page(house.gateway.runtime).snapshot())["ecluse_bridge_restarts_total"]
    async with asyncio.timeout(60):  # the destination rests for a while, as one that was down
        while (await house.chat("a", model="tail")).status_code != 200:
            await asyncio.sleep(0.2)


async def _comes_and_goes(house: House) -> None:
    (house.folder / "config.yaml").write_text(CONFIG)
    await house.gateway.reload("test")
    await until(lambda: keeper(house).state == NOT_NEEDED)
    assert (await status(house))["bridge"] is None
    assert not (await Page(house.gateway.runtime).snapshot())["ecluse_bridge_up"]
