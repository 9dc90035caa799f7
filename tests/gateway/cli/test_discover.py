"""`ecluse models discover` against simulated vendors that run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gateway.bundle.pair import load_pair
from gateway.cli.main import main
from gateway.discovering import compared, lines_to_add, safe
from gateway.documents import load_texts
from tests.conftest import CONFIG, House, configured


def elsewhere(house: House, folder: Path) -> Path:
    """A configuration for whose vendors the simulators of another one stand."""
    text = CONFIG
    for name in ("alpha", "beta", "internal"):
        url = house.simulator(name)
        text = text.replace(f"  {name}: {{kind: simulator}}", f'  {name}: {{kind: simulator, base_url: "{url}"}}')
    return configured(folder, text)


async def test_what_is_new_and_what_is_gone(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = elsewhere(house, tmp_path / "other")
    status = await asyncio.to_thread(main, ["models", "discover", "--vendor", "internal", "--config", str(path)])
    told = capsys.readouterr().out
    assert status == 1 and "internal: offers" in told
    assert "no longer offered: maison-7b, which destination internal/maison asks for" in told
    lines = told[told.index("destinations:") :]
    assert load_texts({"more.yaml": lines.encode()}).items[0].value["models"]
    status = await asyncio.to_thread(main, ["models", "discover", "--json", "--config", str(path)])
    found = json.loads(capsys.readouterr().out)["vendors"]
    assert status == 1 and [one["vendor"] for one in found] == ["alpha", "beta", "internal"]
    assert not [one for one in found if one["error"]]


async def test_a_vendor_that_cannot_be_asked(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = elsewhere(house, tmp_path / "other")
    path.write_text(path.read_text().replace("/internal", "/nobody"))
    status = await asyncio.to_thread(main, ["models", "discover", "--vendor", "internal", "--config", str(path)])
    assert status == 3 and "it couldn't be asked (" in capsys.readouterr().out
    path.write_text(path.read_text().replace("//127.0.0.1", "//models.example"))
    status = await asyncio.to_thread(main, ["models", "discover", "--vendor", "internal", "--config", str(path)])
    assert status == 3 and "nothing was sent" in capsys.readouterr().out
    status = await asyncio.to_thread(main, ["models", "discover", "--vendor", "interna", "--config", str(path)])
    assert status == 2 and "did you mean internal?" in capsys.readouterr().err


def test_names_that_patterns_serve_are_not_new(tmp_path: Path) -> None:
    anything = '  alpha/any: {vendor: alpha, model: "{model}", contract: alpha-us}\n'
    text = CONFIG.replace("models:\n", anything + 'models:\n  "claude-*": {destinations: [alpha/any]}\n')
    pair = load_pair(configured(tmp_path / "house", text))
    contract = pair.bundle.contracts["alpha-us"]
    found = compared(pair, "alpha", contract, ["gpt-4o-mini", "claude-opus-5", "claude-brand-new", "x\x1b[2J", "gpt-9"])
    assert found.unpriced == ("claude-brand-new",) and [n.model for n in found.new] == ["x\x1b[2J", "gpt-9"]
    assert found.gone == (("alpha/claude", "claude-sonnet-5"),)
    assert "\x1b" not in "".join(lines_to_add([found])) and "gpt-9" in "".join(lines_to_add([found]))
    assert safe("x\x1b[2J") == r"'x\x1b[2J'"
