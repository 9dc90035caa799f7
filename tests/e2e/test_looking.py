"""Looking at a gateway of two workers under load, as people do: `ecluse top`, `status`, `report usage`."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from observability.ledger import read
from tests.e2e.conftest import Vendors, serve
from tests.e2e.several import Clients, configured, ecluse, known_everywhere, metric

pytestmark = pytest.mark.e2e


def test_what_is_seen_of_two_workers_is_what_happened(tmp_path: Path, vendors: Vendors) -> None:
    serving = serve(configured(tmp_path / "several", vendors.url))
    seen: dict[str, Any] = {}
    try:
        known_everywhere(serving)
        clients = Clients(serving.url, serving.key)

        def look() -> None:
            top = ecluse(serving.folder, "top", "--once", "--json", "--every", "2", "--names")
            assert top.returncode == 0, top.stderr
            seen.update(orjson.loads(top.stdout))

        asyncio.run(clients.during(look, 8))
        assert set(clients.ends) == {"ok"}
        told = ecluse(serving.folder, "status", "--check")
        assert (told.returncode, told.stdout.splitlines()[0]) == (0, "well")
        spent = metric(serving, "ecluse_cost_total")
    finally:
        serving.started.stop()
    assert seen["workers"] == ["w0", "w1"] and seen["all"]["calls"] > 10 and seen["all"]["failed"] == 0
    assert seen["destination"].keys() - {""} == {"alpha/gpt"} and seen["team"].keys() == {"development"}
    assert list(seen["person"]) and not any(name.startswith("p_") for name in seen["person"])
    assert seen["all"]["calls"] == seen["destination"]["alpha/gpt"]["calls"] <= clients.ends["ok"]
    assert seen["all"]["p50_seconds"] <= seen["all"]["p95_seconds"] < 60
    report = ecluse(serving.folder, "report", "usage", "--since", "1h", "--json")
    total = orjson.loads(report.stdout)["currencies"][0]["total"]
    attempts = [one for one in read(serving.folder / "state" / "ledger") if one["record"] == "ATTEMPT"]
    assert total["calls"] == clients.ends["ok"] == total["served"] and total["attempts"] == len(attempts)
    assert Decimal(total["cost"]) == sum(round(one["cost"] * 10**9) for one in attempts) / Decimal(10**9)
    assert abs(Decimal(total["cost"]) - Decimal(str(spent))) < Decimal("1e-9")
