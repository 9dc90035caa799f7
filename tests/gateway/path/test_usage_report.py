"""The report on usage says what the records and the metrics of real calls say, to the thousand millionth."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from observability.ledger import read as every
from observability.periods import Period
from observability.reports.calls import read
from observability.reports.numbers import exact
from observability.reports.usage import Usage, by, total, usage
from tests.conftest import CONFIG, House, OpenHouse

LEFT = "[[sim:words=400,drip=0.01]] Bonjour"


async def reported(house: House) -> Usage:
    await house.gateway.runtime.ledger.flush()
    now = datetime.now(UTC)
    period = Period(now - timedelta(hours=1), now + timedelta(minutes=1))
    return usage(read([house.gateway.runtime.epoch.pair.settings.ledger_dir], period), period)


async def metric(house: House, name: str, *labels: str) -> Decimal:
    lines = (await house.metrics()).splitlines()
    values = [
        line.rpartition(" ")[2] for line in lines if re.match(rf"{name}[{{ ]", line) and all(x in line for x in labels)
    ]
    return sum((Decimal(value) for value in values), Decimal(0))


async def leave(house: House) -> None:
    ask = {
        "model": "claude-sonnet-5",
        "max_tokens": 500,
        "stream": True,
        "messages": [{"role": "user", "content": LEFT}],
    }
    async with house.client.stream("POST", "/v1/messages", json=ask) as answer:
        async for _ in answer.aiter_bytes():
            break
    async with asyncio.timeout(20):
        while house.gateway.runtime.live:
            await house.client.get("/v1/models")


async def test_report_records_and_metrics_agree(open_house: OpenHouse) -> None:
    config = CONFIG.replace("model: gpt-4o-mini, ", "model: of-no-price, ")
    async with open_house(config) as house:
        for text in (
            "Bonjour",
            "[[sim:status=503]] Bonjour",
            "[[sim:fail_after=3]] Bonjour",
            "[[sim:no_usage]] Bonjour",
        ):
            await house.chat(text)
            await house.chat(text, stream=True)
        await house.chat("Bonjour", model="maison")
        await house.chat("ghp_016C7aB9xQ2mLr5Tz8Vn4Wk1Yp6Hs3Jd0Fg7")
        await leave(house)
        found = await reported(house)
        whole = total(found.cells)
        records = list(every(house.gateway.runtime.epoch.pair.settings.ledger_dir))
        attempts = [r for r in records if r["record"] == "ATTEMPT"]
        outcomes = [r for r in records if r["record"] == "OUTCOME"]
        assert whole.attempts == len(attempts) > 10 and whole.calls == len(outcomes) == 11
        assert whole.nanos == sum(round(r["cost"] * 1e9) for r in attempts) > 0
        assert whole.nanos == sum(round((r["cost"] or 0) * 1e9) for r in outcomes)
        assert (whole.served, whole.refused) == tuple(
            sum(r["outcome"] == name for r in outcomes) for name in ("served", "refused")
        )
        assert whole.estimated and whole.failed and whole.assumed and not found.unknown
        for field, name in (
            ("nanos", "ecluse_cost_total"),
            ("nanos", "ecluse_model_cost_total"),
            ("estimated", "ecluse_cost_estimated_total"),
            ("failed", "ecluse_cost_failed_total"),
        ):
            assert abs(await metric(house, name) - Decimal(exact(getattr(whole, field)))) < Decimal("1e-9"), name
        for (model,), figures in by(found.cells, ["model"]).items():
            told = await metric(house, "ecluse_model_cost_total", f'model="{model or "none"}"')
            assert abs(told - Decimal(exact(figures.nanos))) < Decimal("1e-9")
