"""The ledger's disk fills, its writing process hangs, and then the disk takes nothing more."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.alerts.callers import Kind, calling
from tests.e2e.alerts.watching import fire, metrics_of, watched
from tests.e2e.conftest import CONFIG, Serving, serve, vendors_started
from tests.e2e.several import until
from tests.e2e.test_full_disk import full
from tests.parts.prometheus_server import PrometheusServer, needs_prometheus

pytestmark = [pytest.mark.e2e, needs_prometheus]

FILLING = {"EcluseLedgerDisk24Hours", "EcluseLedgerDisk4Hours"}
FAILING = {"EcluseLedgerNotReady", "EcluseNotReady", "EcluseLedgerFails"}
FIRES = FILLING | FAILING | {"EcluseLedgerSlow"}
PIECE = 32 << 20


def scribe_of(serving: Serving) -> int:
    """The process that writes the ledger."""
    pid = serving.started.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(one) for one in children if b"scribe" in Path(f"/proc/{one}/cmdline").read_bytes())


def filled(folder: Path, prometheus: PrometheusServer) -> None:
    """Takes room on the ledger's disk, without writing, until both alerts fire."""
    seen: set[str] = set()

    def told() -> bool:
        with (folder / "somebody-elses").open("ab") as file:
            os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size or 0, PIECE)
        time.sleep(0.25)
        seen.update(a["labels"]["alertname"] for a in prometheus.alerts() if a["state"] == "firing")
        return seen >= FILLING

    until(told, "both alerts on the disk fire", 20.0)


def hanging(serving: Serving, prometheus: PrometheusServer) -> None:
    """Stops the writing process for moments, as a slow disk would, until the alert fires."""
    scribe = scribe_of(serving)

    def told() -> bool:
        os.kill(scribe, signal.SIGSTOP)
        time.sleep(0.6)
        os.kill(scribe, signal.SIGCONT)
        time.sleep(0.1)
        return any(
            a["labels"]["alertname"] == "EcluseLedgerSlow" and a["state"] == "firing" for a in prometheus.alerts()
        )

    try:
        until(told, "the alert on slow records fires", 20.0)
    finally:
        os.kill(scribe, signal.SIGCONT)


def test_the_ledgers_disk(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    folder.mkdir()
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    # Calls are no longer taken 3 GiB below what is free now, so that nearly nothing has to be filled.
    reserve = max((free - (3 << 30)) // 2, 1 << 20)
    with vendors_started(tmp_path) as vendors:
        (folder / "config.yaml").write_text(
            CONFIG.format(vendors=vendors.url) + f"ledger: {{reserve_bytes: {reserve}}}\n"
        )
        serving = serve(folder)
        try:
            with watched(tmp_path / "prometheus", metrics_of(serving)) as prometheus:
                filled(folder, prometheus)
                (folder / "somebody-elses").unlink()
                with calling(serving, Kind("gpt-4o-mini", pause=0.02, callers=2)):
                    hanging(serving, prometheus)
                    with full(serving.started.process.pid):
                        fire(prometheus, *FAILING)
                until(lambda: httpx.get(f"http://{metrics_of(serving)}/readyz").status_code == 200, "it is ready again")
        finally:
            serving.started.stop()
