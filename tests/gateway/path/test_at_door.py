"""Calls that are turned away unread, for the gateway's own state: failed for whoever sent them, and counted so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import httpx
import yaml
from prometheus_client.parser import text_string_to_metric_families

from gateway.objectives import load_objectives
from observability.objectives import rules
from tests.conftest import House, OpenHouse
from tests.gateway.path.bare import bare
from tests.gateway.path.test_replicas import replica, says, until
from tests.observability.alerts.test_alerts import needs_promtool, promtool
from tests.observability.objectives.test_objectives import SHIPPED
from tests.parts.redis_server import needs_redis, redis_server

FAMILIES = ("ecluse_requests_total", "ecluse_failures_total")
LABELS = {"dialect": "openai_chat", "model": "none", "team": "hr", "use_case": "sandbox"}


def series(name: str, labels: Mapping[str, str]) -> str:
    """A series as Prometheus writes it."""
    return name + "{" + ", ".join(f'{key}="{value}"' for key, value in sorted(labels.items())) + "}"


def counts(page: str) -> dict[str, float]:
    """Series of the families that objectives ask."""
    samples = (sample for family in text_string_to_metric_families(page) for sample in family.samples)
    return {series(one.name, one.labels): one.value for one in samples if one.name in FAMILIES}


async def counted(house: House, code: str, times: int) -> dict[str, float]:
    """The counts once both families have these calls; a page may be a second old."""
    found: dict[str, float] = {}

    async def there() -> bool:
        found.update(counts(await house.metrics()))
        both = series(FAMILIES[0], {**LABELS, "outcome": "failed"}), series(FAMILIES[1], {"code": code})
        return [found.get(name) for name in both] == [times, times]

    await until(there)
    return found


async def stale(house: House) -> bool:
    return house.gateway.runtime.follower.stale


@needs_redis
@needs_promtool
async def test_a_frozen_store_uses_up_what_may_fail(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as redis:
        (tmp_path / "redis.url").write_text(redis.url)
        bare(tmp_path / "a")
        async with replica(tmp_path / "a", user="anne", team="hr") as house:
            await until(lambda: says(house, 200))
            redis.freeze()
            await until(lambda: stale(house))
            assert await says(house, 503, "state_stale")
            before = await counted(house, "state_stale", 1)
            async with httpx.AsyncClient(base_url=house.url) as stranger:
                assert (await stranger.post("/v1/chat/completions", json={})).status_code == 503
            assert (await house.client.get("/v1/models")).status_code == 503, "no call"
            for _ in range(10):
                assert await says(house, 503, "state_stale")
            after = await counted(house, "state_stale", 11)
    assert ratio_is(tmp_path, before, after, 1), "none of the ten was answered"


def ratio_is(folder: Path, before: dict[str, float], after: dict[str, float], share: float) -> bool:
    """Whether the objective that ships says that this share of the calls between two pages was bad."""
    (folder / "rules.yaml").write_text(rules(load_objectives(SHIPPED)))
    told = [{"series": name, "values": f"{before.get(name, 0)} {value}"} for name, value in after.items()]
    asked = {
        "expr": 'max by (sloth_slo) (slo:sli_error:ratio_rate5m{sloth_slo="calls-answered"})',
        "eval_time": "1m",
        "exp_samples": [{"labels": '{sloth_slo="calls-answered"}', "value": share}],
    }
    test = {"interval": "1m", "input_series": told, "promql_expr_test": [asked]}
    file = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "test.yaml").write_text(yaml.safe_dump(file))
    return "SUCCESS" in promtool("test", "rules", folder / "test.yaml")


async def test_calls_in_a_stop_have_failed(open_house: OpenHouse) -> None:
    async with open_house() as house:
        house.gateway.runtime.closed = True
        assert await says(house, 503, "drain")
        await counted(house, "drain", 1)
