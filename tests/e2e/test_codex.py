"""Codex through the gateway: a task with a tool, and a secret that a tool reads in a session that goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Secret, Serving, Vendors, read_and_go_on, run_tool, tool

pytestmark = pytest.mark.e2e

CONFIG = """\
model = "{model}"
model_provider = "ecluse"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
web_search = "disabled"

[model_providers.ecluse]
name = "Ecluse"
base_url = "{url}/v1"
env_key = "ECLUSE_KEY"
wire_api = "responses"

[analytics]
enabled = false

[otel]
exporter = "none"
"""

# Codex speaks to models that it knows in a way of their own: tools in the input, one of which runs a script.
WAYS = {
    "gpt-5.1-codex": lambda command: "exec_command " + json.dumps({"cmd": command}),
    "gpt-6.1-sol": lambda command: (
        "functions.exec "
        + json.dumps({"input": f"text((await tools.exec_command({{cmd: {json.dumps(command)}}})).output)"})
    ),
}


class Codex:
    """Codex in a home of its own, offline but for the gateway."""

    def __init__(self, folder: Path, serving: Serving, model: str) -> None:
        self.command, self.thread = tool("codex"), ""
        self.work, home = folder / "work", folder / "home"
        self.work.mkdir()
        home.mkdir()
        (home / "config.toml").write_text(CONFIG.format(model=model, url=serving.url))
        self.environment = {"HOME": str(home), "CODEX_HOME": str(home), "ECLUSE_KEY": serving.key}

    def turn(self, text: str, *, first: bool) -> str:
        """One turn; the session goes on unless `first`."""
        resume = [] if first else ["resume", self.thread]
        command = [self.command, "exec", "--skip-git-repo-check", "--json", *resume, text]
        ran = run_tool(command, self.work, self.environment)
        assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
        events = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
        assert events[-1]["type"] == "turn.completed", events[-1]
        self.thread = next(event["thread_id"] for event in events if event["type"] == "thread.started")
        items = [event["item"] for event in events if event["type"] == "item.completed"]
        return str([item["text"] for item in items if item["type"] == "agent_message"][-1])


@pytest.mark.parametrize("model", WAYS)
def test_a_task_with_a_tool(tmp_path: Path, serving: Serving, vendors: Vendors, model: str) -> None:
    codex = Codex(tmp_path, serving, model)
    (codex.work / "note.txt").write_text("The lock-keeper is called Odile.\n")
    wish = WAYS[model]("wc -w < note.txt > words.txt && cat note.txt")
    assert "Odile" in codex.turn(f"[[sim:tool={wish}]] [[sim:echo]] Who keeps the lock?", first=True)
    assert (codex.work / "words.txt").read_text().strip() == "5"


@pytest.mark.parametrize("model", WAYS)
def test_a_secret_in_a_tool_result_never_leaves(tmp_path: Path, serving: Serving, vendors: Vendors, model: str) -> None:
    codex, secret = Codex(tmp_path, serving, model), Secret.made()
    (codex.work / "deploy.env").write_text(secret.text)
    ask = f"[[sim:tool={WAYS[model]('cat deploy.env')}]] [[sim:reasoning]]"
    read_and_go_on(codex.turn, ask, secret, vendors, serving)
