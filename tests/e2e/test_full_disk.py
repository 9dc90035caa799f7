"""The disk is full while calls are under way: what can't be recorded isn't sent, and what was admitted is finished."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from observability.ledger import read
from tests.e2e.conftest import CONFIG, Serving, Vendors, serve, vendors_started

pytestmark = pytest.mark.e2e
SECONDS = 15.0


def ask(serving: Serving, words: str, **fields: Any) -> httpx.Response:
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": words}], **fields}
    headers = {"authorization": f"Bearer {serving.key}"}
    return httpx.post(f"{serving.url}/v1/chat/completions", json=body, headers=headers, timeout=30)


@contextmanager
def full(pid: int) -> Iterator[None]:
    """No file of these processes grows any more, as on a disk without room."""
    children = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()
    before = {one: resource.prlimit(one, resource.RLIMIT_FSIZE) for one in (pid, *map(int, children))}
    for one, (_, most) in before.items():
        resource.prlimit(one, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        for one, limits in before.items():
            resource.prlimit(one, resource.RLIMIT_FSIZE, limits)


def until(served: Any) -> None:
    late = time.monotonic() + SECONDS
    while not served():
        assert time.monotonic() < late
        time.sleep(0.1)


def test_a_disk_that_is_full_for_a_while(tmp_path: Path) -> None:
    with vendors_started(tmp_path) as vendors, ThreadPoolExecutor(1) as beside:
        (folder := tmp_path / "gateway").mkdir()
        (folder / "config.yaml").write_text(CONFIG.format(vendors=vendors.url))
        serving = serve(folder)
        health = serving.started.found(r"metrics (http://[0-9.:]+)/metrics")
        try:
            assert ask(serving, "Bonjour").status_code == 200
            assert httpx.get(f"{health}/readyz").status_code == 200
            under_way = beside.submit(ask, serving, "[[sim:words=60,drip=0.04]]", stream=True)
            until(lambda: len(vendors.received()) == 2)
            with full(serving.started.process.pid):
                _check_full(serving, vendors, health)
                finished = under_way.result()
                assert finished.text.endswith("data: [DONE]\n\n")
            until(lambda: httpx.get(f"{health}/readyz").status_code == 200)
            assert ask(serving, "Bonjour").status_code == 200
        finally:
            assert serving.started.stop() == 0
        kept = [r["record"] for r in read(folder / "state" / "ledger") if r.get("call") == _call(finished)]
        assert kept == ["INTENT", "ATTEMPT", "OUTCOME"], "what happened to an admitted call is not lost"


def _check_full(serving: Serving, vendors: Vendors, health: str) -> None:
    """Calls are refused without delay, nothing leaves, and whoever asks how it goes is told."""
    refused = ask(serving, "Bonjour")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "ledger_unavailable")
    assert int(refused.headers["retry-after"]) > 0
    assert len(vendors.received()) == 2
    assert httpx.get(f"{health}/healthz").status_code == 200
    ready = httpx.get(f"{health}/readyz")
    assert (ready.status_code, "ledger" in ready.text) == (503, True)
    page = httpx.get(f"{health}/metrics").text
    assert [line for line in page.splitlines() if line.startswith("ecluse_ledger_failures_total ")] != []
    assert "ecluse_ledger_failures_total 0.0" not in page


def _call(answer: httpx.Response) -> str:
    return answer.headers["x-ecluse-call-id"]
