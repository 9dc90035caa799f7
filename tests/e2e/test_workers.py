"""Several workers under a supervisor: restarts, deaths and hangs that calls don't notice, or only their own do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Serving, Vendors, serve
from tests.e2e.several import Clients, configured, ecluse, metric, processes

pytestmark = pytest.mark.e2e


@pytest.fixture
def several(tmp_path: Path, vendors: Vendors) -> Iterator[Serving]:
    """A gateway of two workers."""
    serving = serve(configured(tmp_path / "several", vendors.url, server="workers: 2, hung_seconds: 3"))
    try:
        yield serving
    finally:
        serving.started.stop()


def test_no_call_fails_in_ten_rolling_restarts_under_load(several: Serving) -> None:
    before = processes(several.folder)
    clients = Clients(several.url, several.key)

    def restarts() -> None:
        for _ in range(10):
            done = ecluse(several.folder, "restart")
            assert done.returncode == 0, done.stderr

    asyncio.run(clients.during(restarts, 8))
    print(f"\n{clients.ends}")
    assert set(clients.ends) == {"ok"} and clients.ends["ok"] > 100
    after = processes(several.folder)
    assert set(after) == {"w0", "w1"} and not set(after.values()) & set(before.values())
    assert metric(several, "ecluse_requests_total") == clients.ends["ok"], "workers that ended took no counts with them"
