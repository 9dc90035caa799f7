"""Claude Code through the gateway: a task with a tool, and a secret that a tool reads in a session that goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Secret, Serving, Vendors, read_and_go_on, run_tool, tool

pytestmark = pytest.mark.e2e


class Claude:
    """Claude Code in a home of its own, offline but for the gateway."""

    def __init__(self, folder: Path, serving: Serving, model: str) -> None:
        self.command, self.model = tool("claude"), model
        self.work, home = folder / "work", folder / "home"
        self.work.mkdir()
        home.mkdir()
        self.session = ""
        self.environment = {
            "HOME": str(home),
            "CLAUDE_CONFIG_DIR": str(home / ".claude"),
            "ANTHROPIC_BASE_URL": serving.url,
            "ANTHROPIC_AUTH_TOKEN": serving.key,
            "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-4-5",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
        }

    def turn(self, text: str, *, first: bool) -> str:
        """One turn; the session goes on unless `first`."""
        options = ["--model", self.model, "--output-format", "json", "--allowedTools", "Bash", "Read"]
        resume = [] if first else ["--resume", self.session]
        ran = run_tool([self.command, "-p", text, *options, *resume], self.work, self.environment)
        assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
        result = json.loads(ran.stdout)
        assert not result["is_error"], result["result"]
        self.session = result["session_id"]
        return str(result["result"])


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-opus-4-8"])
def test_a_task_with_a_tool(tmp_path: Path, serving: Serving, vendors: Vendors, model: str) -> None:
    claude = Claude(tmp_path, serving, model)
    (claude.work / "note.txt").write_text("The lock-keeper is called Odile.\n")
    write = {"command": "wc -w < note.txt > words.txt && cat note.txt", "description": "Count the words"}
    answer = claude.turn(f"[[sim:tool=Bash {json.dumps(write)}]] [[sim:echo]] Who keeps the lock?", first=True)
    assert "Odile" in answer
    assert (claude.work / "words.txt").read_text().strip() == "5"


@pytest.mark.parametrize("thinking", [False, True], ids=["plain", "thinking"])
def test_a_secret_in_a_tool_result_never_leaves(
    tmp_path: Path, serving: Serving, vendors: Vendors, thinking: bool
) -> None:
    claude, secret = Claude(tmp_path, serving, "claude-opus-4-8" if thinking else "claude-sonnet-4-5"), Secret.made()
    (claude.work / "deploy.env").write_text(secret.text)
    ask = '[[sim:tool=Bash {"command": "cat deploy.env", "description": "Read the file"}]]'
    read_and_go_on(claude.turn, ask + " [[sim:reasoning]]" * thinking, secret, vendors, serving)


@pytest.mark.xfail(reason="a private key with line numbers between its lines isn't found yet", strict=True)
def test_a_secret_with_line_numbers_never_leaves(tmp_path: Path, serving: Serving, vendors: Vendors) -> None:
    claude, secret = Claude(tmp_path, serving, "claude-sonnet-4-5"), Secret.made()
    path = claude.work / "deploy.env"
    path.write_text(secret.text)
    ask = "[[sim:tool=Read " + json.dumps({"file_path": str(path)}) + "]]"
    read_and_go_on(claude.turn, ask, secret, vendors, serving)
