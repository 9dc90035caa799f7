"""Traces of several workers: each sends its own, and one that is replaced sends what it had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Vendors, serve
from tests.e2e.several import configured, ecluse, known_everywhere, metric
from tests.parts.otlp_receiver import SERVER, Receiver, grpc_receiver

pytestmark = pytest.mark.e2e


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Over gRPC, which has threads of its own in each process."""
    with grpc_receiver() as opened:
        yield opened


def test_every_call_of_every_worker_arrives_once(tmp_path: Path, vendors: Vendors, receiver: Receiver) -> None:
    folder = configured(tmp_path / "several", vendors.url)
    with (folder / "config.yaml").open("a") as file:
        file.write(f"tracing: {{endpoint: '{receiver.url}', protocol: grpc, ratio: 1, most_a_second: 1000}}\n")
    serving = serve(folder)
    try:
        known_everywhere(serving)
        calls = [asked(serving.url, serving.key) for _ in range(20)]
        receiver.wait(lambda: receiver.of(calls[-1]))
        assert metric(serving, "ecluse_traces_total") == 20
        restarted = ecluse(folder, "restart")
        assert restarted.returncode == 0, restarted.stderr
        calls += [asked(serving.url, serving.key) for _ in range(20)]
    finally:
        assert serving.started.stop() == 0
    servers = [got for got in receiver.spans if got.kind == SERVER]
    assert sorted(got.said["ecluse.call.id"] for got in servers) == sorted(calls)
    instances = {got.resource["service.instance.id"].rpartition("/")[2] for got in servers}
    assert instances == {"w0", "w1"}
    assert not (folder / "gateway.log").read_text().count("traces.failing")


def asked(url: str, key: str) -> str:
    """The id of a call that was answered, over a connection of its own."""
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "bonjour"}]}
    answer = httpx.post(f"{url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {key}"}, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.headers["x-ecluse-call-id"]
