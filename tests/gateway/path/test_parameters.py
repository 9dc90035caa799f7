"""Rules on parameters in whole calls: what reaches the vendor, what is recorded, and that quotas have the last word."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import CONFIG, House, OpenHouse

RULED = CONFIG.replace(
    "model: gpt-4o-mini, contract: alpha-us}",
    "model: gpt-4o-mini, contract: alpha-us, parameters: {strip: [logit_bias], default: {top_p: 0.5, max_tokens: 300},"
    " clamp: {temperature: [0, 1], max_tokens: [1, 400]}}}",
).replace("model: claude-sonnet-5, contract", "model: claude-sonnet-5, parameters: {default: {top_k: 5}}, contract")


async def sent(house: House, **fields: Any) -> tuple[dict[str, Any], dict[str, int]]:
    """The parameters that reached the vendor, and the edits on record."""
    answer = await house.chat("Bonjour", **fields)
    assert answer.status_code == 200, answer.text
    received = json.loads(list(house.received)[-1].body)
    records = await house.records(answer.headers["x-ecluse-call-id"])
    return {k: v for k, v in received.items() if k not in ("model", "messages", "store")}, [
        r["edits"] for r in records if "edits" in r
    ][-2]


async def test_each_destination_has_rules_of_its_own(open_house: OpenHouse) -> None:
    async with open_house(RULED) as house:
        found, edits = await sent(house, logit_bias={"50256": -100}, temperature=1.7, max_tokens=9000)
        assert found == {"temperature": 1, "max_tokens": 400, "top_p": 0.5}
        assert edits == {"store": 1, "parameter": 4}
        assert await sent(house, top_p=0.1) == (
            {"top_p": 0.1, "max_completion_tokens": 300},
            {"store": 1, "parameter": 1},
        )
        await house.fault("alpha", "status=500")
        elsewhere, edits = await sent(house, temperature=1.7)
        assert elsewhere == {"temperature": 1.7} and "parameter" not in edits


async def test_the_cap_of_a_quota_counts_where_it_is_lower(open_house: OpenHouse) -> None:
    quota = "quotas: [{scope: user, unit: output, window: day, limit: 200}]\nwhen_exhausted: cap\n"
    async with open_house(RULED + quota) as house:
        found, edits = await sent(house, max_tokens=9000)
        assert found["max_tokens"] == 200 and edits == {"store": 1, "token_cap": 1, "parameter": 1}


async def test_counts_of_tokens_get_no_defaults(open_house: OpenHouse) -> None:
    async with open_house(RULED) as house:
        ask = {"model": "claude-sonnet-5", "messages": [{"role": "user", "content": "Bonjour"}]}
        for path, expected in (("/v1/messages", 5), ("/v1/messages/count_tokens", None)):
            answer = await house.client.post(path, json={**ask, "max_tokens": 10})
            assert answer.status_code == 200, answer.text
            assert json.loads(list(house.received)[-1].body).get("top_k") == expected


async def test_forms_pass_as_they_are(open_house: OpenHouse) -> None:
    ruled = CONFIG.replace(
        "contract: internal}", "contract: internal, parameters: {default: {top_k: 5}, strip: [seed]}}"
    )
    async with open_house(ruled) as house:
        file = {"file": ("a.wav", b"RIFF", "audio/wav")}
        answer = await house.client.post("/v1/audio/transcriptions", data={"model": "maison", "seed": "1"}, files=file)
        assert answer.status_code == 200, answer.text
        body = list(house.received)[-1].body
        assert b"top_k" not in body and b"seed" in body
