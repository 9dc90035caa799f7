"""Two installations in one Redis, a worker that is killed, one that gets no core, and a Redis that says nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

import pytest

from tests.e2e.alerts.callers import Kind, calling
from tests.e2e.alerts.watching import fire, firing, metrics_of, operator, watched
from tests.e2e.conftest import CONFIG, Serving, serve, vendors_started
from tests.e2e.several import processes, until
from tests.parts.prometheus_server import PrometheusServer, needs_prometheus
from tests.parts.redis_server import needs_redis, redis_server

pytestmark = [pytest.mark.e2e, needs_prometheus, needs_redis]

STRANGE = {"EcluseRevisionsDiffer", "EcluseStoreForged"}
LOST = {"EcluseWorkerLost", "EcluseWorkersMissing"}
SILENT = {"EcluseStoreSilent", "EcluseQuotaUnknown"}
FIRES = STRANGE | LOST | SILENT | {"EcluseLoopLag"}

MORE = """\
shared: {{store: redis, url: "${{REDIS}}", stale_seconds: 60, lease_seconds: 2}}
quotas: [{{scope: user, unit: requests, window: hour, limit: {limit}}}]
"""


@contextmanager
def installation(folder: Path, vendors: str, redis: str, *, workers: int) -> Iterator[Serving]:
    """A gateway with a keyring of its own, in the store that others use as well."""
    folder.mkdir()
    config = CONFIG.format(vendors=vendors).replace("control: c.sock", f"control: c.sock, workers: {workers}")
    (folder / "config.yaml").write_text(config + MORE.format(limit=10_000 + workers))
    serving = serve(folder, REDIS=redis)
    try:
        yield serving
    finally:
        serving.started.stop()


def late(serving: Serving, prometheus: PrometheusServer) -> None:
    """Lets the workers run for moments only, as on a machine without a free core, until that is told.

    Not in step with what measures it once a second, which then would run in these moments, and on time.
    """
    pids, stopped = processes(serving.folder).values(), cycle((0.5, 0.7, 0.9))

    def told() -> bool:
        for sign, seconds in ((signal.SIGSTOP, next(stopped)), (signal.SIGCONT, 0.3)):
            for pid in pids:
                os.kill(pid, sign)
            time.sleep(seconds)
        return "EcluseLoopLag" in firing(prometheus)

    until(told, "the alert on lag fires", 25.0)


def test_what_gateways_share(tmp_path: Path) -> None:
    with ExitStack() as stack:
        vendors = stack.enter_context(vendors_started(tmp_path))
        redis = stack.enter_context(redis_server(tmp_path / "redis"))
        ours = stack.enter_context(installation(tmp_path / "ours", vendors.url, redis.url, workers=2))
        other = stack.enter_context(installation(tmp_path / "other", vendors.url, redis.url, workers=1))
        prometheus = stack.enter_context(watched(tmp_path / "prometheus", metrics_of(ours), metrics_of(other)))
        assert operator(other.folder, "stop", "user", "somebody")[0] == 0
        os.kill(processes(ours.folder)["w1"], signal.SIGKILL)
        fire(prometheus, *STRANGE, *LOST)
        until(lambda: prometheus.query("ecluse_workers == 2"), "two workers again")
        late(ours, prometheus)
        redis.freeze()
        with calling(ours, Kind("gpt-4o-mini", callers=2)):
            fire(prometheus, *SILENT)
        redis.thaw()
