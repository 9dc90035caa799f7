"""Calls over real sockets: what metrics count of a contract's promises is what the ledger's account says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from gateway.promises.accounts import Account, Asked, accounts
from observability.periods import month_of
from observability.promises import Waits
from tests.conftest import CONFIG, House, OpenHouse, configured
from tests.gateway.drills.test_drills import DRILLS, TEAM, drilled


async def counted(house: House, name: str) -> dict[tuple[str, ...], float]:
    """The series of a family about contracts, by their labels' values."""
    lines = re.findall(rf"^ecluse_contract_{name}{{([^}}]*)}} (\S+)", await house.metrics(), re.MULTILINE)
    return {tuple(re.findall(r'="([^"]*)"', labels)): float(value) for labels, value in lines}


async def account(house: House, contract: str) -> Account:
    """This month's account of a contract, off the house's ledger."""
    await house.gateway.runtime.ledger.flush()
    pair, now = house.gateway.runtime.epoch.pair, house.gateway.runtime.now()
    asked = Asked((pair.settings.ledger_dir,), month_of(now).name(), now.timestamp(), frozenset({contract}))
    return accounts(pair.bundle.contracts, asked)[0]


async def test_metrics_and_ledger_agree(house: House) -> None:
    for stream in (False, True):
        assert (await house.chat("Bonjour", stream=stream)).status_code == 200
    await house.fault("alpha", "malformed=1")
    assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
    await house.fault("alpha", "status=429")
    assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
    found = await account(house, "alpha-us")
    assert found.measured.verdicts == {"good": 2, "failed": 1, "throttled": 1}
    assert (found.measured.availability.counted, found.measured.availability.kept) == (3, 2)
    assert [(one.name, one.counted) for one in found.measured.latency] == [("first_token_p95", 1)]
    (failure,) = found.measured.failures
    assert (failure.error, failure.destination) == ("protocol", "alpha/gpt-4o-mini")
    attempts = await counted(house, "attempts_total")
    assert {result: n for (contract, result), n in attempts.items() if contract == "alpha-us"} == {
        "good": 2, "failed": 1, "throttled": 1,
    }  # fmt: skip
    assert await counted(house, "month_requests") == await counted(house, "promise_total") == {
        ("alpha-us", "availability", "kept"): 2, ("alpha-us", "availability", "broken"): 1,
        ("alpha-us", "first_token_p95", "kept"): 1, ("beta-eu", "availability", "kept"): 2,
    }  # fmt: skip
    assert (await counted(house, "promised_ratio"))["alpha-us", "availability"] == 0.999


async def test_the_gateway_leaves_a_vendor_alone_for_as_long_as_it_asked(house: House) -> None:
    await house.fault("alpha", "status=503,retry_after=60")
    for _ in range(3):
        assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
    found = await account(house, "alpha-us")
    assert (found.measured.verdicts, found.measured.waits, found.void) == ({"failed": 1}, Waits(1, 0), False)


async def test_calls_under_way_together_fail_as_one_and_the_contracts_patience_holds(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    configured(tmp_path / "house")
    contracts = tmp_path / "house" / "bundle" / "contracts.yaml"
    contracts.write_text(contracts.read_text().replace("region: us\n", "region: us\nbackoff_seconds: 300ms\n"))
    async with open_house() as house:
        await house.fault("alpha", "status=503,delay=0.1")
        await asyncio.gather(*(house.chat("Bonjour") for _ in range(4)))
        async with asyncio.timeout(10):
            while len([one for one in house.received if one.destination == "alpha"]) < 5:
                await house.chat("Bonjour")
        found = await account(house, "alpha-us")
        assert found.measured.waits == Waits(5, 0) and not found.void


async def test_what_a_drill_makes_fail_is_no_failure_of_the_vendors(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + TEAM + DRILLS) as house:
        summary = await drilled(house, fault="5xx", seconds=2.0)
        assert summary["met"]
        assert "failed" not in (await account(house, "alpha-us")).measured.verdicts
        assert ("alpha-us", "failed") not in await counted(house, "attempts_total")
