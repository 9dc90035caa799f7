"""Settings of tools: what they say, what they are never put over, and models that exist."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import stat
import tomllib
from pathlib import Path

import pytest

from gateway.cli.main import main
from gateway.documents import load_texts
from gateway.tooling.choosing import Models, choose
from gateway.tooling.tools import TOOLS, Wanted
from tests.conftest import House

URL = "https://gateway.example"
WANTED = Wanted(URL, Models("gpt-5.1-codex", "gpt-5-mini"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("key_file", ["", "/home/m. dupond/.key"])
@pytest.mark.parametrize("tool", TOOLS)
def test_settings_are_what_the_tool_can_read_and_hold_no_key(tool: str, key_file: str) -> None:
    said = ""
    for piece in TOOLS[tool].pieces(WANTED._replace(key_file=key_file)):
        text = piece.value if isinstance(piece.value, str) else json.dumps(piece.value)
        said += text
        if piece.path.endswith(".toml"):
            assert tomllib.loads(text)["model_providers"]["ecluse"]["base_url"] == f"{URL}/v1"
        elif piece.path.endswith(".yml"):
            assert load_texts({"a.yaml": text.encode()}).items[0].value["openai-api-base"] == f"{URL}/v1"
        elif not piece.path:
            assert all(shlex.split(line)[0] == "export" for line in text.splitlines())
    assert URL in said and ("ECLUSE_KEY" in said or key_file in said)


@pytest.mark.parametrize(
    ("tool", "published", "expected"),
    [
        ("claude-code", ["gpt-4o", "claude-haiku-4-5", "claude-sonnet-4-5-20250929", "claude-sonnet-5"],
         ("claude-sonnet-5", "claude-haiku-4-5")),
        ("claude-code", ["gpt-4o", "gpt-4o-mini"], ("gpt-4o", "gpt-4o-mini")),
        ("codex", ["gpt-5.1-codex", "gpt-5.1-codex-mini", "gpt-6"], ("gpt-5.1-codex", "gpt-5.1-codex-mini")),
        ("gemini-cli", ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite"],
         ("gemini-2.5-pro", "gemini-2.5-flash-lite")),
        ("gemini-cli", ["claude-sonnet-5", "gemini-2.5-flash"], ("gemini-2.5-flash", "gemini-2.5-flash")),
        ("claude-code", ["gpt-4o", "claude-haiku-4-5"], ("claude-haiku-4-5", "claude-haiku-4-5")),
        ("aider", ["text-embedding-3-small", "maison"], ("maison", "maison")),
        ("aider", ["gpt-4o-mini"], ("gpt-4o-mini", "gpt-4o-mini")),
        ("aider", ["text-embedding-3-small"], None),
    ],
)  # fmt: skip
def test_models_are_chosen_among_those_that_exist(
    tool: str, published: list[str], expected: tuple[str, str] | None
) -> None:
    assert choose(tool, published) == expected


def setup(*words: str) -> int:
    return main(["setup", *words, "--url", URL, "--model", "claude-sonnet-5"])


def test_a_file_keeps_what_it_says_and_is_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text('{"theme": "dark", "env": {"MINE": "sk-mine"}}')
    file.chmod(0o640)
    assert setup("claude-code", "--write") == 0
    found = json.loads(file.read_text())
    assert found["theme"] == "dark" and found["env"]["MINE"] == "sk-mine"
    assert found["env"]["ANTHROPIC_BASE_URL"] == URL and found["apiKeyHelper"] == "printenv ECLUSE_KEY"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    kept = [p for p in file.parent.iterdir() if "before-ecluse" in p.name]
    assert len(kept) == 1 and json.loads(kept[0].read_text()) == {"theme": "dark", "env": {"MINE": "sk-mine"}}
    assert '+    "ANTHROPIC_BASE_URL"' in capsys.readouterr().out
    # Again changes nothing; another model replaces what is ours.
    assert setup("claude-code", "--write") == 0 and "says so already" in capsys.readouterr().out
    assert main(["setup", "claude-code", "--write", "--url", URL, "--model", "claude-opus-5"]) == 0
    assert json.loads(file.read_text())["env"]["ANTHROPIC_MODEL"] == "claude-opus-5"


@pytest.mark.parametrize(
    ("tool", "name", "text"),
    [
        ("claude-code", ".claude/settings.json", '{"env": {"ANTHROPIC_BASE_URL": "https://elsewhere.example"}}'),
        ("claude-code", ".claude/settings.json", '{"env": "none"}'),
        ("claude-code", ".claude/settings.json", '{"env": {} /* mine */}'),
        ("codex", ".codex/config.toml", 'model = "mine"\n'),
        ("aider", ".aider.conf.yml", "model: mine\n"),
    ],
)
def test_what_is_not_ours_is_never_written_over(
    home: Path, capsys: pytest.CaptureFixture[str], tool: str, name: str, text: str
) -> None:
    file = home / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    assert setup(tool, "--write", "--language", "fr") == 1
    assert file.read_text() == text and [p.name for p in file.parent.iterdir()] == [file.name]
    assert "rien n'a été écrit" in capsys.readouterr().err


def test_a_new_file_is_for_its_owner_alone(home: Path) -> None:
    assert setup("codex", "--write") == 0
    assert stat.S_IMODE((home / ".codex/config.toml").stat().st_mode) == 0o600
    assert sorted(os.listdir(home / ".codex")) == ["config.toml"]


@pytest.mark.parametrize("url", ["ftp://x", "https://u:p@x", "https://x/?a=1", "https://x/$(id)", "x"])
def test_addresses_that_a_shell_could_mistake_are_refused(url: str) -> None:
    with pytest.raises(SystemExit):
        main(["setup", "openai", "--url", url, "--model", "m"])


async def test_the_gateway_says_which_models_there_are(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key"
    file.write_text(house.key + "\n")
    file.chmod(0o600)
    words = ["setup", "claude-code", "--url", house.url]
    assert await asyncio.to_thread(main, [*words, "--key-file", str(file)]) == 0
    told = capsys.readouterr()
    assert '"ANTHROPIC_MODEL": "claude-sonnet-5"' in told.out and f"cat {file}" in told.out
    assert house.key not in told.out + told.err
    monkeypatch.delenv("ECLUSE_KEY", raising=False)
    assert await asyncio.to_thread(main, words) == 1 and "$ECLUSE_KEY" in capsys.readouterr().err
    monkeypatch.setenv("ECLUSE_KEY", "ecl_wrong")
    assert await asyncio.to_thread(main, words) == 1 and "refused (401)" in capsys.readouterr().err
