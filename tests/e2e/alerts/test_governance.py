"""What ends, what is due, what was stopped, used up, refused, and couldn't be read."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.bundle.bundle import STARTER
from observability.families import FAMILIES
from tests.e2e.alerts.callers import Kind, calling
from tests.e2e.alerts.watching import fire, key_of, metrics_of, operator, watched
from tests.e2e.conftest import CONFIG, serve, vendors_started
from tests.parts.prometheus_server import needs_prometheus

pytestmark = [pytest.mark.e2e, needs_prometheus]

FIRES = {
    "EcluseContractEnds90Days",
    "EcluseContractEnds30Days",
    "EcluseContractEnds7Days",
    "EcluseContractEnded",
    "EcluseDrillOverdue",
    "EcluseExceptionEnds",
    "EcluseExceptionEnded",
    "EcluseShadowDue",
    "EcluseShadowOverdue",
    "EclusePolicyRefusesMany",
    "EcluseInspectionFails",
    "EcluseQuotaNear",
    "EcluseQuotaRefuses",
    "EclusePriceUnknown",
    "EcluseStopForgotten",
    "EcluseWebhookLost",
    "EcluseLoadRefused",
    "EcluseStrangers",
    "EcluseTelemetryLost",
    "EcluseSeriesFolded",
}

FAMILY = next(one for one in FAMILIES if one.name == "ecluse_contract_expiry_timestamp_seconds")
KEY = "ghp_016C7aB9xQ2mLr5Tz8Vn4Wk1Yp6Hs3Jd0Fg7"
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
POLICY = """
kind: EgressPolicy
policy: due
owner: dpo@example.org
rules:
  - {{id: due-soon, when: {{findings: {{any_of: [contact.email]}}}}, action: warn, mode: shadow, shadow_until: {soon}}}
  - {{id: due-past, when: {{findings: {{any_of: [contact.email]}}}}, action: warn, mode: shadow, shadow_until: {past}}}
  - id: no-email
    when: {{findings: {{any_of: [contact.email]}}}}
    action: warn
    overridable: true
    message: {{en: An address., fr: Une adresse.}}
    contact: dpo@example.org
exceptions:
  - {{id: EX-1, lifts: [no-email], who: {{users: [anne]}}, reason: tried out, owner: dpo@example.org, expires: {soon}}}
  - {{id: EX-2, lifts: [no-email], who: {{users: [bob]}}, reason: tried out, owner: dpo@example.org, expires: {past}}}
"""
MORE = """\
directory: {{teams: [development, drained, drill, hr]}}
drills: {{enabled: true}}
tracing: {{endpoint: "http://127.0.0.1:9", ratio: 1, waiting: 1}}
webhooks: {{operations: {{url: "{vendors}/nobody/there", secret: "${{HOOK}}"}}}}
quotas:
  - {{scope: team, match: drained, unit: requests, window: day, limit: 20, soft: 0.5}}
"""


def bundle(folder: Path) -> None:
    """The starter bundle, with things that end or have ended."""
    shutil.copytree(STARTER, folder / "bundle")
    today = datetime.now(UTC).date()

    def day(days: int) -> str:
        return str(today + timedelta(days=days))

    ends = {"in-60": 60, "in-20": 20, "in-3": 3, "ended": -2}
    more = [CONTRACT.format(id=name, day=day(days)) for name, days in ends.items()]
    (folder / "bundle" / "ends.yaml").write_text("".join(more))
    (folder / "bundle" / "due.yaml").write_text(POLICY.format(soon=day(5), past=day(-3)))


def test_what_is_due_and_what_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    folder.mkdir()
    bundle(folder)
    with vendors_started(tmp_path) as vendors:
        config = CONFIG.format(vendors=vendors.url).replace(
            "models:\n",
            "  alpha/unheard: {vendor: alpha, model: unheard-of-9, contract: alpha-us}\n"
            "models:\n  unheard: {destinations: [alpha/unheard]}\n",
        )
        (folder / "config.yaml").write_text(config + MORE.format(vendors=vendors.url))
        serving = serve(folder, HOOK="a-secret-of-the-test-0123456789abcdef")
        try:
            assert operator(folder, "stop", "user", "somebody", "--reason", "a drill")[0] == 0
            drained = key_of(serving, "dora", "drained")
            with watched(tmp_path / "prometheus", metrics_of(serving)) as prometheus:
                many = [CONTRACT.format(id=f"spare-{n}", day="2099-01-01") for n in range(FAMILY.cap + 1)]
                (folder / "bundle" / "many.yaml").write_text("".join(many))
                assert operator(folder, "reload", "--untested")[0] == 0
                (folder / "bundle" / "bad.yaml").write_text("kind: UseCase\n")
                assert operator(folder, "reload", "--untested")[0] == 1
                calls = (
                    Kind(
                        "gpt-4o-mini", [f"{n}: pourquoi {KEY} ?" for n in range(5000)], callers=3
                    ),  # said twice, it is history
                    Kind("gpt-4o-mini", key=drained, pause=0.2),
                    Kind("gpt-4o-mini", ["1 2 " * 20_000], pause=1.0),
                    Kind("gpt-4o-mini", key="ecl_0000000000000000000000000000000000000000"),
                    Kind("unheard", pause=1.0),
                )
                with calling(serving, *calls):
                    said = fire(prometheus, *FIRES, past=True)
            assert re.fullmatch(r"contract in-20 ends in 20d .*", said["EcluseContractEnds30Days"][0])
            assert said["EcluseStopForgotten"] == [
                "something (user) has been stopped for a day, and nobody has started it again"
            ]
            assert "no price of alpha/unheard is known: its calls count at the dearest" in said["EclusePriceUnknown"]
        finally:
            serving.started.stop()
