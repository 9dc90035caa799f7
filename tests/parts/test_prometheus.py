"""The real Prometheus does what the tests that use it rely on."""

from __future__ import annotations

from pathlib import Path

from tests.parts.prometheus import needs_prometheus, prometheus


@needs_prometheus
def test_it_reads_what_it_is_pointed_at_and_answers(tmp_path: Path) -> None:
    with prometheus(tmp_path, ["127.0.0.1:9"], every="200ms") as server:
        assert server.value("vector(2) * 21") == 42
        assert server.until('up{job="ecluse"} == 0', "nobody listens there")
        assert server.value("nothing_of_that_name") is None
    assert server.process.returncode is not None
