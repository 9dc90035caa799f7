"""Vendors fail, throttle, slow down and refuse us, room gets short, and in the end the gateway is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.alerts.callers import Kind, calling
from tests.e2e.alerts.watching import fire, key_of, metrics_of, silent, watched
from tests.e2e.conftest import CONFIG, serve, vendors_started
from tests.parts.prometheus_server import needs_prometheus

pytestmark = [pytest.mark.e2e, needs_prometheus]

FAILING = {
    "EcluseBreakerOpen",
    "EcluseNoDestination",
    "EcluseVendorRefusesUs",
    "EcluseFailoverBurst",
    "EcluseVendorThrottles",
    "EcluseOutlier",
    "EcluseRouteDemoted",
    "EcluseCallsWait",
    "EcluseHighPriorityShed",
    "EcluseCallsShed",
    "EcluseBudgetBurns",
    "EcluseContractBroken",
}
FIRES = FAILING | {"EcluseNoTraffic", "EcluseTargetDown"}

DESTINATIONS = """\
  alpha/lonely: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us}
  alpha/locked: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us}
  alpha/shaky: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us}
  alpha/busy: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us}
  alpha/slow: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us}
  beta/quick: {vendor: beta, model: gpt-4o-mini, contract: beta-eu}
  alpha/late: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us}
  alpha/narrow: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us, most_in_flight: 1}
models:
  lonely: {destinations: [alpha/lonely]}
  locked: {destinations: [alpha/locked]}
  shaky: {destinations: [alpha/shaky, beta/gpt]}
  busy: {destinations: [alpha/busy, beta/gpt]}
  mixed: {destinations: [alpha/slow, beta/quick], route: mixed}
  promised: {destinations: [alpha/late, beta/gpt], route: promised}
  narrow: {destinations: [alpha/narrow]}
"""
MORE = """\
directory: {teams: [development, support]}
routes:
  mixed: {order: weight, by: null}
  promised: {objectives: {first_token_seconds: 200ms, least: 3}}
capacity: {queue_length: 1}
health:
  outlier_calls: 5
  outlier_error_share: 0.9
  breakers: {throttled: {share: 0.99, in_a_row: 1000}, server: {share: 0.9}}
"""
CALLS = (
    Kind("lonely", ["[[sim:status=503]]"]),
    Kind("locked", ["[[sim:status=401]]"], pause=0.5),
    Kind("shaky", ["Bonjour", "Bonjour", "[[sim:on=alpha,status=500]]"], callers=2),
    Kind("busy", ["Bonjour", "[[sim:on=alpha,status=429]]"], callers=2),
    Kind("mixed", ["[[sim:on=alpha,delay=0.4]]"], stream=True, callers=2),
    Kind("promised", ["[[sim:on=alpha,delay=0.4]]"], stream=True),
)


def test_vendors_and_room(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    folder.mkdir()
    with vendors_started(tmp_path) as vendors:
        config = CONFIG.format(vendors=vendors.url).replace("models:\n", DESTINATIONS)
        (folder / "config.yaml").write_text(config + MORE)
        serving = serve(folder)
        try:
            high = key_of(serving, "anne", "support", "--use-case", "customer-support")
            narrow = Kind("narrow", ["[[sim:delay=0.5]]"], key=high, callers=4, pause=0.02)
            with watched(tmp_path / "prometheus", metrics_of(serving)) as prometheus:
                with calling(serving, *CALLS, narrow) as ends:
                    said = fire(prometheus, *FAILING)
                assert ends.counts[("shaky", 200)] and not ends.counts[("lonely", 200)]
                assert all("is left alone: failures of class" in line for line in said["EcluseBreakerOpen"])
                assert "alpha/locked refuses our credential or our budget (auth)" in said["EcluseVendorRefusesUs"]
                assert any(
                    line.startswith("more than one call in five at alpha/") for line in said["EcluseFailoverBurst"]
                )
                assert "calls of high priority are turned away" in said["EcluseHighPriorityShed"][0]
                fire(prometheus, "EcluseNoTraffic")
                silent(prometheus, "EcluseTargetDown", "EcluseNoDestination", "EcluseCallsWait")
                serving.started.kill(group=True)
                fire(prometheus, "EcluseTargetDown")
        finally:
            serving.started.stop()
