"""What goes wrong beside the calls: a certificate that nobody renews, and litellm's process, which is killed."""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.e2e.alerts.watching import fire, metrics_of, silent, watched
from tests.e2e.conftest import CONFIG, ECLUSE, start
from tests.e2e.several import status, until
from tests.gateway.tls.papers import Authority
from tests.parts.prometheus_server import PrometheusServer, needs_prometheus

pytestmark = [pytest.mark.e2e, needs_prometheus]

BRIDGE = {"EcluseBridgeDown", "EcluseBridgeLost"}
FIRES = BRIDGE | {"EcluseCertificateEnds14Days", "EcluseCertificateEnds3Days", "EcluseCertificateRefused"}

NOBODY = "http://127.0.0.1:9"
PLAIN = f'{{kind: simulator, base_url: "{NOBODY}/beta"}}'
TAIL = f'{{kind: litellm, base_url: "{NOBODY}/beta", credential: "${{TAIL_KEY}}", options: {{provider: anthropic}}}}'


def lose_the_bridge(folder: Path, prometheus: PrometheusServer) -> None:
    """Kills litellm's process, once it serves."""
    until(lambda: prometheus.query("ecluse_bridge_up == 1"), "litellm serves")
    silent(prometheus, *BRIDGE)
    os.kill(status(folder)["bridge"]["pid"], signal.SIGKILL)
    fire(prometheus, *BRIDGE)


def test_beside_the_calls(tmp_path: Path) -> None:
    bridged = find_spec("litellm") is not None
    authority = Authority()
    certificate, key = authority.issue(ends=10).into(tmp_path)
    tls = f'control: c.sock, tls: {{certificate: "{certificate}", key: "{key}"}}'
    config = CONFIG.format(vendors=NOBODY).replace("control: c.sock", tls)
    (tmp_path / "config.yaml").write_text(config.replace(PLAIN, TAIL) if bridged else config)
    command: list[str | Path] = [ECLUSE, "serve", "--config", tmp_path / "config.yaml", "--development"]
    started = start(command, "ECLUSE_KEY=", tmp_path / "gateway.log", TAIL_KEY="sk-tail-0123456789")
    try:
        with watched(tmp_path / "prometheus", metrics_of(started)) as prometheus:
            fire(prometheus, "EcluseCertificateEnds14Days")
            authority.issue(ends=2).into(tmp_path)
            fire(prometheus, "EcluseCertificateEnds3Days")
            certificate.write_bytes(authority.issue(ends=90).chain)  # and still the key of the one before
            fire(prometheus, "EcluseCertificateRefused")
            if bridged:
                lose_the_bridge(tmp_path, prometheus)
    finally:
        started.stop()
    if not bridged:
        pytest.skip("litellm isn't installed (pip install -r requirements/litellm.txt): its alerts weren't tried")
