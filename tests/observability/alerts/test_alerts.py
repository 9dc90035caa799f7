"""The table of alerts: what is made from it is current, and each alert has its unit tests and its runbook."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.main import main
from observability.alerts import ALERTS, SUBJECTS, Alert, faster, rules
from observability.alerts.alert import seconds
from observability.alerts.reference import reference
from observability.families import FAMILIES

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy" / "prometheus" / "rules"
TESTS = ROOT / "deploy" / "prometheus" / "tests"

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool isn't installed (apt-get install prometheus)"
)


def promtool(*words: str | Path) -> str:
    """What promtool says; fails where it finds something wrong."""
    done = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_made_from_the_table() -> None:
    for name, text in rules().items():
        assert (RULES / f"{name}.yaml").read_text() == text, "run: ecluse alerts rules --out deploy/prometheus/rules"


def test_the_reference_is_made_from_the_table() -> None:
    written = (ROOT / "docs/reference/alerts.md").read_text()
    assert written == reference(), "run: python -m observability.alerts > docs/reference/alerts.md"


def test_names_are_unique_and_begin_alike() -> None:
    names = [alert.name for alert in ALERTS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"Ecluse([A-Z0-9][a-z0-9]*)+", name) for name in names)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_asks_for_metrics_and_labels_that_exist(alert: Alert) -> None:
    labels = {family.name: set(family.labels) for family in FAMILIES}
    asked = set(re.findall(r"\becluse_\w+", alert.expr))
    names = {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}
    assert names <= set(labels), f"no such families: {names - set(labels)}"
    known = set().union(*(labels[name] for name in names), {"instance", "job", "le"})
    shown = set(re.findall(r"\$labels\.(\w+)", alert.summary))
    matched = {word for block in re.findall(r"\{([^}]*)\}", alert.expr) for word in re.findall(r"(\w+)\s*[=!]", block)}
    grouped = {
        word for group in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", alert.expr) for word in re.findall(r"\w+", group)
    }
    assert shown | matched | grouped <= known
    if aggregated := set(re.findall(r"^\w+ by \(([^)]*)\)", alert.expr)):
        assert shown <= {word for group in aggregated for word in re.findall(r"\w+", group)}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_keeps_installations_apart(alert: Alert) -> None:
    """One Prometheus may read several, each under a job of its own: no sum and no comparison mixes them."""
    assert not re.search(r"\b(sum|min|max|avg|count|topk|quantile)\s*\(", alert.expr), "over all jobs"
    assert all("job" in re.findall(r"\w+", labels) for labels in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", alert.expr))


@needs_promtool
def test_promtool_takes_the_rules() -> None:
    said = promtool("check", "rules", *sorted(RULES.glob("*.yaml")))
    assert sum(map(int, re.findall(r"(\d+) rules found", said))) >= len(ALERTS)


@needs_promtool
def test_alerts_fire_and_stay_silent_as_their_unit_tests_say() -> None:
    promtool("test", "rules", *sorted(TESTS.glob("*.yaml")))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_alert_is_tested_both_ways(subject: str) -> None:
    """Of each alert some moment is tested at which it fires, and one at which it doesn't."""
    tests = yaml.safe_load((TESTS / f"{subject}.yaml").read_text())["tests"]
    cases = [case for test in tests for case in test["promql_expr_test"]]
    for alert in SUBJECTS[subject]:
        of_it = [bool(c["exp_samples"]) for c in cases if _names(c["expr"], alert.name)]
        assert set(of_it) == {True, False}, alert.name


def _names(expr: str, alert: str) -> bool:
    found = re.search(r'alertname=(~?)"([^"]+)"', expr)
    assert found is not None and 'alertstate="firing"' in expr, expr
    return re.fullmatch(found[2] if found[1] else re.escape(found[2]), alert) is not None


@needs_promtool
def test_other_jobs_runbooks_and_windows(tmp_path: Path) -> None:
    words = ["alerts", "rules", "--out", str(tmp_path), "--job", "llm", "--runbooks", "https://wiki.example/r"]
    assert main([*words, "--faster", "3600"]) == 0
    text = "".join(path.read_text() for path in tmp_path.iterdir())
    assert 'up{job="llm"} == 0' in text and 'job="ecluse"' not in text
    assert 'runbook_url: "https://wiki.example/r/EcluseTargetDown.md"' in text
    promtool("check", "rules", *tmp_path.glob("*.yaml"))


@needs_promtool
def test_each_of_several_jobs_must_be_there(tmp_path: Path) -> None:
    assert main(["alerts", "rules", "--out", str(tmp_path / "rules"), "--job", "production", "--job", "staging"]) == 0
    series = [{"series": 'up{job="production", instance="g"}', "values": "1x9"}]
    firing = 'sum by (job) (ALERTS{alertname="EcluseTargetDown", alertstate="firing"})'
    case = {"expr": firing, "eval_time": "5m", "exp_samples": [{"labels": '{job="staging"}', "value": 1}]}
    test = {"interval": "1m", "input_series": series, "promql_expr_test": [case]}
    told = {"rule_files": ["rules/serving.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(told))
    promtool("test", "rules", tmp_path / "test.yaml")


@needs_promtool
def test_promtool_takes_the_configuration_that_ships() -> None:
    promtool("check", "config", RULES.parent / "prometheus.yaml")


def test_a_manifest_holds_the_same_rules(tmp_path: Path) -> None:
    assert main(["alerts", "rules", "--form", "kubernetes", "--out", str(tmp_path)]) == 0
    for name, text in rules().items():
        made = yaml.safe_load((tmp_path / f"{name}.yaml").read_text())
        assert (made["kind"], made["metadata"]["name"]) == ("PrometheusRule", f"ecluse-{name}")
        assert made["spec"] == yaml.safe_load(text)


@given(st.sampled_from(ALERTS), st.floats(1, 100_000))
def test_faster_shortens_every_window_and_nothing_else(alert: Alert, factor: float) -> None:
    window = re.compile(r"(?:\[|offset )(\d+\w+)")
    quick = faster(alert, factor)
    assert window.sub("", quick.expr) == window.sub("", alert.expr)
    for before, after in zip(window.findall(alert.expr), window.findall(quick.expr), strict=True):
        least = min(seconds(before), max(seconds(before) / factor, 5.0))
        assert abs(seconds(after) - least) < 0.01
    assert seconds(quick.hold) <= seconds(alert.hold)


def test_the_list_is_written_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "list"]) == 0
    said = capsys.readouterr().out
    assert "{{" not in said and "<destination> is left alone: failures of class <failure>" in said
    assert "Prometheus gets no metrics from <instance>\n" in said and "calls wait for a slot at <destination>" in said


@pytest.mark.parametrize("words", [["alerts", "list"], ["alerts", "rules"], ["slo", "check"], ["slo", "rules"]])
def test_help_of_each_part_teaches(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    assert len(capsys.readouterr().out.split("options:")[0].splitlines()) > 3


def test_a_place_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    out = tmp_path / "taken" / "in"
    for words in (["alerts", "rules"], ["slo", "rules", str(RULES.parent / "objectives.yaml")]):
        assert main([*words, "--out", str(out)]) == 1
        assert capsys.readouterr().err == f"{out} can't be written: Not a directory\n"
