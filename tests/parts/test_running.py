"""A program that leaves something behind holds nobody up."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.parts.running import run


def test_what_a_program_says_and_how_it_ends() -> None:
    ran = run(["bash", "-c", "read line; echo $line; echo not >&2; exit 3"], seconds=30, said="oui\n")
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "oui\n", "not\n")


def test_a_child_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    ran = run(["bash", "-c", "sleep 300 & echo $! > child; echo done"], seconds=60, cwd=tmp_path)
    assert ran.stdout == "done\n" and time.monotonic() - begun < 60
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "cmdline")
    while child.exists() and child.read_bytes():  # empty: it has ended, and nobody has asked how
        assert time.monotonic() - begun < 60, "it goes on"


def test_too_late_ends_all_of_it_with_what_was_said() -> None:
    with pytest.raises(subprocess.TimeoutExpired) as late:
        run(["bash", "-c", "echo begun; sleep 300 & sleep 300"], seconds=0.5)
    assert late.value.output == "begun\n"
