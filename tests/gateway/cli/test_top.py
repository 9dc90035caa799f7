"""`ecluse top` before a control socket that answers what the test says, in a pipe and on a terminal."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.gateway.cli.conftest import Double

ROOT = Path(__file__).parents[3]
COUNTS = {
    "calls": 4, "failed": 0, "refused": 0, "attempts": 4, "broken": 1, "input": 40, "output": 8, "nanos": 10**9,
    "times": [[20, 4]],
}  # fmt: skip


@pytest.fixture
def busy(gateway: Double) -> Double:
    key = ["p_anne", "hr", "letters", "gpt", "alpha/gpt"]
    seen = {"began": 1.0, "rows": [[*key, COUNTS]], "flight": [[*key, 3]], "users": {"p_anne": "anne"}}
    gateway.answers["GET", "/top"] = (200, {"workers": {"w0": seen}, "currency": "EUR"})
    stopped = {"kind": "key", "name": "k_1", "since": "now", "reason": "lost"}
    gateway.answers["GET", "/status"] = (200, {"revision": "abc", "uptime_seconds": 60, "stops": [stopped]})
    return gateway


def test_once(busy: Double, capsys):
    assert busy.run("top", "--once", "--every", "0.1", "--by", "team") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "0 calls/s, 3 in flight, 0 EUR/h, 1 worker, revision abc, up 1 min" in lines[0]
    assert lines[1] == "! stopped: key k_1, since now: lost" and lines[-1].split()[:3] == ["hr", "0", "3"]
    assert [path for _, path, _ in busy.seen] == ["/top", "/top", "/status"]


def test_for_machines(busy: Double, capsys):
    assert busy.run("top", "--once", "--json", "--every", "0.1") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["destination"]["alpha/gpt"]["in_flight"] == found["all"]["in_flight"] == 3
    assert list(found["person"]) == ["p_anne"] and found["currency"] == "EUR"
    assert busy.run("top", "--once", "--json", "--every", "0.1", "--names") == 0
    assert list(json.loads(capsys.readouterr().out)["person"]) == ["anne"]


@pytest.mark.parametrize("word", ["caller", "person"])
def test_callers_are_asked_for_by_the_word_that_people_read(busy: Double, capsys, word):
    assert busy.run("top", "--once", "--every", "0.1", "--by", word) == 0
    said = capsys.readouterr().out
    assert "by caller" in said and "keys:" not in said


def test_no_gateway(gateway: Double, capsys):
    gateway.answers["GET", "/top"] = (503, {"refused": "no worker serves"})
    assert gateway.run("top") == 1
    assert capsys.readouterr().err == "no worker serves\n"


@pytest.mark.parametrize("text", ["0", "61", "x"])
def test_a_time_that_makes_no_sense(busy: Double, capsys, text):
    with pytest.raises(SystemExit):
        busy.run("top", "--every", text)
    assert "is no time of 0.1 to 60 seconds" in capsys.readouterr().err


class Terminal:
    """A terminal with the command in it."""

    def __init__(self, config: Path) -> None:
        self.screen, self.inside = pty.openpty()
        self.size(100, 30)
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
        for name in ("COLUMNS", "LINES"):
            environ.pop(name, None)
        command = [sys.executable, "-m", "gateway.cli.main", "top", "--every", "0.2", "--config", str(config)]
        self.process = subprocess.Popen(
            command, stdin=self.inside, stdout=self.inside, stderr=self.inside, env=environ, start_new_session=True
        )
        self.text = ""

    def size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, text: str, seconds: float = 20.0) -> None:
        """Reads until this was shown since it was asked for last."""
        end = time.monotonic() + seconds
        while text not in self.text:
            assert select.select([self.screen], [], [], max(end - time.monotonic(), 0))[0], self.text[-2000:]
            self.text += os.read(self.screen, 65536).decode()
        self.text = ""

    def close(self) -> None:
        self.process.kill()
        self.process.wait(10)
        os.close(self.screen)
        os.close(self.inside)


def test_keys_and_size_of_a_terminal(busy: Double):
    terminal = Terminal(busy.config)
    try:
        before = termios.tcgetattr(terminal.inside)
        terminal.until("keys: d t c u m by destination")
        os.write(terminal.screen, b"c")
        terminal.until("p_anne")
        os.write(terminal.screen, b"n")
        terminal.until("anne ")
        os.write(terminal.screen, b"s")
        terminal.until("most in flight first")
        terminal.size(40, 30)
        os.kill(terminal.process.pid, signal.SIGWINCH)
        terminal.until("caller        calls/s in flight in tok/s\x1b[0m")
        whole = busy.answers["GET", "/top"]
        busy.answers["GET", "/top"] = (503, {"refused": "no worker serves"})
        terminal.until("! no worker serves")
        busy.answers["GET", "/top"] = whole
        terminal.until("! stopped: key k_1")
        os.write(terminal.screen, b"q")
        terminal.until("\x1b[?1049l")
        assert terminal.process.wait(10) == 0
        after = termios.tcgetattr(terminal.inside)
        assert after[3] == before[3] or after[3] & termios.ECHO
    finally:
        terminal.close()


def test_a_command_that_is_ended_gives_the_terminal_back(busy: Double):
    terminal = Terminal(busy.config)
    try:
        terminal.until("keys: d t c u m by destination")
        assert not termios.tcgetattr(terminal.inside)[3] & termios.ECHO
        terminal.process.terminate()
        terminal.until("\x1b[?1049l")
        assert terminal.process.wait(10) == 128 + signal.SIGTERM
        assert termios.tcgetattr(terminal.inside)[3] & termios.ECHO
    finally:
        terminal.close()
