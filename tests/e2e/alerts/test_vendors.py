"""Vendors fail, contracts end, and the gateway is gone: each is told."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from gateway.bundle.bundle import STARTER
from tests.e2e.alerts.watching import fire, metrics_of, silent, watched
from tests.e2e.conftest import CONFIG, serve, vendors_started
from tests.parts.prometheus_server import needs_prometheus

pytestmark = [pytest.mark.e2e, needs_prometheus]

FIRES = {
    "EcluseBreakerOpen",
    "EcluseContractEnds90Days",
    "EcluseContractEnds30Days",
    "EcluseContractEnds7Days",
    "EcluseContractEnded",
    "EcluseTargetDown",
}

CONTRACT = """---
kind: Contract
id: {id}
title: {{en: Spare, fr: Réserve}}
vendor: spare
trust: external
region: eu
processor: Spare SA
retention_days: 0
training: false
allowed_hosts: [127.0.0.1]
expires: {day}
"""


def bundle(folder: Path) -> None:
    """The starter bundle with contracts that end in 60, 20 and 3 days, and one that has ended."""
    shutil.copytree(STARTER, folder / "bundle")
    today = datetime.now(UTC).date()
    ends = {"in-60": 60, "in-20": 20, "in-3": 3, "ended": -2}
    more = [CONTRACT.format(id=name, day=today + timedelta(days=days)) for name, days in ends.items()]
    (folder / "bundle" / "spare.yaml").write_text("".join(more))


def test_vendors_and_contracts(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    folder.mkdir()
    bundle(folder)
    with vendors_started(tmp_path) as vendors:
        (folder / "config.yaml").write_text(CONFIG.format(vendors=vendors.url))
        serving = serve(folder)
        try:
            with watched(tmp_path / "prometheus", metrics_of(serving)) as prometheus:
                vendors.fault("alpha", "status=503")
                headers = {"authorization": f"Bearer {serving.key}"}
                with httpx.Client(base_url=serving.url, headers=headers, timeout=30) as client:
                    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}
                    for _ in range(8):
                        assert client.post("/v1/chat/completions", json=body).status_code == 200
                said = fire(prometheus, *FIRES - {"EcluseTargetDown"})
                assert "alpha/gpt is left alone: failures of class overload" in said["EcluseBreakerOpen"]
                assert re.fullmatch(r"contract in-20 ends in 20d .*", said["EcluseContractEnds30Days"][0])
                silent(prometheus, "EcluseTargetDown")
                serving.started.kill(group=True)
                fire(prometheus, "EcluseTargetDown")
        finally:
            serving.started.stop()
