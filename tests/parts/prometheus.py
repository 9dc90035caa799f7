"""A real Prometheus of the test's own: reads gateways every second, answers questions, is ended by its process id."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

SERVER = shutil.which("prometheus")
_START_SECONDS = 20.0
_CONFIG = """\
global: {{scrape_interval: {every}, scrape_timeout: {every}, evaluation_interval: {every}}}
rule_files: {rules}
scrape_configs:
  - job_name: ecluse
    static_configs: [{{targets: {targets}}}]
"""

needs_prometheus = pytest.mark.skipif(SERVER is None, reason="prometheus isn't installed (apt-get install prometheus)")
"""For tests that take a Prometheus."""


@dataclass
class Prometheus:
    """A server on a loopback port. url: without a path."""

    process: subprocess.Popen[bytes]
    url: str

    def ask(self, expr: str, at: float | None = None) -> list[dict[str, Any]]:
        """The instant vector of a question, now or at a Unix time."""
        return self._api("query", query=expr, **({} if at is None else {"time": at}))["result"]

    def value(self, expr: str) -> float | None:
        """The single figure of a question; None where there is none."""
        found = self.ask(expr)
        return float(found[0]["value"][1]) if found else None

    def until(self, expr: str, what: str, seconds: float = 20.0) -> list[dict[str, Any]]:
        """Waits until a question has an answer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.ask(expr):
                return found
            time.sleep(0.2)
        raise AssertionError(f"not within {seconds:g} s: {what}")

    def _api(self, path: str, **words: Any) -> Any:
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=words, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@contextmanager
def prometheus(
    folder: Path, targets: Sequence[str], *, every: str = "1s", rules: Sequence[Path] = ()
) -> Iterator[Prometheus]:
    """A Prometheus that reads these (`host:port`) every so often; ended with the block however it fares."""
    assert SERVER is not None
    folder.mkdir(parents=True, exist_ok=True)
    config, said = folder / "prometheus.yaml", folder / "prometheus.log"
    config.write_text(_CONFIG.format(every=every, targets=list(targets), rules=[str(rule) for rule in rules]))
    words = [SERVER, f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}"]
    with said.open("wb") as log:
        process = subprocess.Popen(
            [*words, "--web.listen-address=127.0.0.1:0"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    try:
        yield Prometheus(process, _url(process, said))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _url(process: subprocess.Popen[bytes], said: Path) -> str:
    """Where it answers, once it does."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        words = said.read_text()
        found = re.search(r'msg="Listening on" address=(\S+)', words)
        if found and "Server is ready to receive web requests" in words:
            return f"http://{found[1]}"
        time.sleep(0.05)
    pytest.fail(f"prometheus didn't start: {said.read_text()[-2000:]}")
