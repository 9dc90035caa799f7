"""One bridge to vendors of the long tail, which all workers of a gateway share and none of them loads."""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Serving, Vendors, serve
from tests.e2e.several import configured, processes, status, until
from tests.e2e.test_told import receiver

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        find_spec("litellm") is None, reason="litellm isn't installed: pip install -r requirements/litellm.txt"
    ),
]
KEY = "sk-tail-canary-9876543210"


def chat(serving: Serving, words: str, model: str = "tail") -> httpx.Response:
    ask = {"model": model, "messages": [{"role": "user", "content": words}]}
    headers = {"authorization": f"Bearer {serving.key}"}
    return httpx.post(f"{serving.url}/v1/chat/completions", json=ask, headers=headers, timeout=30)


def memory(pid: int) -> bytes:
    """What a process has mapped."""
    return Path(f"/proc/{pid}/maps").read_bytes()


def test_workers_share_a_bridge_that_is_watched(tmp_path: Path, vendors: Vendors) -> None:
    with receiver() as (url, came):
        folder = configured(tmp_path / "several", vendors.url, server="workers: 2, hung_seconds: 2", drain_seconds=2)
        (folder / "key").write_text("hush")
        with (folder / "config.yaml").open("a") as config:
            config.write(f"webhooks: {{ops: {{url: '{url}', secret: 'file:key'}}}}\n")
        _shared_and_watched(folder, vendors, came)


def _shared_and_watched(folder: Path, vendors: Vendors, came: list[dict[str, Any]]) -> None:
    text = (folder / "config.yaml").read_text()
    place = f'base_url: "{vendors.url}/beta", credential: "${{TAIL_KEY}}"'
    tail = f"{{kind: litellm, {place}, options: {{provider: anthropic}}}}"
    text = text.replace(f'{{kind: simulator, base_url: "{vendors.url}/beta"}}', tail)
    (folder / "config.yaml").write_text(text.replace("models:\n", "models:\n  tail: {destinations: [beta/claude]}\n"))
    serving = serve(folder, TAIL_KEY=KEY)
    try:
        for number in range(8):
            assert f"call {number}" in chat(serving, f"[[sim:say=call {number}]]").text
        bridge, pids = status(folder)["bridge"], processes(folder).values()
        assert bridge["state"] == "serves" and len(pids) == 2
        for pid in pids:
            assert b"litellm" not in memory(pid) and KEY.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        os.kill(bridge["pid"], signal.SIGSTOP)
        until(lambda: not Path(f"/proc/{bridge['pid']}").exists(), "one that hangs is killed")
        second = until(lambda: "calls" in (now := status(folder)["bridge"]) and now, "another is started")
        assert second["replaced"] == {"hung": 1} and second["pid"] != bridge["pid"]
        lost = until(lambda: [one for one in came if one["event"] == "bridge.lost"], "a worker tells of it")
        assert [one["reason"] for one in lost] == ["hung"] and "litellm" in lost[0]["text"]["en"]
        assert KEY.encode() not in serving.traces()
    finally:
        serving.started.kill(group=False)
    until(lambda: not Path(f"/proc/{second['pid']}").exists(), "it ends with who started it")
