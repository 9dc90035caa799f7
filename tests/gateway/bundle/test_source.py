"""Files that change while they are read, git at work, and links that lead out of a bundle."""

import os
import shutil
import subprocess
import threading
from datetime import date
from pathlib import Path

import pytest

from gateway.bundle.pair import load_pair
from gateway.bundle.source import checkout_under_way, look, refuse_unsettled
from gateway.documents import DocumentsRefused, load
from gateway.identity import Keyring

USE_CASE = "kind: UseCase\nid: {}\ntitle: A\nowner: a@example.org\nstatus: pilot\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "bundle" / "more").mkdir(parents=True)
    (tmp_path / "config.yaml").write_text("organisation: acme\n")
    (tmp_path / "bundle" / "a.yaml").write_text(USE_CASE.format("a"))
    (tmp_path / "bundle" / "more" / "b.yaml").write_text(USE_CASE.format("b"))
    Keyring.create(tmp_path / "keyring")
    return tmp_path


def changed(home: Path, before: object) -> list[str]:
    with pytest.raises(DocumentsRefused) as caught:
        refuse_unsettled(before, look(home / "config.yaml", home / "bundle"))  # type: ignore[arg-type]
    return [Path(problem.file).name for problem in caught.value.problems]


def test_two_looks_at_files_that_stand_still_are_equal(home: Path):
    before = look(home / "config.yaml", home / "bundle")
    assert len(before) == 3
    refuse_unsettled(before, look(home / "config.yaml", home / "bundle"))


def test_every_kind_of_change_is_seen(home: Path):
    bundle = home / "bundle"
    before = look(home / "config.yaml", bundle)
    (bundle / "c.txt").write_text("word\n")
    assert changed(home, before) == ["c.txt"]
    before = look(home / "config.yaml", bundle)
    (bundle / "c.txt").unlink()
    assert changed(home, before) == ["c.txt"]
    before = look(home / "config.yaml", bundle)
    stamp = (bundle / "a.yaml").stat()
    fresh = bundle / "fresh"
    fresh.write_text(USE_CASE.format("z"))  # as long as the other, with its time, put in its place by a rename
    os.utime(fresh, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    fresh.rename(bundle / "a.yaml")
    assert changed(home, before) == ["a.yaml"]


def test_hidden_files_do_not_count_but_signatures_do(home: Path):
    before = look(home / "bundle")
    for name in (".git", ".signatures", "more/.signatures"):
        (home / "bundle" / name).mkdir()
        (home / "bundle" / name / "x.json").write_text("{}")
    assert {os.path.relpath(name, home) for name in {*look(home / "bundle")} - {*before}} == {
        "bundle/.signatures/x.json"
    }


def test_many_changes_are_counted(home: Path):
    before = look(home / "bundle")
    for number in range(5):
        (home / "bundle" / f"n{number}.yaml").write_text(USE_CASE.format(number))
    with pytest.raises(DocumentsRefused, match="and 2 more") as caught:
        refuse_unsettled(before, look(home / "bundle"))
    assert len(caught.value.problems) == 3


CONTRACT = """\
kind: Contract
id: alpha-us
vendor: alpha
trust: external
region: us
processor: Alpha Inc.
retention_days: 30
training: false
allowed_hosts: [127.0.0.1]
expires: 2027-01-31
"""
CONFIG = """\
simulator: {enabled: true, names: [alpha]}
vendors: {alpha: {kind: simulator}}
destinations: {alpha/gpt-4o: {vendor: alpha, model: gpt-4o, contract: alpha-us}}
"""


@pytest.mark.parametrize("file", ["config.yaml", "bundle/a.yaml"])
def test_a_pair_that_changes_while_it_is_read_is_refused(home: Path, file: str):
    """The clock is asked when everything has been read and before it is let into force."""
    (home / "config.yaml").write_text(CONFIG)
    (home / "bundle" / "contract.yaml").write_text(CONTRACT)
    load_pair(home / "config.yaml")

    def written_meanwhile() -> date:
        with (home / file).open("a") as more:
            more.write("# more\n")
        return date(2026, 11, 26)

    with pytest.raises(DocumentsRefused, match=rf"{file}: changed while it was being read"):
        load_pair(home / "config.yaml", today=written_meanwhile)


def test_a_git_command_under_way_is_waited_for_when_serving(home: Path):
    git = home / "bundle" / ".git"
    git.mkdir()
    load_pair(home / "config.yaml", serving=True)
    (git / "index.lock").touch()
    with pytest.raises(DocumentsRefused, match=r"index\.lock: a git command is under way"):
        load_pair(home / "config.yaml", serving=True)
    load_pair(home / "config.yaml")


def test_the_lock_of_git_is_found_above_the_bundle_and_in_a_further_worktree(home: Path):
    git = home / ".git"
    git.mkdir()
    assert checkout_under_way(home / "bundle") is None
    (git / "index.lock").touch()
    assert checkout_under_way(home / "bundle") == git / "index.lock"
    own = home / "elsewhere"
    own.mkdir()
    (home / "bundle" / ".git").write_text("gitdir: ../elsewhere\n")
    assert checkout_under_way(home / "bundle") is None
    (own / "index.lock").touch()
    assert checkout_under_way(home / "bundle") is not None


@pytest.mark.parametrize("to", ["more", ".."])
def test_a_linked_folder_is_refused_not_left_out(home: Path, to: str):
    (home / "bundle" / "linked").symlink_to(to, target_is_directory=True)
    with pytest.raises(DocumentsRefused, match=r"linked: (is a link to a folder|links out of its folder)"):
        load(home / "bundle")


def test_a_folder_of_links_into_a_hidden_one_is_read(home: Path):
    """What orchestrators mount: every file is a link into the present one of several hidden folders."""
    release = home / "bundle" / "..2026_11_26"
    release.mkdir()
    (release / "c.yaml").write_text(USE_CASE.format("c"))
    (home / "bundle" / "..data").symlink_to(release.name, target_is_directory=True)
    (home / "bundle" / "c.yaml").symlink_to("..data/c.yaml")
    assert "c.yaml" in load(home / "bundle").files
    before = look(home / "bundle")
    other = home / "bundle" / "..2026_11_27"
    other.mkdir()
    (other / "c.yaml").write_text(USE_CASE.format("c"))
    (home / "bundle" / "..data").unlink()
    (home / "bundle" / "..data").symlink_to(other.name, target_is_directory=True)
    assert changed_names(before, look(home / "bundle")) == {"c.yaml"}


def changed_names(before, after) -> set[str]:
    return {Path(name).name for name in {*before, *after} if before.get(name) != after.get(name)}


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_checkout_that_stops_halfway_is_not_read(home: Path):
    """A real checkout, held by a filter when half of its files are written: each is valid, all together are not."""
    bundle, gate = home / "bundle", home / "gate"
    os.mkfifo(gate)

    def git(*words: str) -> None:
        names = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", f"filter.held.smudge=cat {gate} - ")
        subprocess.run(["git", *names, "-C", str(bundle), *words], check=True, capture_output=True)

    git("init", "-b", "main")
    (bundle / ".gitattributes").write_text("z.yaml filter=held\n")
    for name in ("before", "after"):
        for file in ("a.yaml", "z.yaml"):
            (bundle / file).write_text(USE_CASE.format(f"{name}-{file[0]}"))
        git("add", "-A")
        git("commit", "-m", name)
        git("tag", name)
    (bundle / ".git" / "info" / "attributes").write_text("z.yaml -filter\n")
    git("checkout", "before")
    (bundle / ".git" / "info" / "attributes").unlink()
    held = threading.Thread(target=git, args=("checkout", "after"))
    held.start()
    with gate.open("w"):  # opens when the filter reads from it: `a.yaml` is written then, `z.yaml` is not
        assert "after-a" in (bundle / "a.yaml").read_text()
        assert not (bundle / "z.yaml").exists()
        with pytest.raises(DocumentsRefused, match="a git command is under way"):
            load_pair(home / "config.yaml", serving=True)
    held.join()
    found = load_pair(home / "config.yaml", serving=True)
    assert {"after-a", "after-z"} <= set(found.bundle.use_cases)
