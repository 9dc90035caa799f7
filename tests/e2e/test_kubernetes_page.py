"""Two replicas by the page on Kubernetes, with what it makes and nothing else: they start, and give a key for both."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deploy.test_kubernetes import made_by_the_page, one, page
from tests.e2e.conftest import ECLUSE, Started, start
from tests.e2e.several import answered
from tests.parts.redis_server import needs_redis, redis_server
from tests.parts.running import run

pytestmark = pytest.mark.e2e


CHANGES = {
    "0.0.0.0:8080": "127.0.0.1:0",
    "0.0.0.0:9464": "127.0.0.1:0",
    "unready_seconds: 10 ": "unready_seconds: 10ms ",
}
"""What two replicas on one machine have otherwise than pods: ports, and nobody waits for a balancer."""


def replica(made: Path, name: str, redis: str) -> tuple[Path, Started]:
    """What a pod runs on the configuration, with the names of its secret, and a state folder of its own."""
    text, config = made.read_text(), made.with_name(f"{name}.yaml")
    for shown, here in {**CHANGES, str(made.parents[2] / "state"): str(made.with_name(name))}.items():
        assert shown in text
        text = text.replace(shown, here)
    config.write_text(text)
    environ = one("Secret")["stringData"] | {"ECLUSE_REDIS": redis}
    return config, start(
        [ECLUSE, "serve", "--config", config], "ecluse serves at", config.with_suffix(".log"), **environ
    )


@needs_redis
def test_they_start_and_one_key_is_known_to_both(tmp_path: Path) -> None:
    made = made_by_the_page(tmp_path)
    (words,) = [words for words in page() if "exec" in words]
    pod, command = words[words.index("exec") + 1], words[words.index("--") + 1 :]
    assert command[0] == "ecluse"
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(tmp_path / "redis"))
        replicas = {}
        for number in range(one("StatefulSet")["spec"]["replicas"]):
            replicas[f"ecluse-{number}"] = replica(made, f"ecluse-{number}", redis.url)
            stack.callback(replicas[f"ecluse-{number}"][1].stop)
        environ = {**os.environ, **one("Secret")["stringData"], "ECLUSE_CONFIG": str(replicas[pod][0])}
        told = run([ECLUSE, *command[1:]], seconds=60, env=environ)
        assert told.returncode == 0, told.stderr
        (key,) = [word for word in told.stdout.split() if word.startswith("ecl_")]
        for _, started in replicas.values():
            answered(started.found("serves at (http://[0-9.:]+)"), key, 200)
