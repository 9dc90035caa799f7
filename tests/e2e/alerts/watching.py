"""A gateway under a real Prometheus with the rules that ship, an hour made half a second; what fires there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from gateway.cli.main import main
from observability.alerts import ALERTS
from observability.objectives import BURNS
from tests.e2e.conftest import ROOT, Serving, Started
from tests.e2e.several import until
from tests.parts.prometheus_server import PrometheusServer, prometheus_server

FASTER = 7200
FIRES_SECONDS = 30.0


def metrics_of(serving: Serving | Started) -> str:
    """host:port of its metrics listener."""
    started = serving.started if isinstance(serving, Serving) else serving
    return started.found(r"metrics http://([0-9.:]+)/metrics")


@contextmanager
def watched(folder: Path, *targets: str) -> Iterator[PrometheusServer]:
    """A Prometheus that scrapes gateways, with every rule that ships."""
    folder.mkdir(exist_ok=True)
    assert main(["alerts", "rules", "--out", str(folder / "rules"), "--faster", str(FASTER)]) == 0
    objectives = str(ROOT / "deploy" / "prometheus" / "objectives.yaml")
    made = str(folder / "rules" / "objectives.yaml")
    assert main(["slo", "rules", objectives, "--out", made, "--faster", str(FASTER)]) == 0
    with prometheus_server(folder, targets, str(folder / "rules" / "*.yaml")) as prometheus:
        # What is there at the first scrape is nothing new.
        until(lambda: len(prometheus.query("up == 1")) == len(targets), "the first scrapes", FIRES_SECONDS)
        yield prometheus
        assert not prometheus.rule_errors()


def firing(prometheus: PrometheusServer) -> dict[str, list[str]]:
    """The alerts that fire, with the summaries that somebody would read."""
    found: dict[str, list[str]] = {}
    for alert in prometheus.alerts():
        if alert["state"] == "firing":
            found.setdefault(alert["labels"]["alertname"], []).append(alert["annotations"]["summary"])
    return found


def fire(prometheus: PrometheusServer, *names: str, past: bool = False) -> dict[str, list[str]]:
    """Waits until these fire, whatever else does; what each has said. Fails with those that don't.

    past: those count as well that have fired already.
    """
    assert set(names) <= {BURNS, *(alert.name for alert in ALERTS)}
    said: dict[str, list[str]] = {}

    def all_of_them() -> bool:
        # What fired before is asked first: one that begins between the two has its words then.
        for one in prometheus.query('max_over_time(ALERTS{alertstate="firing"}[5m])') if past else ():
            said.setdefault(one["metric"]["alertname"], [])
        for name, summaries in firing(prometheus).items():
            said[name] = sorted({*said.get(name, ()), *summaries})
        return set(names) <= set(said)

    try:
        until(all_of_them, "", FIRES_SECONDS)
    except AssertionError:
        raise AssertionError(f"don't fire: {sorted(set(names) - set(said))}; fire: {sorted(said)}") from None
    wrong = [s for name in names for s in said[name] if re.search(r"<no value>|<error|\{\{", s) or s != s.strip()]
    assert not wrong, "templates that come to nothing"
    return said


def silent(prometheus: PrometheusServer, *names: str) -> None:
    """Waits until none of these fires any more."""
    until(lambda: not set(names) & set(firing(prometheus)), f"{names} end", FIRES_SECONDS)


def operator(folder: Path, *words: str) -> tuple[int, str]:
    """A command to the gateway of a folder, without a process of its own: its exit code and what it said."""
    with redirect_stdout(StringIO()) as said, redirect_stderr(said):
        code = main([*words, "--config", str(folder / "config.yaml")])
    return code, said.getvalue()


def key_of(serving: Serving, user: str, team: str, *words: str) -> str:
    """A key as an operator makes one."""
    _, said = operator(serving.folder, "keys", "new", "--user", user, "--team", team, *words)
    found = re.search("ecl_[0-9A-Za-z]+", said)
    assert found is not None, said
    return found.group()
