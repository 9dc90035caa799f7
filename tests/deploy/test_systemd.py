"""The unit of systemd: read by systemd itself, and as closed as we say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import supervisor
from gateway.cli.main import parser
from gateway.config import read_settings
from gateway.documents import load_texts
from gateway.serve import FAILED, REFUSED
from tests.parts.unit_sandbox import settings

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy/systemd/ecluse.service"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
MOST_EXPOSED = 15
"""Tenths of a point, of a hundred, by systemd's own reckoning."""


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "--no-pager", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@needs_systemd
def test_systemd_takes_it(tmp_path: Path) -> None:
    """The program is put where there is one: that it can be run is looked at, too."""
    program = Path(sys.executable).with_name("ecluse")
    text = UNIT.read_text("utf-8").replace("/opt/ecluse/bin/ecluse", str(program))
    (tmp_path / "ecluse.service").write_text(text)
    said = analyze("verify", tmp_path / "ecluse.service")
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    (tmp_path / "ecluse.service").write_text(text.replace("ProtectHome=yes", "ProtectHom=yes"))
    assert "Unknown key" in analyze("verify", tmp_path / "ecluse.service").stderr


@needs_systemd
def test_it_is_as_closed_as_a_service_with_a_network_gets() -> None:
    said = analyze("security", "--offline=yes", f"--threshold={MOST_EXPOSED}", UNIT)
    assert said.returncode == 0, said.stdout


def test_its_commands_are_ours() -> None:
    found = settings(UNIT)
    for name in ("ExecStart", "ExecReload"):
        (line,) = found[name]
        program, *words = line.split()
        assert program == "/opt/ecluse/bin/ecluse"
        assert str(parser(words[:1]).parse_args(words).config) == "/etc/ecluse/config.yaml"


def test_a_stop_has_the_time_that_a_drain_takes() -> None:
    usual = read_settings(load_texts({"config.yaml": b"organisation: x"}), ROOT, {})
    (seconds,) = settings(UNIT)["TimeoutStopSec"]
    assert usual.limits.drain_seconds + usual.server.unready_seconds + 30 <= int(seconds)


def test_a_start_that_files_refuse_is_not_tried_again_and_what_passes_is_for_as_long_as_it_takes() -> None:
    found = settings(UNIT)
    assert found["RestartPreventExitStatus"] == [str(REFUSED)] != [str(FAILED)]
    assert (REFUSED, FAILED) == (supervisor.REFUSED, supervisor.FAILED)
    assert found["Restart"] == ["on-failure"]
    before, _, _ = UNIT.read_text("utf-8").partition("[Service]")
    assert "\nStartLimitIntervalSec=0\n" in before  # elsewhere systemd doesn't know it
    assert found["KillMode"] == ["mixed"]  # workers end when the one that started them says so


def test_the_page_says_how_to_install_it() -> None:
    page = (ROOT / "docs/howto/deploying.md").read_text("utf-8")
    assert re.search(r"deploy/systemd/ecluse\.service", page)
