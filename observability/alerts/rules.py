"""Alerts as the files of rules that Prometheus reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from observability.alerts.alert import Alert
from observability.alerts.table import SUBJECTS

RUNBOOKS = "https://ecluse.example.org/runbooks"
"""Where `runbook_url` leads unless told otherwise: below it, one page for each alert (docs/runbooks)."""


def rules(change: Callable[[Alert], Alert] = lambda alert: alert, runbooks: str = RUNBOOKS) -> dict[str, str]:
    """The text of each file of rules, by its name without `.yaml`. change: what is made of each alert first."""
    return {name: text({name: map(change, alerts)}, runbooks) for name, alerts in SUBJECTS.items()}


def text(groups: Mapping[str, Iterable[Alert]], runbooks: str = RUNBOOKS) -> str:
    """Groups of alerts as YAML. Texts are written as JSON does, which YAML reads alike."""
    lines = ["# Made by `ecluse alerts rules`; --runbooks says where your runbooks are.", "groups:"]
    for name, alerts in groups.items():
        lines += [f"  - name: ecluse-{name}", "    rules:"]
        lines += [line for alert in alerts for line in rule(alert, runbooks)]
    return "\n".join(lines) + "\n"


def manifest(name: str, rules: str) -> str:
    """A file of rules as the PrometheusRule that the Prometheus operator takes."""
    head = [
        "apiVersion: monitoring.coreos.com/v1",
        "kind: PrometheusRule",
        "metadata:",
        f"  name: {name}",
        "  labels: {app.kubernetes.io/name: ecluse}",
        "spec:",
    ]
    comments = [line for line in rules.splitlines() if line.startswith("#")]
    groups = [f"  {line}" for line in rules.splitlines() if not line.startswith("#")]
    return "\n".join([*comments, *head, *groups]) + "\n"


def rule(alert: Alert, runbooks: str, labels: Mapping[str, str] | None = None) -> Iterator[str]:
    """The lines of one alert. labels: beside its severity."""
    more = f", {spelt(labels)}" if labels else ""
    yield f"      - alert: {alert.name}"
    yield "        expr: |-"
    yield from (f"          {line}" for line in alert.expr.splitlines())
    yield f"        for: {alert.hold}"
    yield f"        labels: {{severity: {alert.severity}{more}}}"
    yield "        annotations:"
    yield f"          summary: {json.dumps(alert.summary, ensure_ascii=False)}"
    yield f"          runbook_url: {json.dumps(f'{runbooks}/{alert.name}.md')}"


def spelt(labels: Mapping[str, str]) -> str:
    """Labels as YAML has them between braces."""
    return ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in labels.items())
