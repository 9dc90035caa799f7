"""One request to a collector: its path, its connection, and nothing on the way there that the environment names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from observability.tracing.sending import Answer, HttpSender, rejected
from observability.tracing.sending_grpc import GrpcSender
from tests.parts.otlp_receiver import grpc_receiver, http_receiver

SENT = Answer("sent")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def headers() -> dict[str, str]:
    return {"x-a": "b"}


@contextmanager
def once_a_connection(answers: int) -> Iterator[str]:
    """A server that says that it keeps a connection, and closes it after each answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            for _ in range(answers):
                line, _ = server.accept()
                with line:
                    line.settimeout(10)
                    said = b""
                    while not said.endswith(b"body"):
                        said += line.recv(4096)
                    line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_the_path_is_added_where_it_is_not_there() -> None:
    with http_receiver() as receiver:
        for endpoint in (receiver.url, f"{receiver.url}/", f"{receiver.url}/v1/traces"):
            sender = HttpSender(endpoint, headers, 5.0)
            assert sender.send(b"") == SENT
            sender.close()
        under = HttpSender(f"{receiver.url}/otlp", headers, 5.0)
        assert under.send(b"") == Answer("refused", "status 404")
        under.close()
        assert receiver.headers[0]["x-a"] == "b"
        assert len(receiver.raw) == 3


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    with once_a_connection(3) as url:
        sender = HttpSender(url, headers, 5.0)
        assert [sender.send(b"body") for _ in range(3)] == [SENT] * 3
        sender.close()


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
    with http_receiver() as over_http, grpc_receiver() as over_grpc:
        for sender in (HttpSender(over_http.url, headers, 5.0), GrpcSender(over_grpc.url, headers, 5.0)):
            assert sender.send(b"") == SENT
            sender.close()


def test_a_collector_says_when_it_wants_to_be_asked_again() -> None:
    with http_receiver() as receiver:
        sender = HttpSender(receiver.url, headers, 5.0)
        receiver.status = 429
        for said, wait in (("7", 7.0), ("86400", 60.0), ("Thu, 01 Jan 1970 00:00:00 GMT", None), ("-1", None)):
            receiver.retry_after = said
            assert sender.send(b"") == Answer("later", "status 429", wait=wait)
        sender.close()


def test_no_collector_takes_back_what_was_counted() -> None:
    said = ExportTraceServiceResponse()
    for count, believed in ((3, 3), (-3, 0), (-(2**63), 0)):
        said.partial_success.rejected_spans = count
        assert rejected(said.SerializeToString()) == believed
    assert rejected(b"\xff not what a collector says") == 0


@pytest.mark.parametrize("sender", [HttpSender, GrpcSender])
def test_a_secret_that_no_header_can_hold_is_tried_later(sender: type[HttpSender] | type[GrpcSender]) -> None:
    with http_receiver() as receiver:
        wrong = sender(receiver.url, lambda: {"authorization": "a\nb"}, 5.0)
        assert wrong.send(b"").result in ("later", "refused")
        assert not receiver.raw
        wrong.close()
