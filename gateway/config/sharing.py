"""The store that workers and replicas share: quotas, keys, stops and what else must hold for all of them."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.config import kinds as k
from gateway.config.secret import Secret
from gateway.config.table import setting

STORES = ("memory", "sqlite", "redis")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSettings:
    """Where shared state lives, and how long a worker may go on without hearing from there."""

    store: str = setting(
        k.choice(*STORES),
        "sqlite: workers of one machine; redis: several machines; memory: one worker, forgotten at a restart.",
        default="sqlite",
    )
    url: Secret | None = setting(
        k.SECRET, "Address of the Redis or Valkey, by reference: a redis:// or rediss:// URL.", default=None
    )
    prefix: str = setting(k.WORD, "What all names of this installation in the store begin with.", default="ecluse")
    poll_seconds: float = setting(k.SPAN, "How often a worker asks the store for news.", default=0.5)
    stale_seconds: float = setting(
        k.SPAN, "How old a worker's last word from the store may be; past it callers get 503.", default=4.0
    )
    timeout_seconds: float = setting(k.SPAN, "Time for one command at the store.", default=1.0)
    lease_seconds: float = setting(
        k.SPAN, "How long a worker may use its share of a quota without renewing it at the store.", default=10.0
    )
    replicas: int = setting(
        k.count(1, 10_000),
        "Serving processes over all machines: their parts of most_in_flight, and of a quota without the store.",
        default=1,
    )


def is_redis(url: str) -> bool:
    """Whether a URL is the address of a Redis and says no more: its options could undo what bounds our commands."""
    try:
        parts = urlsplit(url)
        where = parts.path if parts.scheme == "unix" else parts.hostname
        return parts.scheme in ("redis", "rediss", "unix") and bool(where) and parts.port != 0 and not parts.query
    except ValueError:  # a port that is none
        return False
