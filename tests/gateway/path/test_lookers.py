"""Whoever may reach the metrics listener: what he sends costs little and leads nowhere."""

from __future__ import annotations

import httpx
import pytest

from gateway.server import MOST_LOOKERS
from observability.exposition import format_for
from tests.conftest import House

OPEN = "application/openmetrics-text"


@pytest.mark.parametrize("path", ["/metrics/", "//metrics", "/readyz/", "/status", "/%2e%2e/metrics"])
async def test_no_path_leads_elsewhere(house: House, path: str) -> None:
    async with httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{house.gateway.metrics.port}{path}"
        answer = await client.get(url, headers={"host": "evil.example"})
        assert answer.status_code == 404 and "location" not in answer.headers


def test_connections_are_bounded(house: House) -> None:
    assert house.gateway.metrics._most == MOST_LOOKERS


def test_of_an_endless_wish_only_the_beginning_is_read() -> None:
    assert format_for(f"{OPEN},{';' * 60_000}") == "openmetrics"
    assert format_for(f"{',' * 2_000}{OPEN}") == "text"
