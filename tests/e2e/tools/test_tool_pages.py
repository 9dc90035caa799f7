"""What the pages on agents, frameworks and JavaScript say is run as it stands."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, page, run_tool
from tests.e2e.tools.agents.agent import NOTE, OFFLINE
from tests.e2e.tools.installs import folder, program
from tests.e2e.tools.serving import House

pytestmark = pytest.mark.e2e

# Page, and the installs that run its code.
SCRIPTS = [
    ("langchain.md", "python", "python-new"),
    ("litellm.md", "python", "litellm"),
    ("vercel-ai-sdk.md", "js", "node-new"),
    ("openai-sdk.md", "js", "node-new"),
    ("openai-sdk.md", "js", "node-old"),
    ("anthropic-sdk.md", "js", "node-new"),
    ("anthropic-sdk.md", "js", "node-old"),
]
AGENTS = [
    ("gemini-cli.md", "json", "agents", "gemini"),
    ("opencode.md", "json", "agents", "opencode"),
    ("aider.md", "yaml", "aider", "aider"),
]


def exports(name: str, house: House) -> dict[str, str]:
    return dict(re.findall("export ([A-Z_]+)=(.+)", page(name, "bash", house.serving)))


@pytest.mark.parametrize(("name", "language", "install"), SCRIPTS)
def test_code_does_what_the_page_says(
    tools_house: House, tmp_path: Path, name: str, language: str, install: str
) -> None:
    file = tmp_path / ("page.mjs" if language == "js" else "page.py")
    file.write_text(page(name, language, tools_house.serving))
    if language == "js":
        modules = folder(install) or pytest.skip(f"{install} is not installed")
        (tmp_path / "node_modules").symlink_to(modules / "node_modules")
        words = ["node", str(file)]
    else:
        words = [str(program(install, "python") or pytest.skip(f"{install} is not installed")), str(file)]
    ran = run_tool(words, tmp_path, {"HOME": str(tmp_path), **OFFLINE, **exports(name, tools_house)})
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "Lyon" in ran.stdout


@pytest.mark.parametrize(("name", "form", "install", "command"), AGENTS)
def test_an_agent_works_with_the_settings_of_its_page(
    tools_house: House, tmp_path: Path, name: str, form: str, install: str, command: str
) -> None:
    executable = program(install, command) or pytest.skip(f"{command} is not installed")
    home, work = tmp_path / "home", tmp_path / "work"
    written = re.findall(r"`~/([^`]+)`", (ROOT / "docs" / "tools" / name).read_text())
    file = home / next(path for path in written if path.endswith((".json", ".yml")))
    file.parent.mkdir(parents=True)
    file.write_text(page(name, form, tools_house.serving))
    work.mkdir()
    (work / "note.txt").write_text(NOTE)
    path = os.pathsep.join((str(executable.parent), os.environ["PATH"]))
    more = {"HOME": str(home), "PATH": path, **OFFLINE, **exports(name, tools_house)}
    ran = run_tool(["bash", "-c", page(name, "bash", tools_house.serving, last=True)], work, more)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "simulated model" in ran.stdout or "tool result" in ran.stdout or "[[sim:echo]]" in ran.stdout
