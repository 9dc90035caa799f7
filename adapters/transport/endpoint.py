"""Where a vendor listens, how it is reached and how long each part of that may take."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one vendor listens and how it is reached. Times in seconds; connections: most at once.

    base_url: it may be a secret (of a webhook), and is in no repr.
    ca_bundle: PEM file of the authorities trusted instead of the system's. egress_proxy: URL of an HTTP proxy.
    socket: path of a Unix socket that is asked instead of the host, where a process of our own user must listen.
    """

    base_url: str = field(repr=False)
    ca_bundle: str | None = None
    egress_proxy: str | None = field(default=None, repr=False)
    connect_seconds: float = 5.0
    first_byte_seconds: float = 300.0
    idle_seconds: float = 120.0
    total_seconds: float = 600.0
    connections: int = 256
    socket: str | None = None


def joined(base: str, path: str) -> str:
    """Base URL and path; a version that both name (`.../v1` and `/v1/...`) stands once."""
    version = "/" + base.rpartition("/")[2]
    return base + (path.removeprefix(version) if path.startswith(f"{version}/") else path)
