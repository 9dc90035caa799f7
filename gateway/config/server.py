"""Settings of the listeners and of what one call may be."""

# ruff: noqa: RUF009 - setting(), section() ... return dataclasses.field(), they are not shared defaults

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateway.config import kinds as k
from gateway.config.kinds import Address, Network
from gateway.config.table import section, setting
from gateway.config.tls import TlsSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the gateway listens and how it speaks."""

    data: Address = setting(
        k.ADDRESS, "Listener for staff tools.", default=Address("127.0.0.1", 8080), shown="127.0.0.1:8080"
    )
    metrics: Address = setting(
        k.ADDRESS,
        "Listener for /metrics, /healthz and /readyz; read-only, keep it private.",
        default=Address("127.0.0.1", 9464),
        shown="127.0.0.1:9464",
    )
    control: Path | None = setting(
        k.PATH, "Unix socket (0600) of the control surface.", default=None, shown="control.sock in state_dir"
    )
    language: str = setting(k.choice("en", "fr"), "Language of the messages that staff see.", default="en")
    trusted_proxies: tuple[Network, ...] = setting(
        k.several(k.NETWORK), "Networks whose X-Forwarded-For and traceparent are believed.", default=()
    )
    workers: int = setting(k.count(1, 64), "Serving processes; about one a core.", default=1)
    unready_seconds: float = setting(
        k.SPAN,
        "How long a stop only shows in /readyz, while calls are still taken: what balancers need to see it.",
        default=0.0,
        shown="none",
    )
    hung_seconds: float = setting(
        k.SPAN, "How long one of several workers may give no sign of life before it is replaced.", default=30.0
    )
    tls: TlsSettings = section(TlsSettings, "TLS on the data listener.")

    @property
    def scheme(self) -> str:
        """Of the URL that staff tools call."""
        return "https" if self.tls.on else "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call or client may take."""

    body_bytes: int = setting(k.SIZE, "Largest request body.", default=16 << 20, shown="16MiB")
    depth: int = setting(k.count(4, 256), "Deepest nesting of a request body.", default=64)
    texts: int = setting(
        k.count(1000),
        "Strings, names of members and numbers in a request body, and in all lines of a file of requests.",
        default=200_000,
    )
    header_seconds: float = setting(k.SPAN, "Time to send the request line and headers.", default=10.0)
    body_seconds: float = setting(k.SPAN, "Time to send the body.", default=60.0)
    drain_seconds: float = setting(k.SPAN, "Time that calls in flight get at shutdown.", default=30.0)
    hold_lifecycle_seconds: float = setting(
        k.SPAN, "How long frames without content are held back, so that failover stays possible.", default=15.0
    )
    deadline_seconds: float = setting(k.SPAN, "Time for all attempts of a call together.", default=600.0)
    max_policy_age_seconds: float = setting(
        k.SPAN, "How long a call in flight may go on under policies replaced since.", default=600.0
    )
    connections: int = setting(k.count(1, 100_000), "Open client connections at once.", default=1000)
    bodies_bytes: int = setting(
        k.SIZE, "Bytes of all request bodies in flight, in one serving process.", default=256 << 20, shown="256MiB"
    )
