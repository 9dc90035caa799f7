"""`ecluse prices`: shown, checked, and a new table from litellm's model data, which is read and never run."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import orjson
import pytest

from gateway.pricing import export

ROW = {"mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6}
DATA = {
    "gpt-4o": {**ROW, "litellm_provider": "openai"},
    "azure/gpt-4o": {**ROW, "litellm_provider": "azure"},
    "claude-sonnet-5": {**ROW, "litellm_provider": "anthropic"},
}


@pytest.fixture
def litellm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution of that name whose code would fail the test."""
    site = tmp_path / "site"
    (site / "litellm").mkdir(parents=True)
    (site / "litellm" / "__init__.py").write_text("raise AssertionError('litellm was imported')")
    (site / "litellm" / "model_prices_and_context_window_backup.json").write_bytes(orjson.dumps(DATA))
    info = site / "litellm-9.8.7.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: litellm\nVersion: 9.8.7\n")
    monkeypatch.syspath_prepend(str(site))
    return site


def test_show_tells_every_destination_and_where_its_price_is_from(ecluse):
    code, out, _ = ecluse("prices", "show")
    assert code == 0 and out.startswith("in USD per million tokens")
    assert "alpha/gpt-4o-mini: input 0.15, output 0.6, cached 0.075  (" in out
    assert "internal/maison: input 0, output 0  (contract internal)" in out


def test_show_looks_models_up(ecluse):
    code, out, _ = ecluse("prices", "show", "gpt-4o")
    assert code == 0
    assert "openai gpt-4o: input 2.5, output 10, cached 1.25" in out and "openai gpt-4o [priority]:" in out
    assert ecluse("prices", "show", "gpt-0")[0] == 1


def test_check_names_what_has_no_price(ecluse, home: Path):
    assert ecluse("prices", "check")[0] == 0
    contracts = home / "bundle" / "contracts.yaml"
    contracts.write_text(contracts.read_text().replace('prices:\n  - {model: "*"', 'prices:\n  - {model: "other"'))
    code, out, _ = ecluse("prices", "check")
    assert code == 1 and out.startswith("destination internal/maison: no price is known of maison")
    assert "destination internal/maison: no price is known" in ecluse("check")[1]


def test_update_writes_a_table_says_what_changes_and_runs_nothing(ecluse, home: Path, litellm: Path):
    code, out, err = ecluse("prices", "update")
    assert (code, err) == (0, "")
    assert "changed: openai gpt-4o: input 2.5, output 10, cached 1.25 -> input 1, output 4" in out
    assert "gone: openai gpt-4o-mini" in out and "litellm 9.8.7" in out
    config = home / "config.yaml"
    config.write_text(config.read_text().replace("  table: null ", "  table: prices.json "))
    assert "alpha/gpt-4o: input 1, output 4" in ecluse("prices", "show")[1]
    assert "alpha/gpt-4o-mini: no price is known" in ecluse("prices", "check")[1]


def test_update_without_litellm_says_how_to_have_it(ecluse, monkeypatch: pytest.MonkeyPatch):
    def absent(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(export, "distribution", absent)  # where the tests run it is installed
    code, _, err = ecluse("prices", "update")
    assert code == 1 and "litellm is not installed here" in err and "--help" in err


def test_update_with_data_of_another_form_leaves_the_old_table(ecluse, home: Path, litellm: Path):
    (litellm / "litellm" / "model_prices_and_context_window_backup.json").write_text("[]")
    code, _, err = ecluse("prices", "update", "--to", str(home / "t.json"))
    assert code == 1 and "no price table was made" in err and not (home / "t.json").exists()
