"""The same over gRPC. A module of its own: grpc takes its time and memory to load, and not everyone needs it."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

# Its core writes to standard error whatever it finds noteworthy, and that is where our log goes.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc

from observability.tracing.sending import Answer, Headers, rejected

_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_LATER = frozenset({
    grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.ABORTED, grpc.StatusCode.OUT_OF_RANGE, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DATA_LOSS,
})  # fmt: skip
_OPTIONS = (
    ("grpc.enable_http_proxy", 0),  # the environment's
    ("grpc.primary_user_agent", "ecluse"),
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 10_000),
)


class GrpcSender:
    """OTLP over gRPC: plain for an http:// endpoint, with TLS for an https:// one. seconds: for one request.

    Raises OSError for a CA bundle that can't be read.
    """

    def __init__(self, endpoint: str, headers: Headers, seconds: float, ca_bundle: str | None = None) -> None:
        parts = urlsplit(endpoint)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        target = f"{host}:{parts.port or 4317}"
        self._headers, self._seconds = headers, seconds
        if parts.scheme == "https":
            ssl.create_default_context(cafile=ca_bundle)  # grpc would say nothing of a file that has no certificate
            roots = Path(ca_bundle).read_bytes() if ca_bundle else None
            self._channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(roots), _OPTIONS)
        else:
            self._channel = grpc.insecure_channel(target, _OPTIONS)
        # Bytes out and bytes in: what is sent was encoded before, once for all tries.
        self._export = self._channel.unary_unary(_EXPORT)

    def send(self, body: bytes) -> Answer:
        """One request."""
        try:
            said = self._export(body, timeout=self._seconds, metadata=tuple(self._headers().items()))
        except grpc.RpcError as error:
            code = error.code()
            return Answer("later" if code in _LATER else "refused", code.name.lower())
        except ValueError:  # a secret that can't stand in a header, or the channel was closed meanwhile
            return Answer("later", "not sendable")
        return Answer("sent", rejected=rejected(said))

    def close(self) -> None:
        """Ends the channel."""
        self._channel.close()
