"""A call down every route of the table: no stage is skipped. A route without a sample here fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.registry import DIALECTS
from deploy.generate.coverage import matrix, pinned
from gateway.routes import CALLS, Route
from tests.conftest import House, OpenHouse
from tests.gateway.path.calls import call, with_media
from tests.gateway.path.test_batches import begun, sent_file
from tests.gateway.path.test_owned import KEEPS, made
from tests.gateway.path.test_policy import PEM

QUOTA = "quotas:\n  - {scope: user, unit: requests, window: day, limit: 3}\n"


@pytest.mark.parametrize("route", [r for r in CALLS.values() if not pinned(r)], ids=lambda r: r.path)
async def test_no_stage_is_skipped(open_house: OpenHouse, tmp_path: Path, route: Route) -> None:
    async with open_house(with_media(tmp_path / "house", KEEPS + QUOTA)) as house:
        asked = call(route, "Bonjour")
        async with httpx.AsyncClient(base_url=house.url) as stranger:
            assert (await stranger.request(**asked)).status_code == 401, "identity"
        served = await house.client.request(**asked)
        assert served.status_code == 200
        kinds = [r["record"] for r in await house.records(served.headers["x-ecluse-call-id"])]
        assert kinds == ["INTENT", "ATTEMPT", "OUTCOME"], "ledger"
        refused = await house.client.request(**call(route, PEM))
        assert refused.status_code == 400, "inspection and ruling"
        assert "secrets-stay-home" in refused.text
        await house.fault("alpha", "status=500")
        failing = await house.client.request(**asked)
        assert failing.status_code in (200, 502), "failover"
        await house.fault("alpha", "none")
        statuses = [(await house.client.request(**asked)).status_code for _ in range(4)]
        limited = 429 in statuses
        assert limited is (DIALECTS[str(route.dialect)].operation != "count_tokens"), "quota"
        page = await house.metrics()
        assert f'ecluse_requests_total{{dialect="{route.dialect}"' in page, "metrics"


@pytest.mark.parametrize("route", [r for r in CALLS.values() if pinned(r)], ids=lambda r: f"{r.method} {r.path}")
async def test_no_stage_is_skipped_where_a_vendor_keeps_something(open_house: OpenHouse, route: Route) -> None:
    async with open_house(KEEPS + QUOTA) as house:
        path, body = await kept(house, route)
        told = {"json": body} if body else {}
        secret = {"json": {**body, "metadata": {"x": PEM}}} if body else {"params": {"x": PEM}}
        async with httpx.AsyncClient(base_url=house.url) as stranger:
            assert (await stranger.request(route.method, path, **told)).status_code == 401, "identity"
        refused = await house.client.request(route.method, path, **secret)
        assert refused.status_code == 400 and "secrets-stay-home" in refused.text, "inspection and ruling"
        served = await house.client.request(route.method, path, **told)
        assert served.status_code == 200
        kinds = [r["record"] for r in await house.records(served.headers["x-ecluse-call-id"])]
        assert kinds == ["INTENT", "ATTEMPT", "OUTCOME"], "ledger"
        statuses = [(await house.client.request(route.method, path, **told)).status_code for _ in range(2)]
        assert statuses[-1] == (429 if route.method != "DELETE" else 404), "quota"
        page = await house.metrics()
        assert f'ecluse_requests_total{{dialect="{route.dialect}"' in page, "metrics"


async def kept(house: House, route: Route) -> tuple[str, dict[str, Any]]:
    """The path of what was made for this call, and its body."""
    if "{response}" in route.path:
        return route.path.replace("{response}", await made(house, background=True)), {}
    file, batch = await begun(house) if "{batch}" in route.path else (await sent_file(house), "")
    body = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    return route.path.replace("{file}", file).replace("{batch}", batch), {} if "{" in route.path else body


def test_the_page_equals_the_table() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "coverage.md"
    assert page.read_text() == matrix(), "renew it: python -m deploy.generate.coverage > docs/reference/coverage.md"
