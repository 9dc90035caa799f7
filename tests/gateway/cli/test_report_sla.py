"""`ecluse report sla` on a replayed month."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.gateway.promises.history import replay


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Path:
    return replay(tmp_path_factory.mktemp("replayed") / "ledger")


def test_each_form(ecluse, ledger, tmp_path):
    options = ("report", "sla", "--ledger", str(ledger), "--month", "2026-10")
    code, out, err = ecluse(*options, "--language", "fr")
    assert (code, err) == (0, "") and "| alpha-us | disponibilité | 99,9 % | 97,3839 % |" in out
    code, out, _ = ecluse(*options, "--json", "--contract", "alpha-us")
    (alpha,) = json.loads(out)["contracts"]
    assert (code, alpha["promises"][0]["measured_percent"], alpha["vendor"]) == (0, 97.3839, "alpha")
    assert len(ecluse(*options, "--csv")[1].splitlines()) == 5
    assert len(ecluse(*options, "--evidence", "--contract", "alpha-us")[1].splitlines()) == 41
    code, out, _ = ecluse(*options, "--out", str(tmp_path / "out"))
    assert code == 0 and str(tmp_path / "out" / "report.md") in out.splitlines()


def test_what_cannot_be_reported_is_said(ecluse, ledger, tmp_path):
    assert "is no month" in ecluse("report", "sla", "--ledger", str(ledger), "--month", "2026-13")[2]
    code, _, err = ecluse("report", "sla", "--ledger", str(ledger), "--contract", "alpha-uk")
    assert code == 1 and "there is no contract alpha-uk (did you mean alpha-us?)" in err
    assert "there is no ledger" in ecluse("report", "sla", "--ledger", str(tmp_path / "none"))[2]
    (tmp_path / "taken").write_text("")
    code, _, err = ecluse("report", "sla", "--ledger", str(ledger), "--out", str(tmp_path / "taken" / "in"))
    assert code == 1 and "taken/in can't be written: Not a directory" in err


def test_a_month_without_calls(ecluse, ledger):
    code, out, _ = ecluse("report", "sla", "--ledger", str(ledger), "--month", "2025-01")
    assert code == 0 and "Nothing was sent under it." in out
