"""A folder made by `ecluse init`, and commands run against it."""

import io
from pathlib import Path

import pytest

from gateway.cli.main import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "ecluse")]) == 0
    return tmp_path / "ecluse"


@pytest.fixture
def ecluse(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs a command against the folder that `init` made: (exit code, stdout, stderr)."""
    capsys.readouterr()

    def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main([*words, "--config", str(home / "config.yaml")])
        return code, *capsys.readouterr()

    return run
