"""How a command finds its configuration, and what it says where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.main import main


@pytest.mark.parametrize("words", [("check",), ("policy", "check"), ("status",), ("reload",), ("policy", "inbox")])
@pytest.mark.parametrize("named", [None, ""])
def test_where_there_is_none_the_ways_to_name_it_are_said(
    words: tuple[str, ...],
    named: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECLUSE_CONFIG", raising=False)
    if named is not None:
        monkeypatch.setenv("ECLUSE_CONFIG", named)
    assert main([*words]) == 1
    said = "config.yaml: there is no such file: name the configuration with --config or in $ECLUSE_CONFIG\n"
    assert capsys.readouterr().err == said


def test_a_folder_is_no_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", str(tmp_path)]) == 1
    assert "is a folder: name the configuration with --config" in capsys.readouterr().err


def test_an_empty_variable_leaves_a_vocabulary_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "made")]) == 0
    capsys.readouterr()
    assert main(["policy", "vocabulary", "--config", str(tmp_path / "made" / "config.yaml")]) == 0
    (tmp_path / "vocabulary.yaml").write_text(capsys.readouterr().out)
    (tmp_path / "made" / "bundle").rename(tmp_path / "bundle")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECLUSE_CONFIG", "")
    assert main(["policy", "check"]) == 0
