"""Models that only a pattern names, in whole calls: who may, where they go, what is recorded, counted and bounded."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse

PATTERNS = (
    CONFIG.replace(
        "models:\n",
        """\
  alpha/any: {vendor: alpha, model: "{model}", contract: alpha-us}
  beta/any: {vendor: beta, model: "eu/{*}", contract: beta-eu}
models:
  "claude-*": {destinations: [alpha/any, beta/any], known: [claude-next]}
""",
    )
    + 'quotas: [{scope: model, match: "claude-new-*", unit: requests, window: hour, limit: 2}]\n'
)


def models_sent(house: House) -> list[str]:
    return [json.loads(one.body)["model"] for one in house.received]


async def test_a_new_model_of_the_vendor_is_served_without_an_entry(open_house: OpenHouse) -> None:
    async with open_house(PATTERNS) as house:
        answer = await house.chat("Bonjour", model="claude-made-up")
        assert answer.status_code == 200, answer.text
        await house.fault("alpha", "status=500")
        assert (await house.chat("Bonjour", model="claude-made-up")).status_code == 200
        assert models_sent(house) == ["claude-made-up", "claude-made-up", "eu/made-up"]
        records = await house.records(answer.headers["x-ecluse-call-id"])
        assert records[0]["model"] == "claude-made-up" and records[0]["destination"] == "alpha/any"
        assert [r["model"] for r in records[0]["rulings"]] == ["claude-made-up", "eu/made-up"]
        attempt = next(r for r in records if r["record"] == "ATTEMPT")
        assert attempt["model"] == "claude-made-up" and "dearest" in attempt["price_version"]
        page = await house.metrics()
        assert "claude-made-up" not in page and 'model="claude-*"' in page


async def test_a_price_is_that_of_the_model_asked(open_house: OpenHouse) -> None:
    async with open_house(PATTERNS) as house:
        cost = {}
        for model in ("claude-haiku-5-5", "claude-opus-5"):
            call = (await house.chat("Bonjour", model=model)).headers["x-ecluse-call-id"]
            attempt = next(r for r in await house.records(call) if r["record"] == "ATTEMPT")
            assert "dearest" not in attempt["price_version"]
            cost[model] = attempt["cost"]
        assert 0 < cost["claude-haiku-5-5"] < cost["claude-opus-5"]
        assert 'model="claude-opus-5"' in await house.metrics()


async def test_names_known_are_listed_and_the_pattern_is_not(open_house: OpenHouse) -> None:
    async with open_house(PATTERNS, models=("claude-*",)) as house:
        listed = [card["id"] for card in (await house.client.get("/v1/models")).json()["data"]]
        assert {"claude-next", "claude-opus-5", "claude-sonnet-5"} <= set(listed)
        assert not [name for name in listed if "*" in name or not name.startswith("claude-")]
        assert (await house.client.get("/v1/models/claude-made-up")).status_code == 200
        assert (await house.client.get("/v1/models/gpt-4o-mini")).status_code == 404
        assert (await house.client.get("/v1/models/claude-*")).status_code == 404


async def test_keys_say_who_may_ask_for_them(open_house: OpenHouse) -> None:
    async with open_house(PATTERNS, models=("claude-opus-*",)) as house:
        assert (await house.chat("Bonjour", model="claude-opus-9")).status_code == 200
        assert (await house.chat("Bonjour", model="claude-sonnet-9")).status_code == 404
        assert (await house.chat("Bonjour", model="claude-opus-9/../x")).status_code == 404


async def test_a_quota_on_names_counts_those_that_are_made_up_together(open_house: OpenHouse) -> None:
    async with open_house(PATTERNS) as house:
        statuses = [(await house.chat("Bonjour", model=f"claude-new-{n}")).status_code for n in range(3)]
        assert statuses == [200, 200, 429]
        assert (await house.chat("Bonjour", model="claude-other")).status_code == 200


async def test_a_name_that_the_vendor_does_not_have_harms_no_other(open_house: OpenHouse) -> None:
    async with open_house(PATTERNS) as house:
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "status=404")
        first = await house.chat("Bonjour", model="claude-wrong")
        sent = len(list(house.received))
        again = await house.chat("Bonjour", model="claude-wrong")
        assert again.status_code == 404 and len(list(house.received)) == sent, "it isn't asked for again at once"
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "none")
        assert (await house.chat("Bonjour", model="claude-right")).status_code == 200
        assert first.status_code in (404, 502)


async def test_a_secret_in_a_name_is_inspected(open_house: OpenHouse) -> None:
    async with open_house(PATTERNS) as house:
        answer = await house.chat("Bonjour", model="claude-FR76-3000-6000-0112-3456-7890-189")
        assert answer.status_code == 400 and not list(house.received)
        assert not re.search("3000.6000", answer.text)


@pytest.mark.parametrize("more", [{}, {"model": None}], ids=["no model", "null"])
async def test_a_name_in_a_path_is_inspected_too(open_house: OpenHouse, more: dict[str, Any]) -> None:
    async with open_house(PATTERNS) as house:
        body = {"contents": [{"role": "user", "parts": [{"text": "Bonjour"}]}], **more}
        headers = {"x-goog-api-key": house.key}
        for name, status in (("claude-right", 200), ("claude-FR76-3000-6000-0112-3456-7890-189", 400)):
            path = f"/v1beta/models/{name}:generateContent"
            answer = await house.client.post(path, json=body, headers=headers)
            assert answer.status_code == status, answer.text
        assert len(list(house.received)) == 1
