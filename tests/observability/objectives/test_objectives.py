"""Objectives: what is made of a file, what is refused, and how the rules behave in a real promtool."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.main import main
from gateway.config.table import rows
from gateway.documents import DocumentsRefused
from gateway.objectives import ObjectivesFile, load_objectives
from observability.families import FAMILIES
from observability.objectives import BURNS, Objective, answered, rules, within
from observability.objectives.objective import PACES
from tests.observability.alerts.test_alerts import RULES, TESTS, needs_promtool, promtool

SHIPPED = RULES.parent / "objectives.yaml"
ONE = """\
objectives:
  - name: legal-answered
    title: Legal is answered
    percent: 99
    what: answered
    where: {team: legal}
    labels: {owner: platform}
"""


def written(folder: Path, text: str) -> Path:
    (folder / "objectives.yaml").write_text(text)
    return folder / "objectives.yaml"


def objective(percent: float = 99.5, days: int = 30, least: int = 50) -> Objective:
    bad, total = answered({})
    return Objective(
        service="s", name="n", title="N", percent=percent, days=days, bad=bad, total=total, least=least
    )  # fmt: skip


def test_the_rules_that_ship_are_made_from_the_file_that_ships() -> None:
    made = rules(load_objectives(SHIPPED))
    assert (RULES / "objectives.yaml").read_text() == made, (
        "run: ecluse slo rules deploy/prometheus/objectives.yaml --out deploy/prometheus/rules/objectives.yaml"
    )


def test_labels_are_what_was_written(tmp_path: Path) -> None:
    owner = "équipe \N{ROCKET}"
    made = yaml.safe_load(rules(load_objectives(written(tmp_path, ONE.replace("platform", owner)))))
    assert {rule["labels"]["owner"] for group in made["groups"] for rule in group["rules"]} == {owner}


@needs_promtool
def test_promtool_takes_them_also_faster_and_of_an_objective_of_ones_own(tmp_path: Path) -> None:
    out = tmp_path / "rules.yaml"
    words = ["slo", "rules", str(written(tmp_path, ONE)), "--out", str(out), "--faster", "3600"]
    assert main(words) == 0
    assert 'owner: "platform"' in out.read_text() and 'team="legal"' in out.read_text()
    promtool("check", "rules", RULES / "objectives.yaml", out)


@pytest.mark.parametrize(
    ("where", "bad"),
    [
        ("{job: production}", 'sum by (job) (rate(ecluse_failures_total{job="production", code!~'),
        ("{job: production, team: legal}", 'ecluse_requests_total{job="production", team="legal", outcome="failed"}'),
    ],
)
def test_an_objective_of_one_installation(tmp_path: Path, where: str, bad: str) -> None:
    (one,) = load_objectives(written(tmp_path, ONE.replace("{team: legal}", where)))
    assert bad in one.bad and 'job="production"' in one.total


def test_unit_tests_say_when_it_fires_and_when_it_does_not() -> None:
    tests = yaml.safe_load((TESTS / "objectives.yaml").read_text())["tests"]
    cases = [c for test in tests for c in test["promql_expr_test"] if f'alertname="{BURNS}"' in c["expr"]]
    assert {bool(case["exp_samples"]) for case in cases} == {True, False}


def test_what_an_objective_allows_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slo", "check", str(SHIPPED)]) == 0
    said = capsys.readouterr().out
    assert "ecluse-calls-answered: 99.5 % of 30 days; 0.5 % may fail, as much as 3.6 hours in which all do" in said


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("team: legal", "tem: legal", "ecluse_requests_total has no label tem (did you mean team?)"),
        ("what: answered", "what: answred", "must be one of"),
        ("what: answered", "what: overhead", "within is required where what is overhead"),
        ("what: answered\n    where: {team: legal}", "what: overhead\n    within: 70ms", "0.07 s is no bucket"),
        (
            "what: answered",
            "what: queries\n    bad: sum(x)\n    total: 'sum(rate(y[{window}]))'",
            "bad has no [{window}]",
        ),
        (
            "what: answered",
            "what: queries\n    bad: 'sum(rate(x{a=\")\"}[{window}])'\n    total: 'sum(rate(y[{window}]))'",
            "bad has a ( that nothing closes",
        ),
        (
            "what: answered",
            "what: queries\n    bad: 'rate(x[{window}])'\n    total: 'sum(rate(y[{window}])))'",
            "total has a ) that closes nothing",
        ),
        ("what: answered", "what: answered\n    within: 1s", "within says nothing where what is answered"),
        ("percent: 99", "percent: 100", "must be a number from 50"),
        ("name: legal-answered", "name: Legal Answered", "must be lower-case letters"),
        ("{owner: platform}", "{severity: platform}", "can't have the label severity"),
        ("objectives:", "objective:", "there is no setting objective here (did you mean objectives?)"),
    ],
)
def test_what_is_wrong_is_named_at_its_place(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in ONE
    with pytest.raises(DocumentsRefused) as refused:
        load_objectives(written(tmp_path, ONE.replace(was, becomes)))
    assert said in str(refused.value)
    assert re.search(r"objectives\.yaml:\d+:\d+: ", str(refused.value))


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentsRefused, match="more than one ecluse-legal-answered"):
        load_objectives(written(tmp_path, ONE + ONE.removeprefix("objectives:\n")))


@given(st.floats(50, 99.9999), st.integers(7, 90))
def test_a_pace_uses_its_share_of_the_budget_in_its_window(percent: float, days: int) -> None:
    """Failing at the limit for the longer window takes `spent` percent of what the whole period allows."""
    one = objective(percent=percent, days=days)
    found = re.findall(r"ratio_rate(\w+)\{[^}]*\}\) > ([\d.e-]+) \* ([\d.e-]+)", rules([one]))
    assert len(found) == 2 * len(PACES)
    hours = {"1h": 1, "6h": 6, "1d": 24, "3d": 72}
    for pace, (window, limit, budget) in zip(PACES, found[1::2], strict=True):
        assert window == pace.long
        spent = float(limit) * float(budget) * hours[window] / (days * 24 * one.budget)
        assert spent == pytest.approx(pace.spent / 100, rel=1e-3)


@given(st.sampled_from(next(f for f in FAMILIES if f.name == "ecluse_first_token_seconds").buckets))
def test_each_bucket_bounds_an_objective(bound: float) -> None:
    bad, _ = within("first_token", bound, {})
    pattern = re.search(r'le=~"([^"]+)"', bad)
    assert pattern is not None
    for spelt in (str(bound), f"{bound:g}"):
        assert re.fullmatch(pattern[1].replace("\\\\", "\\"), spelt)
    assert not re.fullmatch(pattern[1].replace("\\\\", "\\"), str(bound * 10))


def test_every_setting_is_on_its_page() -> None:
    page = (RULES.parents[2] / "docs/reference/objectives.md").read_text()
    for row in rows(ObjectivesFile):
        name = row.path.removeprefix("objectives[].")
        assert f"| `{name}` |" in page, name
        assert row.help in page, name
