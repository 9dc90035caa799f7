"""litellm's process is killed: that it is away is told, and that it was lost."""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.e2e.alerts.watching import fire, metrics_of, silent, watched
from tests.e2e.conftest import CONFIG, serve, vendors_started
from tests.e2e.several import status, until
from tests.parts.prometheus_server import needs_prometheus

pytestmark = [
    pytest.mark.e2e,
    needs_prometheus,
    pytest.mark.skipif(
        find_spec("litellm") is None, reason="litellm isn't installed: pip install -r requirements/litellm.txt"
    ),
]

FIRES = {"EcluseBridgeDown", "EcluseBridgeLost"}


def test_the_bridge_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    folder.mkdir()
    with vendors_started(tmp_path) as vendors:
        place = f'base_url: "{vendors.url}/beta", credential: "${{TAIL_KEY}}"'
        tail = f"{{kind: litellm, {place}, options: {{provider: anthropic}}}}"
        config = CONFIG.format(vendors=vendors.url).replace(
            f'{{kind: simulator, base_url: "{vendors.url}/beta"}}', tail
        )
        (folder / "config.yaml").write_text(config)
        serving = serve(folder, TAIL_KEY="sk-tail-0123456789")
        try:
            until(lambda: status(folder)["bridge"]["state"] == "serves", "litellm serves")
            with watched(tmp_path / "prometheus", metrics_of(serving)) as prometheus:
                silent(prometheus, *FIRES)
                os.kill(status(folder)["bridge"]["pid"], signal.SIGKILL)
                fire(prometheus, *FIRES)
        finally:
            serving.started.stop()
