"""The real run: simulated vendors, a gateway of two workers, a Redis, a Prometheus that reads every second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.boards.company import founded, keys
from tests.e2e.boards.staff import Staff
from tests.e2e.conftest import Serving, Vendors, serve, vendors_started
from tests.e2e.several import known_everywhere
from tests.parts.prometheus import Prometheus, prometheus
from tests.parts.redis_server import SERVER, redis_server


@dataclass
class Scene:
    """What runs. folder: of the gateway."""

    vendors: Vendors
    serving: Serving
    prometheus: Prometheus
    staff: Staff

    @property
    def folder(self) -> Path:
        return self.serving.folder


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Everything started and known to each other; ended with the block however it fares."""
    with ExitStack() as ending:
        vendors = ending.enter_context(vendors_started(folder))
        environment = {"SCENE_SECRET": "not-a-secret-of-anybodys"}
        if SERVER is not None:
            environment["SCENE_REDIS"] = ending.enter_context(redis_server(folder / "redis")).url
        serving = serve(founded(folder / "gateway", vendors.url, redis=SERVER is not None), **environment)
        ending.callback(serving.started.stop)
        issued = keys(serving.folder)
        known_everywhere(serving, list(issued.values())[-1])
        page = serving.started.found(r"metrics http://([0-9.:]+)")
        reading = ending.enter_context(prometheus(folder / "prometheus", [page]))
        yield Scene(vendors, serving, reading, Staff(serving.url, issued))
