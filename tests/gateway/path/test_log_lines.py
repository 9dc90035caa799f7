"""What the log says of calls: a line for each, with the id that the client got, and never a word of the client's."""

from __future__ import annotations

import io
from typing import Any

import httpx
import orjson
import pytest

from gateway.config.settings import Settings
from observability.logs import EVENTS, FIELDS
from tests.conftest import CONFIG, House, OpenHouse

CANARY = "canary-5d0e77"
SECRET = f"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA{CANARY}\n-----END RSA PRIVATE KEY-----"
COMMON = {"at", "level", "event", "call", "dropped"}


class Lines:
    """The log of a house, read back."""

    def __init__(self, house: House) -> None:
        self._log = house.gateway.runtime.measure.log
        self._stream = self._log._stream = io.BytesIO()

    @property
    def raw(self) -> bytes:
        self._log.flush()
        return self._stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.raw.splitlines()]

    def of(self, answer: httpx.Response) -> list[dict[str, Any]]:
        """The lines of one call."""
        return [line for line in self.all() if line.get("call") == answer.headers["x-ecluse-call-id"]]


async def test_every_call_has_a_line_with_its_id(house: House) -> None:
    lines = Lines(house)
    served = await house.chat("Bonjour")
    refused = await house.chat(SECRET)
    await house.fault("alpha", "status=500")
    await house.fault("beta", "status=500")
    failed = await house.chat("Bonjour")
    (line,) = lines.of(served)
    assert line["level"] == "info" and line["event"] == "call"
    assert (line["outcome"], line["status"], line["model"]) == ("served", 200, "gpt-4o-mini")
    assert (line["team"], line["use_case"], line["attempts"], line["stream"]) == ("hr", "sandbox", 1, False)
    assert line["input"] > 0 and line["output"] > 0 and 0 < line["overhead_ms"] <= line["total_ms"]
    (line,) = lines.of(refused)
    assert (line["outcome"], line["code"], line["rule"]) == ("refused", "policy_refused", "secrets-stay-home")
    assert "destination" not in line and line["level"] == "info"
    *_, line = lines.of(failed)
    assert (line["outcome"], line["level"], line["attempts"]) == ("failed", "warning", 2)


ANY_NAME = CONFIG.replace(
    "destinations:\n", "destinations:\n  alpha/any: {vendor: alpha, model: '{model}', contract: alpha-us}\n", 1
).replace("models:\n", "models:\n  sim-*: {destinations: [alpha/any]}\n")


async def test_no_word_of_a_client_is_in_a_line(open_house: OpenHouse) -> None:
    async with open_house(ANY_NAME) as house:
        await _says_canaries(house)


async def _says_canaries(house: House) -> None:
    lines = Lines(house)
    tool = {"type": "function", "function": {"name": CANARY, "parameters": {"type": "object", CANARY: CANARY}}}
    headers = {"user-agent": CANARY, "x-request-id": CANARY, "x-ecluse-use-case": CANARY, f"x-{CANARY}": CANARY}
    asks: list[dict[str, Any]] = [
        {"content": CANARY},
        {"content": SECRET},
        {"content": CANARY, "model": CANARY},
        {"content": CANARY, "model": f"sim-{CANARY}"},
        {"content": CANARY, "user": CANARY, "metadata": {CANARY: CANARY}, CANARY: 1},
        {"content": CANARY, "tools": [tool]},
        {"content": [{"type": "image_url", "image_url": {"url": f"https://{CANARY}.example/x"}}]},
        {"content": CANARY, "temperature": CANARY},
        {"content": f"{CANARY} [[sim:status=500]]"},
    ]
    for sent in ({}, headers):
        for one in asks:
            body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": one["content"]}]}
            body |= {key: value for key, value in one.items() if key != "content"}
            await house.client.post("/v1/chat/completions", json=body, headers=sent)
    await house.client.post("/v1/chat/completions", content=f'{{"{CANARY}": '.encode())
    await house.client.get(f"/v1/models/{CANARY}")
    await house.client.post(f"/v1/{CANARY}", json={})
    await house.client.post("/v1/chat/completions", json={}, headers={"authorization": f"Bearer {CANARY}"})
    found = lines.all()
    assert len(found) >= 2 * len(asks)
    assert CANARY.encode() not in lines.raw and b"anne" not in lines.raw and house.key.encode() not in lines.raw
    for line in found:
        assert line["event"] in EVENTS
        assert {*line} - COMMON <= {*EVENTS[line["event"]].fields}, line
        assert "dropped" not in line, line
        assert all(type(line[name]) in FIELDS[name].types for name in {*line} - COMMON)


async def test_a_share_of_what_goes_well_and_all_of_what_does_not(open_house: OpenHouse) -> None:
    async with open_house(f"{CONFIG}logging: {{calls: 0}}\n") as house:
        lines = Lines(house)
        served, refused = await house.chat("Bonjour"), await house.chat(SECRET)
        assert not lines.of(served) and len(lines.of(refused)) == 1
        settings = (house.folder / "config.yaml").read_text().replace("{calls: 0}", "{calls: 1, level: warning}")
        (house.folder / "config.yaml").write_text(settings)
        transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
            assert (await control.post("/reload")).status_code == 200
        quiet = await house.chat(SECRET)
        assert not lines.of(quiet), "a refusal is no warning"
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "status=500")
        assert [line["event"] for line in lines.of(await house.chat("Bonjour"))] == ["call"]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_share_is_the_same_wherever_it_is_asked(share: float) -> None:
    from observability.ledger import uuid7
    from observability.logs.log import sampled

    calls = [uuid7() for _ in range(4_000)]
    kept = [call for call in calls if sampled(call, share)]
    assert abs(len(kept) / len(calls) - share) < 0.05
    assert kept == [call for call in calls if sampled(call, share)]


def test_settings_have_their_defaults() -> None:
    fields = Settings.__dataclass_fields__["logging"].default_factory()  # type: ignore[misc]
    assert (fields.level, fields.calls) == ("info", 1.0)
