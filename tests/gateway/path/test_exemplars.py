"""From a slow bucket on a board to the call that was slow: its id, and its trace where one is kept."""

from __future__ import annotations

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.conftest import CONFIG, House, OpenHouse
from tests.parts.otlp_receiver import http_receiver

FAMILIES = ("ecluse_request_seconds", "ecluse_overhead_seconds", "ecluse_first_token_seconds", "ecluse_attempt_seconds")


async def shown(house: House) -> dict[str, dict[str, str]]:
    """Family -> labels of its exemplar; there was one call."""
    url = f"http://127.0.0.1:{house.gateway.metrics.port}/metrics"
    async with httpx.AsyncClient() as client:
        page = (await client.get(url, headers={"accept": "application/openmetrics-text; version=1.0.0"})).text
    found = text_string_to_metric_families(page)
    return {f.name: s.exemplar.labels for f in found for s in f.samples if s.exemplar is not None}


async def test_latencies_name_the_call(house: House) -> None:
    call = (await house.chat("Bonjour", stream=True)).headers["x-ecluse-call-id"]
    assert await shown(house) == {name: {"call_id": call} for name in FAMILIES}


async def test_the_wait_for_the_first_token_counts_from_arrival(house: House) -> None:
    await house.chat("Bonjour [[sim:delay=0.3]]", stream=True)
    lines = dict(line.rsplit(" ", 1) for line in (await house.metrics()).splitlines() if not line.startswith("#"))
    assert float(lines['ecluse_first_token_seconds_sum{destination="alpha/gpt-4o-mini"}']) >= 0.3


@pytest.mark.parametrize("ratio", [0, 1])
async def test_a_trace_is_named_where_it_is_kept(open_house: OpenHouse, ratio: int) -> None:
    with http_receiver() as receiver:
        config = f"{CONFIG}tracing: {{endpoint: '{receiver.url}', ratio: {ratio}}}\n"
        async with open_house(config) as house:
            call = (await house.chat("Bonjour")).headers["x-ecluse-call-id"]
            found = await shown(house)
    trace = {"trace_id": call.replace("-", "")} if ratio else {}
    assert found["ecluse_request_seconds"] == {"call_id": call} | trace
