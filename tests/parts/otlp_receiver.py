"""A small collector: takes OTLP traces over HTTP and gRPC on loopback ports, and shows what it got by name."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SERVER, CLIENT = Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT
_SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"


@dataclass
class Got:
    """One span. Ids in hex."""

    name: str
    kind: int
    trace: str
    span: str
    parent: str
    seconds: float
    failed: bool
    said: dict[str, Any]
    resource: dict[str, Any]
    schema_url: str


@dataclass
class Receiver:
    """What arrived. status: of answers over HTTP; code: over gRPC, None to take it. rejects: spans that it says it
    didn't take. open: while it isn't set, requests are taken and not answered."""

    url: str = ""
    status: int = 200
    code: grpc.StatusCode | None = None
    rejects: int = 0
    requests: int = 0
    retry_after: str = ""
    open: threading.Event = field(default_factory=threading.Event)
    raw: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def took(self, body: bytes, headers: dict[str, str], *, well: bool) -> bytes:
        """A request came; what is answered where it is taken."""
        self.requests += 1
        self.open.wait(30)
        if well:
            self.raw.append(body)
            self.headers.append(headers)
        answer = ExportTraceServiceResponse()
        answer.partial_success.rejected_spans = self.rejects
        return answer.SerializeToString()

    @property
    def spans(self) -> list[Got]:
        """All spans taken so far."""
        return [got for body in list(self.raw) for got in read_spans(body)]

    def of(self, call: str) -> list[Got]:
        """The spans of a call, the server's first, then the attempts in their order."""
        found = [got for got in self.spans if got.said.get("ecluse.call.id") == call]
        return sorted(found, key=lambda got: (got.kind != SERVER, got.said.get("ecluse.attempt", 0)))

    def wait(self, met: Callable[[], object], seconds: float = 15.0) -> None:
        """Waits in a thread of its own until something is so; an AssertionError where it doesn't come to it."""
        until = time.monotonic() + seconds
        while not met():
            assert time.monotonic() < until, f"after {seconds:g} s: {len(self.raw)} of {self.requests} requests taken"
            time.sleep(0.01)


def read_spans(body: bytes) -> Iterator[Got]:
    """The spans of a request."""
    for told in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = {a.key: _plain(a.value) for a in told.resource.attributes}
        for scoped in told.scope_spans:
            for span in scoped.spans:
                yield Got(
                    span.name, span.kind, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(),
                    (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9, span.status.code == 2,
                    {a.key: _plain(a.value) for a in span.attributes}, resource, scoped.schema_url,
                )  # fmt: skip


def _plain(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_plain(item) for item in value.array_value.values]
    return getattr(value, which or "string_value")


@contextmanager
def http_receiver(papers: tuple[Path, Path] | None = None) -> Iterator[Receiver]:
    """One that listens for OTLP over HTTP, at `/v1/traces` alone. papers: certificate and key, for TLS."""
    receiver = Receiver()
    receiver.open.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            well = receiver.status == 200 and self.path == "/v1/traces"
            said = receiver.took(body, {k.lower(): v for k, v in self.headers.items()}, well=well)
            self.send_response(receiver.status if self.path == "/v1/traces" else 404)
            if receiver.retry_after:
                self.send_header("retry-after", receiver.retry_after)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, address: object) -> None:
            pass  # who asked has gone

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http{'s' if papers else ''}://127.0.0.1:{server.server_port}"
        if papers:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*papers)
            # The handshake belongs to the thread of its connection, not to the one that takes all of them.
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.open.set()
            server.shutdown()
            thread.join(10)


@contextmanager
def grpc_receiver(papers: tuple[Path, Path] | None = None) -> Iterator[Receiver]:
    """One that listens for OTLP over gRPC. papers: certificate and key, for TLS."""
    receiver = Receiver()
    receiver.open.set()

    def export(body: bytes, context: grpc.ServicerContext) -> bytes:
        headers = {str(k): str(v) for k, v in context.invocation_metadata()}
        said = receiver.took(body, headers, well=receiver.code is None)
        if receiver.code is not None:
            context.abort(receiver.code, "as the test wants")
        return said

    server = grpc.server(ThreadPoolExecutor(4))
    handler = grpc.unary_unary_rpc_method_handler(export)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(_SERVICE, {"Export": handler})])
    if papers:
        certificate, key = (path.read_bytes() for path in papers)
        credentials = grpc.ssl_server_credentials([(key, certificate)])
        receiver.url = f"https://127.0.0.1:{server.add_secure_port('127.0.0.1:0', credentials)}"
    else:
        receiver.url = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield receiver
    finally:
        receiver.open.set()
        server.stop(0.1).wait(10)
