"""`ecluse serve` by root in the folder of another user is refused before it leaves what this user can't read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.bundle.bundle import STARTER
from gateway.cli.serve import owner_before_root
from gateway.identity.keyring import Keyring
from gateway.serve import FAILED, REFUSED
from tests.conftest import CONFIG

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")


def serve(folder: Path, *before: str) -> subprocess.CompletedProcess[str]:
    """A start that is refused."""
    command = [*before, sys.executable, "-m", "gateway.cli.main", "serve", "--development", "--config"]
    return subprocess.run([*command, folder / "config.yaml"], capture_output=True, text=True, timeout=120, check=False)


@needs_root
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("owner", "name"), [(65534, "nobody"), (54321, "\\#54321")])
def test_root_is_told_whose_the_folder_is_and_leaves_nothing_in_it(
    owner: int, name: str, workers: int, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG.replace("control: c.sock", f"control: c.sock, workers: {workers}", 1))
    (state := tmp_path / "state").mkdir()
    os.chown(state, owner, owner)
    done = serve(tmp_path)
    assert (done.returncode, done.stdout) == (REFUSED, "")
    assert done.stderr.startswith(f"state_dir {state} belongs to {name}: ")
    assert f"sudo -u {name} ecluse serve --config {tmp_path / 'config.yaml'}\n" in done.stderr
    assert not list(state.iterdir()) and not (tmp_path / "bundle").exists()


@needs_root
def test_a_folder_of_roots_that_a_group_may_write_is_served_and_so_is_one_that_is_not_there(tmp_path: Path) -> None:
    """Volumes of Kubernetes (fsGroup)."""
    (state := tmp_path / "state").mkdir()
    os.chown(state, 0, 10001)
    state.chmod(0o2775)
    assert not owner_before_root(state)
    assert not owner_before_root(tmp_path / "none")


def test_who_is_not_root_is_asked_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert not owner_before_root(tmp_path)


def test_a_disk_without_room_is_no_mistake_of_the_files(tmp_path: Path) -> None:
    """So a service that is started anew when the start may go well next time is."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "bundle").symlink_to(STARTER)
    Keyring.create(tmp_path / "keyring", development=True)
    done = serve(tmp_path, "prlimit", "--fsize=0")
    assert (done.returncode, done.stdout) == (FAILED, ""), done.stderr
