"""Claude Code with the settings of docs/tools: secrets in a session that goes on."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import (
    CLIENTS,
    ECLUSE,
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

KNOWN, THINKING = "claude-sonnet-5", "claude-opus-4-8"


class Claude:
    """Claude Code in a home of its own, offline but for the gateway."""

    def __init__(self, folder: Path, serving: Serving, model: str = KNOWN) -> None:
        self._command, self._model, self._session = tool("claude"), model, ""
        self.folder, home = folder / "work", folder / "home"
        self.folder.mkdir()
        (home / ".claude").mkdir(parents=True)
        (home / ".claude" / "settings.json").write_text(page("claude-code.md", "json", serving))
        self._environment = {"HOME": str(home)}

    def turn(self, text: str, *, first: bool = False) -> str:
        """One turn that ends well."""
        result = self._run(text, first)
        assert not result["is_error"], result["result"]
        return str(result["result"])

    def refused(self, text: str) -> str:
        """One turn that is refused."""
        result = self._run(text, False)
        assert (result["is_error"], result["api_error_status"]) == (True, 400)
        return str(result["result"])

    def _run(self, text: str, first: bool) -> Any:
        options = ["--model", self._model, "--output-format", "json", "--allowedTools", "Bash", "Read", "Write", "Edit"]
        resume = [] if first else ["--resume", self._session]
        ran = run_tool([self._command, "-p", text, *options, *resume], self.folder, self._environment)
        assert ran.stdout.startswith("{"), ran.stdout[-2000:] + ran.stderr[-2000:]
        result = json.loads(ran.stdout)
        self._session = result["session_id"]
        return result


@pytest.mark.parametrize("model", [KNOWN, THINKING])
def test_a_secret_in_a_tool_result_never_leaves(tmp_path: Path, serving: Serving, vendors: Vendors, model: str) -> None:
    claude, secret = Claude(tmp_path, serving, model), Secret.made()
    (claude.folder / "deploy.env").write_text(secret.text)
    ask = '[[sim:tool=Bash {"command": "cat deploy.env", "description": "Read the file"}]]'
    thinking = "[[sim:reasoning]]" if model == THINKING else ""
    read_and_go_on(claude, f"{ask} {thinking}", secret, vendors, serving)


def test_a_secret_with_line_numbers_never_leaves(tmp_path: Path, serving: Serving, vendors: Vendors) -> None:
    claude, secret = Claude(tmp_path, serving), Secret.made()
    (path := claude.folder / "deploy.env").write_text(secret.text)
    ask = "[[sim:tool=Read " + json.dumps({"file_path": str(path)}) + "]]"
    read_and_go_on(claude, ask, secret, vendors, serving)


def test_a_refused_turn_doesnt_end_the_session(tmp_path: Path, serving: Serving, vendors: Vendors) -> None:
    type_and_go_on(Claude(tmp_path, serving), Secret.made(), vendors, serving)


def test_what_arrived_masked_can_be_reported(tmp_path: Path, serving: Serving) -> None:
    """Claude Code shows no headers; the page says where the call's id stands."""
    claude = Claude(tmp_path, serving)
    answer = claude.turn("[[sim:echo]] Mon IBAN est FR76 3000 6000 0112 3456 7890 189.", first=True)
    assert "[redacted: fin.iban]" in answer
    look = next(line for line in page("claude-code.md", "bash", serving, last=True).splitlines() if "requestId" in line)
    found = run_tool(["bash", "-c", look], claude.folder, {"HOME": str(tmp_path / "home")}).stdout
    call = found.strip().rpartition('"')[2]
    environment = {**os.environ, "ECLUSE_URL": serving.url, "ECLUSE_KEY": serving.key}
    said = subprocess.run([ECLUSE, "report", call], env=environment, capture_output=True, text=True, timeout=60)
    assert "rule treatment.C3.elsewhere" in said.stdout, found + said.stderr


def wish(name: str, **arguments: str) -> str:
    return f"[[sim:tool={name} {json.dumps(arguments, ensure_ascii=False)}]]"


@pytest.mark.parametrize("model", [KNOWN, THINKING])
def test_it_edits_what_the_vendor_never_saw(tmp_path: Path, naming: Serving, vendors: Vendors, model: str) -> None:
    claude = Claude(tmp_path, naming, model)
    file, copy = claude.folder / "clients.csv", claude.folder / "copy.csv"
    file.write_text(CLIENTS)
    before = len(vendors.received())
    copying = wish("Bash", command="cat clients.csv", description="Read") + wish(
        "Write", file_path=str(copy), content="{{result}}"
    )
    thinking = "[[sim:reasoning]]" if model == THINKING else ""
    claude.turn(f"{copying} {thinking} Copy the file.", first=True)
    assert copy.read_text().strip() == CLIENTS.strip(), "what the model wrote from what it read"
    old, new = "Mme Odile Marchand;12 rue des Écluses, 69002 Lyon", "Mme Odile Marchand;7 quai Rambaud, 69002 Lyon"
    editing = wish("Read", file_path=str(file)) + wish("Edit", file_path=str(file), old_string=old, new_string=new)
    answer = claude.turn(f"{editing} {thinking} [[sim:echo]] Mme Odile Marchand has moved.")
    assert file.read_text() == CLIENTS.replace(old, new)
    assert "Odile Marchand" in answer and "k.benali@exemple.org" in answer, "the person reads names, not tokens"
    nothing_left(vendors, before, naming)
