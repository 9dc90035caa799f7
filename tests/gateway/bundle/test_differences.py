"""`ecluse policy diff`: two folders, and what it makes of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gateway.bundle.bundle import STARTER
from gateway.cli.main import main

CONTRACT = """\
kind: Contract
id: own
vendor: alpha
trust: external
region: us
processor: Alpha Inc.
retention_days: 30
training: false
allowed_hosts: [a.example.org, b.example.org]
expires: 2027-02-01
"""
DETECTOR = """\
kind: Detector
id: org.own
confidential: true
keywords: {any: [projet secret, chantier caché]}
"""
USE_CASE = "kind: UseCase\nid: own\ntitle: Own\nowner: me\nstatus: pilot\n"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A bundle and a copy of it to edit."""
    old, new = tmp_path / "old", tmp_path / "new"
    shutil.copytree(STARTER, old)
    own = [CONTRACT, DETECTOR, USE_CASE, "kind: Detection\noff: [us.ssn]\n"]
    (old / "own.yaml").write_text("---\n".join(own))
    (old / "words.txt").write_text("# words\nhelios\nikaros\n")
    shutil.copytree(old, new)
    return old, new


def edit(folder: Path, old: str, new: str, file: str = "own.yaml") -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def said(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["policy", "diff", *map(str, folders)]) == 0
    return capsys.readouterr().out.splitlines()


def test_files_that_move_are_no_change(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    (folders[1] / "own.yaml").rename(folders[1] / "another.yaml")
    words = ["policy", "diff", *map(str, folders), "--exit-code"]
    assert (main(words), capsys.readouterr().out) == (0, "no change\n")


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("retention_days: 30", "retention_days: 0", ["contract own", "  retention_days: 30 -> 0: can't be told"]),
        (
            "[a.example.org, b.example.org]",
            "[a.example.org]",
            ["contract own", "  allowed_hosts: [a.example.org, b.example.org] -> [a.example.org]: tightens"],
        ),
        ("2027-02-01", "2027-06-01", ["contract own", "  expires: 2027-02-01 -> 2027-06-01: loosens"]),
        ("expires: 2027-02-01\n", "", ["contract own", "  expires: 2027-02-01 -> nothing: loosens"]),
        ("status: pilot", "status: retired", ["use case own", "  status: pilot -> retired: tightens"]),
        ("title: Own", "title: Mine", ["use case own", "  title: en: Own; fr: Own -> en: Mine; fr: Mine: neither"]),
        ("[us.ssn]", "[us.ssn, gb.nhs]", ["detection", "  off: [us.ssn] -> [gb.nhs, us.ssn]: loosens"]),
        ("[us.ssn]", "[]", ["detection", "  off: [us.ssn] -> []: can't be told"]),  # it competes with other numbers
        (
            "[projet secret, chantier caché]",
            "[projet secret, chantier caché, helios]",
            ["detector org.own", "  keywords.any: 2 words -> 3 words (+1, -0): tightens"],
        ),
        (
            "any: [projet secret",
            "match: part, any: [projet secret",
            ["detector org.own", "  keywords.match: nothing -> there: can't be told"],
        ),
        (DETECTOR, DETECTOR.replace("org.own", "org.other"), ["detector org.other added (there): tightens"]),
    ],
)
def test_what_changed(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str], old: str, new: str, lines: list[str]
) -> None:
    edit(folders[1], old, new)
    found = said(folders, capsys)
    assert found[: len(lines)] == lines
    assert "caché" not in "\n".join(found)


def test_lists_are_counted(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    (folders[1] / "words.txt").write_text("helios\n")
    assert said(folders, capsys)[0] == "list words.txt changed (2 words -> 1 words (+0, -1)): loosens"


def test_no_word_of_a_bundle_moves_the_reader_s_cursor(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    rule = "kind: EgressPolicy\npolicy: own\nowner: me\nrules:\n  - {id: own-rule, action: deny, contact: a}\n"
    (folders[0] / "rule.yaml").write_text(rule)
    (folders[1] / "rule.yaml").write_text(rule.replace("contact: a", 'contact: "\\e[2Jb"'))
    assert said(folders, capsys)[1] == "  contact: a -> \\x1b[2Jb: neither"


def test_rules_are_compared_key_by_key_for_people_and_programs(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (folders[0] / "rule.yaml").write_text(
        "kind: EgressPolicy\npolicy: own\nowner: me\nrules:\n"
        "  - {id: own-rule, when: {findings: {any_of: [fin.iban]}}, action: redact, contact: a}\n"
    )
    shutil.copy(folders[0] / "rule.yaml", folders[1])
    edit(folders[1], "[fin.iban]", "[fin.iban, fr.nir]", "rule.yaml")
    edit(folders[1], "contact: a", "contact: b", "rule.yaml")
    assert said(folders, capsys) == [
        "rule own-rule",
        "  when.findings.any_of: [fin.iban] -> [fin.iban, fr.nir]: tightens",
        "  contact: a -> b: neither",
        "2 changes, 1 tightens, 1 neither",
    ]
    assert main(["policy", "diff", *map(str, folders), "--json", "--exit-code"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["effects"] == {"loosens": 0, "unclear": 0, "tightens": 1, "none": 1}
    assert told["changes"][1] == {
        "what": "rule", "id": "own-rule", "key": "contact", "was": "a", "now": "b", "effect": "none",
    }  # fmt: skip


def test_a_bundle_that_cannot_be_read_is_named(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    (folders[1] / "bad.yaml").write_text("kind: EgressPolicy\npolicy: p\nowner: o\nrules: [{id: r, action: dney}]\n")
    assert main(["policy", "diff", *map(str, folders)]) == 1
    assert capsys.readouterr().err.startswith(f"{folders[1]}/bad.yaml:4:")
    assert main(["policy", "diff", str(folders[0]), str(folders[1] / "none")]) == 1
    assert "there is no such folder" in capsys.readouterr().err


def test_what_is_in_force_is_meant_by_live_and_a_folder_of_anything_else_is_refused(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("state_dir: state\nbundle: new\n")
    live = ["policy", "diff", "live", str(folders[1]), "--config", str(config)]
    assert main(live) == 1
    assert "no bundle is or was in force here" in capsys.readouterr().err
    shutil.copytree(folders[0], tmp_path / "state" / "last-good" / "bundle")
    edit(folders[1], "status: pilot", "status: retired")
    assert main(live) == 0
    assert "  status: pilot -> retired: tightens" in capsys.readouterr().out
    (tmp_path / "docs").mkdir()
    assert main(["policy", "diff", str(tmp_path / "docs"), str(folders[1])]) == 1
    assert "is no bundle: it holds no document" in capsys.readouterr().err
    assert main(["policy", "diff", "lve", str(folders[1])]) == 1
    assert "there is no such folder (did you mean live?)" in capsys.readouterr().err
