"""The real run: simulated vendors, a gateway of two workers, a Redis, a Prometheus that reads every second."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.boards.company import founded, keys
from tests.e2e.boards.staff import Staff
from tests.e2e.conftest import ROOT, Serving, Vendors, serve, vendors_started
from tests.e2e.several import until
from tests.gateway.tls.papers import Authority
from tests.parts.otlp_receiver import http_receiver
from tests.parts.prometheus_server import PrometheusServer, prometheus_server
from tests.parts.redis_server import SERVER, RedisServer, redis_server

OBJECTIVES = ROOT / "deploy" / "prometheus" / "rules" / "objectives.yaml"


@dataclass
class Scene:
    """What runs. folder: of the gateway."""

    vendors: Vendors
    serving: Serving
    prometheus: PrometheusServer
    staff: Staff
    redis: RedisServer | None

    @property
    def folder(self) -> Path:
        return self.serving.folder


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Everything started and known to each other; ended with the block however it fares."""
    with ExitStack() as ending:
        vendors = ending.enter_context(vendors_started(folder))
        collector = ending.enter_context(http_receiver())
        environment = {"SCENE_SECRET": "not-a-secret-of-anybodys"}
        redis = ending.enter_context(redis_server(folder / "redis")) if SERVER is not None else None
        if redis is not None:
            environment["SCENE_REDIS"] = redis.url
        authority = Authority()
        authority.issue().into(folder / "gateway" / "tls")
        home = founded(folder / "gateway", vendors.url, collector.url, redis=redis is not None)
        serving = serve(home, **environment)
        ending.callback(serving.started.stop)
        issued = keys(serving.folder)
        page = serving.started.found(r"metrics http://([0-9.:]+)")
        reading = ending.enter_context(prometheus_server(folder / "prometheus", [page], str(OBJECTIVES)))
        staff = Staff(serving.url, issued, ssl.create_default_context(cadata=authority.own.chain.decode()))
        until(lambda: asyncio.run(staff.served()), "the shared store has told every worker what is used")
        # Totals count an event that is the first of its series where the gateway was read when the time shown began.
        until(lambda: reading.query("ecluse_requests_total offset 3s"), "the gateway has been read for a while")
        yield Scene(vendors, serving, reading, staff, redis)
