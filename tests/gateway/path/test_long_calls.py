"""Calls that take long while much happens: reloads, a drain, vendors that all hang; and what health says meanwhile."""

from __future__ import annotations

import asyncio
import time

import httpx

from tests.conftest import CONFIG, House, OpenHouse

SLOW = "[[sim:delay=1.2,words=30]]"
LONG = "[[sim:words=60,drip=0.03]]"
WORD = "kind: Detector\nid: org.code\nkeywords: {{any: [{}]}}\nexamples: {{hit: [{}], miss: [autre]}}\n"
DENY = """\
---
kind: EgressPolicy
policy: own
owner: o
rules:
  - {id: no-code, when: {findings: {any_of: [org.code]}, destination: {external: true}}, action: deny}
"""


async def reload(house: House, word: str) -> str:
    """Other rules come into force; the revision before."""
    before = house.gateway.runtime.epoch.pair.bundle.revision
    (house.folder / "bundle" / "own.yaml").write_text(WORD.format(word, word) + DENY)
    await house.gateway.reload("a test")
    assert house.gateway.runtime.epoch.pair.bundle.revision != before
    return before


async def under_way(house: House, calls: int) -> None:
    async with asyncio.timeout(10):
        while len([e for e in house.gateway.runtime.live if e.attempts]) < calls:
            await asyncio.sleep(0.01)


async def health(house: House, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.gateway.metrics.port}", timeout=5) as client:
        return await client.get(path)


async def test_slow_and_long_calls_end_under_the_rules_they_began_under(house: House) -> None:
    """Over two reloads, the second of which would refuse them; calls that come later are refused."""
    calls = [asyncio.create_task(house.chat(f"Sassenage {words}", stream=stream))
             for words, stream in ((SLOW, False), (SLOW, True), (LONG, True))]  # fmt: skip
    await under_way(house, 3)
    first = await reload(house, "Vercors")
    await reload(house, "Sassenage")
    assert (await house.chat("Sassenage")).status_code == 400
    for answer in await asyncio.gather(*calls):
        assert answer.status_code == 200
        assert answer.headers["x-ecluse-policy"] == first
        records = await house.records(answer.headers["x-ecluse-call-id"])
        assert [r["record"] for r in records] == ["INTENT", "ATTEMPT", "OUTCOME"]
        assert (records[0]["policy_revision"], records[-1]["outcome"]) == (first, "served")
        assert "[DONE]" in answer.text or answer.json()["choices"]


async def test_a_slow_call_fails_over_under_its_own_rules_after_a_reload(house: House) -> None:
    """The second destination is asked after the reload, by the ruling that was made before it."""
    asked = asyncio.create_task(house.chat("Sassenage [[sim:on=alpha,delay=0.8,status=503]]"))
    await under_way(house, 1)
    first = await reload(house, "Sassenage")
    answer = await asked
    assert (answer.status_code, answer.headers["x-ecluse-policy"]) == (200, first)
    assert answer.headers["x-ecluse-destination"] == "beta/gpt-4o-mini"


async def test_a_slow_vendor_over_two_reloads_and_a_drain(open_house: OpenHouse) -> None:
    """What can be finished within the grace is; the rest is told so in its own dialect."""
    async with httpx.AsyncClient(timeout=20) as client:
        async with open_house(CONFIG.replace("drain_seconds: 5", "drain_seconds: 3")) as house:
            headers = {"authorization": f"Bearer {house.key}"}

            def chat(text: str, stream: bool) -> asyncio.Task[httpx.Response]:
                body = {"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": text}]}
                return asyncio.create_task(client.post(f"{house.url}/v1/chat/completions", json=body, headers=headers))

            slow = [chat(SLOW, stream) for stream in (False, True)]
            endless = [chat("[[sim:words=5000,drip=0.05]]", True), chat("[[sim:delay=60]]", False)]
            await under_way(house, 4)
            await reload(house, "Vercors")
            await reload(house, "Chartreuse")
        for answer in await asyncio.gather(*slow):
            assert answer.status_code == 200
            assert "[DONE]" in answer.text or answer.json()["choices"]
        streamed, whole = await asyncio.gather(*endless)
        assert '"drain"' in streamed.text and "[DONE]" not in streamed.text
        assert (whole.status_code, whole.json()["error"]["code"]) == (503, "drain")


async def test_health_tells_the_truth_while_every_vendor_hangs(open_house: OpenHouse) -> None:
    """The gateway is well and answers at once; callers are told within their deadline, and nothing of it is lost."""
    config = CONFIG.replace("drain_seconds: 5", "drain_seconds: 5, deadline_seconds: 1.5")
    async with open_house(config) as house:
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "stall=0")
        began = time.monotonic()
        calls = [asyncio.create_task(house.chat("Bonjour", stream=stream)) for stream in (False, True) * 10]
        await under_way(house, 20)
        for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200)):
            assert (await health(house, path)).status_code == status
        assert "ecluse_in_flight 20" in (await health(house, "/metrics")).text
        for answer in await asyncio.gather(*calls):
            assert (answer.status_code, answer.json()["error"]["code"]) == (504, "deadline")
            last = (await house.records(answer.headers["x-ecluse-call-id"]))[-2:]
            assert [(r["record"], r.get("error") or r.get("outcome")) for r in last] == [
                ("ATTEMPT", "timeout"), ("OUTCOME", "failed")
            ]  # fmt: skip
        assert time.monotonic() - began < 15
        assert 'result="timeout"' in (await health(house, "/metrics")).text
