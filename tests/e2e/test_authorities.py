"""A file of authorities that is misspelt, or vanishes: commands name it, and a worker that is lost is replaced."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from shutil import copytree

import pytest

from gateway.bundle.bundle import STARTER
from tests.e2e.conftest import ECLUSE, Vendors, start
from tests.e2e.several import answered, configured, ecluse, processes, until
from tests.gateway.tls.papers import Authority
from tests.parts.running import run

pytestmark = pytest.mark.e2e

GOOD = "tracing: {endpoint: 'https://127.0.0.1:1', ca_bundle: own.pem}\n"
MISSPELT = GOOD.replace("own.pem", "won.pem")


def folder_of(tmp_path: Path, vendors: Vendors, server: str) -> Path:
    folder = configured(tmp_path / "house", vendors.url, server=server)
    copytree(STARTER, folder / "bundle")
    (folder / "own.pem").write_bytes(Authority().own.alone)
    return folder


def trace(folder: Path, how: str) -> None:
    config = folder / "config.yaml"
    config.write_text("".join(one for one in config.read_text().splitlines(True) if "tracing:" not in one) + how)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_misspelt_file_is_found_before_a_start_and_at_it(tmp_path: Path, vendors: Vendors, workers: int) -> None:
    folder = folder_of(tmp_path, vendors, f"workers: {workers}")
    trace(folder, MISSPELT)
    config = folder / "config.yaml"
    line = len(config.read_text().splitlines())
    said = f"{config}:{line}:44: ca_bundle {folder / 'won.pem'} can't be read: No such file or directory\n"
    checked = ecluse(folder, "check")
    assert (checked.returncode, checked.stderr) == (1, said)
    served = run([ECLUSE, "serve", "--config", config, "--development"], seconds=60)
    assert (served.returncode, served.stderr) == (2, said)


def test_one_that_vanishes_ends_no_service(tmp_path: Path, vendors: Vendors) -> None:
    folder = folder_of(tmp_path, vendors, "workers: 2")
    trace(folder, GOOD)
    log = folder / "gateway.log"
    started = start([ECLUSE, "serve", "--config", folder / "config.yaml", "--development"], "ECLUSE_KEY=", log)
    try:
        trace(folder, MISSPELT)
        refused = ecluse(folder, "reload")
        assert refused.returncode and f"ca_bundle {folder / 'won.pem'} can't be read" in refused.stderr
        trace(folder, GOOD)
        (folder / "own.pem").unlink()
        before = processes(folder)
        os.kill(before["w1"], signal.SIGKILL)
        until(lambda: len(now := processes(folder)) == 2 and now["w1"] != before["w1"], "another worker serves")
        url, key = started.found(r"serves at (http://[0-9.:]+)"), started.found("(ecl_[0-9A-Za-z]+)")
        answered(url, key, 200)
        assert '"event":"authorities.bad","where":"tracing"' in log.read_text()
    finally:
        assert started.stop() == 0
