"""Costs in the records and metrics of calls, over real sockets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse

BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]},
    "/v1/responses": {"model": "gpt-4o-mini", "input": "Bonjour"},
    "/v1/messages": {
        "model": "claude-sonnet-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Bonjour"}],
    },
}  # fmt: skip
RATES = {"gpt-4o-mini": (150, 600), "claude-sonnet-5": (2000, 10_000)}
"""Nanos per token, as the shipped table has them."""


async def records(house: House, answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    found = await house.records(answer.headers["x-ecluse-call-id"])
    return next(r for r in found if r["record"] == "ATTEMPT"), found[-1]


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("stream", [False, True])
async def test_what_a_call_cost_is_on_record(house: House, path: str, stream: bool) -> None:
    answer = await house.client.post(path, json={**BODIES[path], "stream": stream})
    attempt, outcome = await records(house, answer)
    tokens, rates = attempt["tokens"], RATES[BODIES[path]["model"]]
    cached = tokens["cached"] or 0
    assert tokens["input"] > 0 and tokens["output"] > 0 and not cached and not tokens["written"]
    nanos = tokens["input"] * rates[0] + tokens["output"] * rates[1]
    assert attempt["cost"] == outcome["cost"] == nanos / 1e9
    assert attempt["charged"] == [tokens["input"], tokens["output"]]
    version = house.gateway.runtime.epoch.pair.tariffs.version
    assert attempt["price_version"] == outcome["price_version"] == version and attempt["currency"] == "USD"
    destination = attempt["destination"]
    line = f'ecluse_cost_total{{destination="{destination}",team="hr",use_case="sandbox"}} {nanos / 1e9}'
    assert line in await house.metrics()


async def test_a_destination_without_a_price_counts_at_the_dearest(open_house: OpenHouse) -> None:
    async with open_house(CONFIG.replace("model: gpt-4o-mini, ", "model: secret-model, ")) as house:
        attempt, outcome = await records(house, await house.chat("Bonjour"))
        assert attempt["price_version"].endswith(", dearest")
        assert outcome["cost"] > 1000 * attempt["tokens"]["input"] * 150 / 1e9
        metrics = await house.metrics()
        assert 'ecluse_price_assumed_total{destination="alpha/gpt-4o-mini"} 1.0' in metrics
        assert any("no price is known of secret-model" in note for note in house.gateway.runtime.epoch.pair.notes)


async def test_every_attempt_is_priced_and_a_refusal_costs_nothing(house: House) -> None:
    failed_over = await house.chat("[[sim:status=500]] Bonjour")
    found = await house.records(failed_over.headers["x-ecluse-call-id"])
    costs = [r["cost"] for r in found if r["record"] == "ATTEMPT"]
    assert len(costs) == 2 and costs[0] == costs[1] == 0 == found[-1]["cost"]
    unknown = await house.chat("Bonjour", model="none")
    (outcome,) = await house.records(unknown.headers["x-ecluse-call-id"])
    assert outcome["cost"] is None and outcome["price_version"] is None


async def test_tokens_count_where_they_were_used(open_house: OpenHouse) -> None:
    beta = "  beta/claude: {vendor: beta, model: claude-sonnet-5, contract: beta-eu}\n"
    config = CONFIG.replace("[alpha/claude]", "[alpha/claude, beta/claude]").replace("models:\n", f"{beta}models:\n")
    async with open_house(config) as house:
        turns = [{"role": "user", "content": "[[sim:on=alpha,fail_after=0]] Bonjour"}]
        answer = await house.client.post(
            "/v1/messages", json={**BODIES["/v1/messages"], "stream": True, "messages": turns}
        )
        tried = [one for one in await house.records(answer.headers["x-ecluse-call-id"]) if one["record"] == "ATTEMPT"]
        assert [one["destination"] for one in tried] == ["alpha/claude", "beta/claude"]
        metrics = await house.metrics()
        for one in tried:
            for kind in ("input", "output"):
                count = one["tokens"][kind]
                labels = f'destination="{one["destination"]}",team="hr",type="{kind}",use_case="sandbox"'
                assert count > 0 and f"ecluse_tokens_total{{{labels}}} {float(count)}" in metrics


async def test_an_answer_that_its_reader_left_is_not_free(house: House) -> None:
    ask = {**BODIES["/v1/messages"], "stream": True}
    ask["messages"] = [{"role": "user", "content": "[[sim:words=400,drip=0.01]] Bonjour"}]
    async with house.client.stream("POST", "/v1/messages", json=ask) as answer:
        call = answer.headers["x-ecluse-call-id"]
        async for _ in answer.aiter_bytes():
            break
    while house.gateway.runtime.live:
        await house.client.get("/v1/models")
    outcome = (await house.records(call))[-1]
    assert outcome["outcome"] == "left" and outcome["cost"] > 0
