"""Two workers see one vendor fail: whoever is told hears of it once. One of them is killed: that is told, too."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.e2e.conftest import Vendors, serve
from tests.e2e.several import configured, ecluse, known_everywhere, metric, processes, until

pytestmark = pytest.mark.e2e


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address of the company's, and what came there."""
    came: list[dict[str, Any]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(orjson.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/told", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_what_both_workers_see_is_told_once(tmp_path: Path, vendors: Vendors) -> None:
    with receiver() as (url, came):
        folder = configured(tmp_path / "told", vendors.url)
        (folder / "key").write_text("hush")
        with (folder / "config.yaml").open("a") as config:
            config.write(f"webhooks: {{ops: {{url: '{url}', secret: 'file:key'}}}}\n")
        serving = serve(folder)
        try:
            known_everywhere(serving)
            vendors.fault("alpha", "status=500")
            headers = {"authorization": f"Bearer {serving.key}", "connection": "close"}
            ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}
            for _ in range(40):
                httpx.post(f"{serving.url}/v1/chat/completions", json=ask, headers=headers, timeout=20)
            until(lambda: metric(serving, "ecluse_breaker_openings_total") >= 1, "a breaker opens")
            until(lambda: any(one["event"] == "breaker.opened" for one in came), "the message")
            (folder / "config.yaml").write_text((folder / "config.yaml").read_text() + "nonsense: 1\n")
            assert ecluse(folder, "reload").returncode == 1, "both workers refuse it"
            until(lambda: any(one["event"] == "reload.refused" for one in came), "the message of one of them")
            before = processes(folder)
            os.kill(before["w1"], signal.SIGKILL)
            until(lambda: any(one["event"] == "worker.took_over" for one in came), "the message of the new worker")
            time.sleep(1.0)  # what would come twice has come
        finally:
            assert serving.started.stop() == 0
    told = Counter((one["event"], one.get("destination"), one.get("reason")) for one in came)
    assert max(told.values()) == 1, told
    (lost,) = (one for one in came if one["event"] == "worker.took_over")
    assert lost["reason"] == f"ended by signal 9 ({before['w1']})" and lost["worker"].startswith("w1/")
    assert len({one["id"] for one in came}) == len(came)
