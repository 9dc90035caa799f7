"""Indexes in force: swapped with the bundle, refused with it, and kept with the last good pair."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.bundle.last_good import keep, start_pair
from gateway.bundle.pair import Pair, load_pair
from gateway.cli.main import main
from gateway.documents import DocumentsRefused

DECLARED = "\n---\nkind: Index\nid: staff\nfile: staff.idx\nprimary: nom\nsupporting: [prenom]\nnear: 1\n"
NINON = "Ninon QUESNEL"


def build(home: Path, rows: str) -> None:
    (home.parent / "staff.csv").write_text(f"nom,prenom\n{rows}")
    assert main(["index", "build", "staff", str(home.parent / "staff.csv"), "--config", str(home / "config.yaml")]) == 0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "ecluse")]) == 0
    with (tmp_path / "ecluse/bundle/detectors.yaml").open("a") as file:
        file.write(DECLARED)
    build(tmp_path / "ecluse", "Quesnel,Ninon\n")
    return tmp_path / "ecluse"


def found(pair: Pair, text: str) -> list[str]:
    return [one.detector for one in pair.engine.scan([text])[0] if one.detector == "person.edm"]


def test_a_new_index_is_a_new_revision_and_forgets_what_was_remembered(home: Path) -> None:
    before = load_pair(home / "config.yaml", serving=True)
    assert found(before, NINON) and not found(before, "Maël PERRIN")
    assert load_pair(home / "config.yaml", serving=True, previous=before).classifier is before.classifier
    build(home, "Perrin,Maël\n")
    after = load_pair(home / "config.yaml", serving=True, previous=before)
    assert found(after, "Maël PERRIN") and not found(after, NINON)
    assert after.revision != before.revision and after.classifier is not before.classifier
    assert found(before, NINON)


def test_an_index_cut_in_half_is_refused_and_the_last_good_one_serves(home: Path) -> None:
    good = load_pair(home / "config.yaml", serving=True)
    keep(good)
    file = home / "bundle/staff.idx"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(DocumentsRefused, match=r"staff\.idx is refused: it is cut short"):
        load_pair(home / "config.yaml", serving=True, previous=good)
    pair, why = start_pair(home / "config.yaml")
    assert "cut short" in str(why) and found(pair, NINON)


def test_a_kept_index_is_copied_once_and_follows_changes(home: Path) -> None:
    good = load_pair(home / "config.yaml", serving=True)
    kept = good.settings.last_good_dir / "bundle/staff.idx"
    keep(good)
    first = kept.stat().st_ino
    keep(good)
    assert kept.stat().st_ino == first and kept.read_bytes() == (home / "bundle/staff.idx").read_bytes()
    build(home, "Perrin,Maël\n")
    keep(load_pair(home / "config.yaml", serving=True))
    assert kept.read_bytes() == (home / "bundle/staff.idx").read_bytes()


def test_a_link_out_of_the_bundle_is_refused(home: Path) -> None:
    (home / "bundle/staff.idx").rename(home / "staff.idx")
    (home / "bundle/staff.idx").symlink_to(home / "staff.idx")
    with pytest.raises(DocumentsRefused, match="not in the bundle's folder"):
        load_pair(home / "config.yaml")


@pytest.mark.parametrize("hidden", [True, False])
def test_an_index_is_named_from_the_bundle_and_not_hidden(home: Path, hidden: bool) -> None:
    """A hidden file isn't looked at while the others are read; an absolute name would be kept as a copy of itself."""
    moved = home / "bundle" / ".kept" / "staff.idx"
    moved.parent.mkdir()
    shutil.copy(home / "bundle/staff.idx", moved)
    name = ".kept/staff.idx" if hidden else str(home / "bundle/staff.idx")
    declared = next(f for f in (home / "bundle").glob("*.yaml") if "staff.idx" in f.read_text())
    declared.write_text(declared.read_text().replace("file: staff.idx", f"file: {name}"))
    with pytest.raises(DocumentsRefused, match="no part that begins with a dot"):
        load_pair(home / "config.yaml")
