"""The agents complete a task with their own tools, in their own dialect and before a vendor of another one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.e2e.tools.agents import aider, claude_code, codex, gemini_cli, opencode
from tests.e2e.tools.agents.agent import RENAMED, Agent, Place
from tests.e2e.tools.serving import DIALECTS, House
from tests.e2e.tools.table import NAME, Record, Row

pytestmark = pytest.mark.e2e

AGENTS = [part.AGENT for part in (aider, claude_code, codex, gemini_cli, opencode)]
PAIRS = [(agent, vendor) for agent in AGENTS for vendor in agent.vendors]


@pytest.mark.parametrize(("agent", "vendor"), PAIRS, ids=[f"{agent.name}-{vendor}" for agent, vendor in PAIRS])
def test_an_agent(agent: Agent, vendor: str, tools_house: House, tmp_path: Path, record_property: Record) -> None:
    if agent.executable is None:
        pytest.skip(f"{agent.install} is not installed: make tools does it")
    place = Place(tools_house, tmp_path / "home", tmp_path / "work", agent.models.get(vendor, DIALECTS[vendor].model))
    for folder in (place.home, place.work):
        folder.mkdir()
    tools_house.forget()
    version, began, reason, lost = agent.version(place), time.monotonic(), "", ""
    try:
        lost = _does(agent, vendor, place)
    except AssertionError as error:
        reason = str(error)
        raise
    finally:
        seconds = time.monotonic() - began
        record_property(NAME, tuple(Row(agent.name, version, agent.own, vendor, agent.did, seconds, lost, reason)))


def _does(agent: Agent, vendor: str, place: Place) -> str:
    """What was lost; asserts that the task was done: on the disk, at the vendor, in the ledger, to the person."""
    ran = agent.run(place)
    told = ran.stdout[-1500:] + ran.stderr[-1500:]
    files = {path.name: path.read_text() for path in place.work.iterdir() if path.suffix == ".txt"}
    assert ran.returncode == 0, told
    assert (files.get("note.txt"), files.get("new.txt")) == (RENAMED, "Bonjour\n"), f"{files}: {told}"
    calls = place.house.asked(agent.own, vendor)
    assert calls.bodies, "the vendor was never asked"
    if "words.txt" in files:
        assert files["words.txt"].split() == ["5"]
        assert "The task is done" in ran.stdout, told
        assert "The lock-keeper is called Odile." in calls.bodies[-1], "the command's result went to the model"
    return ", ".join(sorted(calls.lost))
