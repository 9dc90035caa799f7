"""The example for Alertmanager: it is taken, names alerts that exist, and sends pages and tickets where they belong."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from observability.alerts import ALERTS
from observability.objectives import BURNS

FILE = Path(__file__).parents[3] / "deploy" / "alertmanager" / "alertmanager.yaml"

needs_amtool = pytest.mark.skipif(
    shutil.which("amtool") is None, reason="amtool isn't installed (apt-get install prometheus-alertmanager)"
)


def amtool(*words: str | Path) -> str:
    done = subprocess.run(["amtool", *map(str, words)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_amtool
def test_amtool_takes_it() -> None:
    assert "2 receivers" in amtool("check-config", FILE)


@needs_amtool
@pytest.mark.parametrize(("severity", "receiver"), [("page", "on-call"), ("ticket", "tickets")])
def test_each_severity_has_its_receiver(severity: str, receiver: str) -> None:
    said = amtool("config", "routes", "test", f"--config.file={FILE}", "alertname=EcluseX", f"severity={severity}")
    assert said.strip() == receiver


def test_it_names_alerts_that_exist() -> None:
    named = set(re.findall(r"Ecluse\w+", FILE.read_text()))
    assert len(named) > 5 and named <= {BURNS, *(alert.name for alert in ALERTS)}


def _labels(name: str) -> set[str]:
    """Those by which alerts of one name are told apart: what their expression sums by, else what a scrape gives."""
    if name == BURNS:
        return {"sloth_id", "sloth_service", "sloth_slo"}
    expr = next(alert.expr for alert in ALERTS if alert.name == name)
    summed = re.match(r"(?:histogram_quantile\([0-9.]+, )?(?:sum|max|min|count)(?: by \(([^)]*)\) )?\(", expr)
    return {"job", "instance"} if summed is None else set((summed[1] or "").split(", "))


@pytest.mark.parametrize("rule", yaml.safe_load(FILE.read_text())["inhibit_rules"], ids=str)
def test_what_is_left_out_has_the_labels_that_are_to_be_equal(rule: dict[str, list[str]]) -> None:
    """A label that one side doesn't have is equal to nothing: the rule would never hold."""
    for name in re.findall(r"Ecluse\w+", str(rule)):
        assert set(rule.get("equal", ())) <= _labels(name), name
