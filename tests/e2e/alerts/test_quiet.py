"""A gateway in good health, with a little to do: nothing is told, though an alert waits for seconds only."""

from __future__ import annotations

from pathlib import Path

import pytest

from observability.alerts import ALERTS
from observability.objectives import BURNS
from tests.e2e.alerts import test_beside, test_governance, test_ledger, test_shared, test_vendors
from tests.e2e.alerts.callers import Kind, calling
from tests.e2e.alerts.watching import metrics_of, watched
from tests.e2e.conftest import CONFIG, serve, vendors_started
from tests.e2e.several import until
from tests.parts.prometheus_server import needs_prometheus

pytestmark = pytest.mark.e2e

SCENES = (test_vendors, test_governance, test_ledger, test_shared, test_beside)
# What windows of seconds see of this machine, on which other tests run: its disk, its cores, a scrape that took one.
OF_THE_MACHINE = {
    "EcluseLedgerDisk24Hours",
    "EcluseLedgerDisk4Hours",
    "EcluseLedgerSlow",
    "EcluseLoopLag",
    "EcluseTargetDown",
}
QUICK = {"first-word", "overhead"}  # objectives on time, for the same reason
SECONDS = 12


def test_every_alert_fires_in_some_scene() -> None:
    assert set().union(*(scene.FIRES for scene in SCENES)) == {BURNS, *(alert.name for alert in ALERTS)}


@needs_prometheus
def test_nothing_is_told_of_a_gateway_in_good_health(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    folder.mkdir()
    with vendors_started(tmp_path) as vendors:
        config = CONFIG.format(vendors=vendors.url).replace("control: c.sock", "control: c.sock, workers: 2")
        (folder / "config.yaml").write_text(config)
        serving = serve(folder)
        calls = Kind("gpt-4o-mini", ["Bonjour", "Vire 100 EUR sur FR76 3000 6000 0112 3456 7890 189"], pause=0.2)
        try:
            with watched(tmp_path / "prometheus", metrics_of(serving)) as prometheus, calling(serving, calls) as ends:
                until(lambda: prometheus.query(f"sum_over_time(up[1m]) > {SECONDS}"), "it was watched for a while")
                told = prometheus.query(
                    'max by (alertname, sloth_slo) (max_over_time(ALERTS{alertstate="firing"}[1m]))'
                )
                known = {one["metric"]["alertname"] for one in told if one["metric"].get("sloth_slo") not in QUICK}
                assert known <= OF_THE_MACHINE
                assert {status for _, status in ends.counts} == {200}
        finally:
            serving.started.stop()
