"""The example for Alertmanager: it is taken, names alerts that exist, and sends pages and tickets where they belong."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from observability.alerts import ALERTS
from observability.objectives import BURNS

FILE = Path(__file__).parents[3] / "deploy" / "alertmanager" / "alertmanager.yaml"

needs_amtool = pytest.mark.skipif(
    shutil.which("amtool") is None, reason="amtool isn't installed (apt-get install prometheus-alertmanager)"
)
SERVER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
PATIENCE_SECONDS = 30.0


def amtool(*words: str | Path) -> str:
    done = subprocess.run(["amtool", *map(str, words)], capture_output=True, text=True, timeout=300, check=False)
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
        return {"job", "sloth_id", "sloth_service", "sloth_slo"}
    expr = next(alert.expr for alert in ALERTS if alert.name == name)
    summed = re.match(r"(?:histogram_quantile\([0-9.]+, )?(?:sum|max|min|count)(?: by \(([^)]*)\) )?\(", expr)
    return {"job", "instance"} if summed is None else set((summed[1] or "").split(", "))


@pytest.mark.parametrize("rule", yaml.safe_load(FILE.read_text())["inhibit_rules"], ids=str)
def test_what_is_left_out_has_the_labels_that_are_to_be_equal(rule: dict[str, list[str]]) -> None:
    """A label that one side doesn't have is equal to nothing: the rule would never hold. Where nothing need be equal,
    one gateway's alert silences all others': only those that share no label may do without."""
    equal, named = set(rule.get("equal", ())), re.findall(r"Ecluse\w+", str(rule))
    shared = set.intersection(*map(_labels, named))
    assert equal <= shared and (equal or not shared), {name: _labels(name) for name in named}


@contextmanager
def alertmanager(folder: Path) -> Iterator[str]:
    """The address of a real one that serves with the example; ended with the block."""
    assert SERVER is not None
    words = [SERVER, f"--config.file={FILE}", f"--storage.path={folder}", "--cluster.listen-address="]
    log = folder / "alertmanager.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*words, "--web.listen-address=127.0.0.1:0"], stdout=said, stderr=said, stdin=subprocess.DEVNULL
        )
    try:
        until(lambda: "Listening on" in log.read_text(), log.read_text)
        found = re.search(r'"?Listening on"? address=(\S+)', log.read_text())
        assert found is not None
        yield f"http://{found[1]}/api/v2/alerts"
    finally:
        process.kill()
        process.wait(20)


def until(holds: Callable[[], bool], said: Callable[[], str]) -> None:
    """Waits for something that comes in its own time, not for ever."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends, said()
        time.sleep(0.05)


@pytest.mark.skipif(SERVER is None, reason="alertmanager isn't installed (apt-get install prometheus-alertmanager)")
def test_what_follows_is_left_out_at_the_same_installation_only(tmp_path: Path) -> None:
    page = {"alertname": BURNS, "sloth_id": "ecluse-calls-answered", "severity": "page", "job": "production"}
    sources = [{"alertname": "EcluseNoDestination", "severity": "page", "job": "production"}, page]
    ticket = {**page, "severity": "ticket"}
    breaker = {"alertname": "EcluseBreakerOpen", "severity": "ticket", "destination": "a/gpt"}
    here = [ticket, {**breaker, "job": "production"}]
    elsewhere = [{**ticket, "job": "staging"}, {**breaker, "job": "staging"}]
    with alertmanager(tmp_path) as url:
        sent = [{"labels": labels} for labels in (*sources, *here, *elsewhere)]
        assert httpx.post(url, json=sent, timeout=10).status_code == 200

        def told() -> set[tuple[str, str]]:
            """Name and job of the tickets that reach somebody."""
            alerts = httpx.get(url, params={"inhibited": "false"}, timeout=10).json()
            tickets = [one["labels"] for one in alerts if one["labels"]["severity"] == "ticket"]
            return {(labels["alertname"], labels["job"]) for labels in tickets}

        until(lambda: told() == {(one["alertname"], "staging") for one in elsewhere}, lambda: str(told()))
