"""The real parts do what the tests that use them rely on."""

from __future__ import annotations

from pathlib import Path

from tests.parts.redis_server import needs_redis, redis_server


@needs_redis
def test_a_redis_that_is_started_again_has_forgotten(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        assert server.command("SET", "a", "1") == b"+OK\r\n"
        assert server.command("GET", "a") == b"$1\r\n1\r\n"
        server.kill()
        server.start()
        assert server.command("GET", "a") == b"$-1\r\n"
