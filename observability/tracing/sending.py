"""One request to a collector over HTTP, and what may come of one however it is sent."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Literal, NamedTuple, Protocol
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

Headers = Callable[[], Mapping[str, str]]
"""What each request says beside its body, names in lower case; asked each time, since a secret may be renewed."""

_PATH = "/v1/traces"
_LATER = frozenset({408, 429, 502, 503, 504})
_MOST_ANSWER = 64 * 1024
_LONGEST_WAIT = 60.0


class Answer(NamedTuple):
    """sent: taken, but for `rejected` spans. later: to be tried again, after `wait` seconds where the collector said
    so. refused: never to be tried again. reason: a word or a number for the log, never the collector's own words."""

    result: Literal["sent", "later", "refused"]
    reason: str = ""
    rejected: int = 0
    wait: float | None = None


class Sender(Protocol):
    """A way to a collector. Used by one thread; never raises."""

    def send(self, body: bytes) -> Answer: ...
    def close(self) -> None: ...


class HttpSender:
    """OTLP over HTTP, as protobuf, over one connection that is kept. No redirects, no proxy of the environment.

    endpoint: the collector's URL; `/v1/traces` is added unless it ends so. seconds: for each step of a request.
    Raises OSError for a CA bundle that can't be read.
    """

    def __init__(self, endpoint: str, headers: Headers, seconds: float, ca_bundle: str | None = None) -> None:
        parts = urlsplit(endpoint)
        assert parts.hostname is not None
        self._host, self._port, self._seconds, self._headers = parts.hostname, parts.port, seconds, headers
        self._path = parts.path if parts.path.endswith(_PATH) else parts.path.rstrip("/") + _PATH
        self._tls = ssl.create_default_context(cafile=ca_bundle) if parts.scheme == "https" else None
        self._line: HTTPConnection | None = None

    def send(self, body: bytes) -> Answer:
        """One request. A connection that was kept may have been closed meanwhile: then it is tried over a new one."""
        kept = self._line is not None
        answer = self._tried(body)
        return self._tried(body) if kept and answer.reason == "connection" else answer

    def _tried(self, body: bytes) -> Answer:
        try:
            line = self._line = self._line or self._connection()
            sent = {**self._headers(), "content-type": "application/x-protobuf", "user-agent": "ecluse"}
            line.request("POST", self._path, body, sent)
            answer = line.getresponse()
            said = answer.read(_MOST_ANSWER)
            wait = answer.headers.get("retry-after", "")
            if not answer.isclosed():  # there is more of it than anyone should send
                self.close()
        except TimeoutError:
            self.close()
            return Answer("later", "timeout")
        except (OSError, HTTPException):
            self.close()
            return Answer("later", "connection")
        except ValueError:  # a secret that can't stand in a header
            self.close()
            return Answer("later", "not sendable")
        if 200 <= answer.status < 300:
            return Answer("sent", rejected=rejected(said))
        reason = f"status {answer.status}"
        return Answer("later", reason, wait=_seconds(wait)) if answer.status in _LATER else Answer("refused", reason)

    def _connection(self) -> HTTPConnection:
        if self._tls is not None:
            return HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._tls)
        return HTTPConnection(self._host, self._port, timeout=self._seconds)

    def close(self) -> None:
        """Ends the connection."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError):
                line.close()


def rejected(said: bytes) -> int:
    """How many spans a collector didn't take of a request that it took."""
    try:
        return max(int(ExportTraceServiceResponse.FromString(said).partial_success.rejected_spans), 0)
    except Exception:  # noqa: BLE001 - a collector may answer anything; what it took is taken
        return 0


def _seconds(text: str) -> float | None:
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() and len(text) < 9 else None
