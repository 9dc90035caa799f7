"""A real Prometheus of the test's own, on a free port: scrapes each second, with the configuration that ships."""

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
import yaml

SERVER = shutil.which("prometheus")
SHIPPED = Path(__file__).parents[2] / "deploy" / "prometheus" / "prometheus.yaml"
_START_SECONDS = 20.0

needs_prometheus = pytest.mark.skipif(SERVER is None, reason="prometheus isn't installed (apt-get install prometheus)")
"""For tests that take a PrometheusServer."""


@dataclass
class PrometheusServer:
    """One that serves at `url`."""

    url: str
    process: subprocess.Popen[bytes]

    def query(self, expr: str) -> list[dict[str, Any]]:
        """The instant vector of an expression: `metric` (labels) and `value` (time, text) each."""
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expr}, timeout=10).json()
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def alerts(self) -> list[dict[str, Any]]:
        """What is pending or fires: `labels`, `annotations`, `state`."""
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/api/v1/alerts", timeout=10).json()["data"]["alerts"]
        return found

    def rule_errors(self) -> list[str]:
        """What went wrong when rules were evaluated."""
        groups = httpx.get(f"{self.url}/api/v1/rules", timeout=10).json()["data"]["groups"]
        return [f"{r['name']}: {r['lastError']}" for g in groups for r in g["rules"] if r.get("lastError")]


@contextmanager
def prometheus_server(
    folder: Path, targets: Sequence[str], rules: str = "", labels: dict[str, str] | None = None
) -> Iterator[PrometheusServer]:
    """Scrapes these (host:port), with the rules that a pattern of files names; ended with the block."""
    assert SERVER is not None
    folder.mkdir(exist_ok=True)
    config = yaml.safe_load(SHIPPED.read_text())
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    config["scrape_configs"][0]["static_configs"] = [{"targets": list(targets), "labels": labels or {}}]
    config["rule_files"] = [rules] if rules else []
    del config["alerting"]
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    log = folder / "prometheus.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [
                SERVER, f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'data'}",
                "--web.listen-address=127.0.0.1:0", "--enable-feature=exemplar-storage",
            ],
            stdout=said, stderr=said, stdin=subprocess.DEVNULL, env={"GOMAXPROCS": "1"},
        )  # fmt: skip
    try:
        yield PrometheusServer(_url(process, log), process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def _url(process: subprocess.Popen[bytes], log: Path) -> str:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        text = log.read_text(errors="replace")
        if "Server is ready" in text and (found := re.search(r'"Listening on" address=(\S+)', text)):
            return f"http://{found[1]}"
        time.sleep(0.05)
    pytest.fail(f"prometheus didn't start: {log.read_text(errors='replace')[-2000:]}")
