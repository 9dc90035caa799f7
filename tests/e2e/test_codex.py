"""Codex with the settings of docs/tools: secrets in a session that goes on."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from functools import partial
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Any

import pytest

from tests.e2e.conftest import (
    CLIENTS,
    ECLUSE,
    ROOT,
    Secret,
    Serving,
    Vendors,
    nothing_left,
    page,
    read_and_go_on,
    run_tool,
    tool,
    type_and_go_on,
)

pytestmark = pytest.mark.e2e

plain = partial(json.dumps, ensure_ascii=False)

IBAN = "Mon IBAN est FR76 3000 6000 0112 3456 7890 189."

# To models that it knows Codex speaks in another way: the tools are in the input, and one of them runs a script.
WAYS = {
    "gpt-5.1-codex": lambda command: "exec_command " + plain({"cmd": command}),
    "gpt-6.1-sol": lambda command: (
        "functions.exec " + plain({"input": f"text((await tools.exec_command({{cmd: {plain(command)}}})).output)"})
    ),
}


class Codex:
    """Codex in a home of its own, offline but for the gateway, without the sandbox that containers don't permit."""

    def __init__(self, folder: Path, serving: Serving, model: str) -> None:
        self._command, self._thread = tool("codex"), ""
        self._options = ["--skip-git-repo-check", "--json", "--model", model, "-c", "sandbox_mode=danger-full-access"]
        self.folder, home = folder / "work", folder / "home"
        self.folder.mkdir()
        (home / ".codex").mkdir(parents=True)
        (home / ".codex" / "config.toml").write_text(page("codex.md", "toml", serving))
        self._environment = {"HOME": str(home), "ECLUSE_KEY": serving.key}

    def turn(self, text: str, *, first: bool = False) -> str:
        """One turn that ends well."""
        events = self._run(text, first)
        assert events[-1]["type"] == "turn.completed", events[-1]
        items = [event["item"] for event in events if event["type"] == "item.completed"]
        return str([item["text"] for item in items if item["type"] == "agent_message"][-1])

    def refused(self, text: str) -> str:
        """One turn that is refused."""
        events = self._run(text, False)
        assert events[-1]["type"] == "turn.failed", events[-1]
        return str(events[-1]["error"]["message"])

    def logged(self, text: str) -> str:
        """What one turn writes into its log, as the page has it."""
        (setting,) = re.findall(r"RUST_LOG=(\S+)", (ROOT / "docs" / "tools" / "codex.md").read_text("utf-8"))
        return self._ran(text, False, RUST_LOG=setting).stderr

    def _ran(self, text: str, first: bool, **more: str) -> subprocess.CompletedProcess[str]:
        resume = [] if first else ["resume", self._thread]
        return run_tool([self._command, "exec", *self._options, *resume, text], self.folder, self._environment | more)

    def _run(self, text: str, first: bool) -> list[Any]:
        ran = self._ran(text, first)
        events = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
        assert events, ran.stdout[-2000:] + ran.stderr[-2000:]
        self._thread = next(event["thread_id"] for event in events if event["type"] == "thread.started")
        return events


@pytest.mark.parametrize("model", WAYS)
def test_a_secret_in_a_tool_result_never_leaves(tmp_path: Path, serving: Serving, vendors: Vendors, model: str) -> None:
    codex, secret = Codex(tmp_path, serving, model), Secret.made()
    (codex.folder / "deploy.env").write_text(secret.text)
    ask = f"[[sim:tool={WAYS[model]('cat deploy.env')}]] [[sim:reasoning]]"
    read_and_go_on(codex, ask, secret, vendors, serving)


@pytest.mark.parametrize("model", WAYS)
def test_a_refused_turn_doesnt_end_the_session(tmp_path: Path, serving: Serving, vendors: Vendors, model: str) -> None:
    type_and_go_on(Codex(tmp_path, serving, model), Secret.made(), vendors, serving)


def test_a_false_positive_becomes_a_tested_fix(tmp_path: Path, serving: Serving) -> None:
    """The policy officer's page, with Codex itself: what it shows of the refusal leads to a fix in the same session."""
    codex, token = Codex(tmp_path, serving, "gpt-5.1-codex"), jwt()
    asked = f"Que dit le jeton du manuel : {token} ?"
    codex.turn("Bonjour", first=True)
    call = re.findall(r"ecluse report ([0-9a-f-]{36})", codex.refused(asked))[0]
    ecluse(serving, "report", call, "--reason", "le jeton du manuel")
    report = re.findall(r"r_[0-9a-f]+", ecluse(serving, "policy", "inbox", "--json"))[0]
    ecluse(serving, "policy", "inbox", "adjust", report, "--ignore", token, "--text", asked, "--write")
    ecluse(serving, "policy", "inbox", "case", report, "--text", asked, "--write")
    ecluse(serving, "policy", "check")
    ecluse(serving, "reload")
    assert token in codex.turn(f"[[sim:echo]] {asked}")
    assert "secrets-stay-home" in codex.refused(f"Et celui-ci : {jwt()} ?"), "another token is refused as before"


def test_what_arrived_masked_can_be_reported(tmp_path: Path, serving: Serving) -> None:
    """Codex shows no headers, but for its log."""
    codex = Codex(tmp_path, serving, "gpt-5.1-codex")
    assert "[redacted: fin.iban]" in codex.turn(f"[[sim:echo]] {IBAN}", first=True)
    call = re.findall(r'x-ecluse-call-id": "([0-9a-f-]{36})', codex.logged("Go on."))[-1]
    assert "rule treatment.C3.elsewhere" in ecluse(serving, "report", call, "--reason", "le compte du manuel")


def jwt() -> str:
    """A token such as manuals show, new each time."""
    parts = (b'{"alg":"HS256","typ":"JWT"}', plain({"sub": token_hex(8), "admin": False}).encode(), token_bytes(32))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def ecluse(serving: Serving, *words: str) -> str:
    """What a command beside the gateway prints; it must end well."""
    where = [] if words[0] == "report" else ["--config", str(serving.folder / "config.yaml")]
    environment = {**os.environ, "ECLUSE_URL": serving.url, "ECLUSE_KEY": serving.key}
    ran = subprocess.run([ECLUSE, *words, *where], env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize("model", WAYS)
def test_it_edits_what_the_vendor_never_saw(tmp_path: Path, naming: Serving, vendors: Vendors, model: str) -> None:
    codex = Codex(tmp_path, naming, model)
    file, copy = codex.folder / "clients.csv", codex.folder / "copy.csv"
    file.write_text(CLIENTS)
    before = len(vendors.received())
    old, new = "Mme Odile Marchand;12 rue des Écluses, 69002 Lyon", "Mme Odile Marchand;7 quai Rambaud, 69002 Lyon"
    read = f"[[sim:tool={WAYS[model]('cat clients.csv')}]]"
    if model == "gpt-5.1-codex":
        written = "grep ';.*;' > copy.csv <<'END'\n{{result}}\nEND"
        codex.turn(f"{read} [[sim:tool={WAYS[model](written)}]] Copy the file.", first=True)
        assert copy.read_text().strip() == CLIENTS.strip(), "what the model wrote from what it read"
    edit = f"sed -i 's/^{old}/{new}/' clients.csv && cat clients.csv"
    answer = codex.turn(
        f"{read} [[sim:tool={WAYS[model](edit)}]] [[sim:reasoning]] [[sim:echo]] Mme Odile Marchand has moved.",
        first=not copy.exists(),
    )
    assert file.read_text() == CLIENTS.replace(old, new)
    assert "Odile Marchand" in answer and "k.benali@exemple.org" in answer, "the person reads names, not tokens"
    nothing_left(vendors, before, naming)
