"""Without a collector nothing of traces is loaded or done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import House

ROOT = Path(__file__).parents[3]


def test_what_makes_and_sends_spans_is_loaded_by_who_has_a_collector() -> None:
    program = (
        "import sys; import gateway.serve, gateway.workers.serving, gateway.supervisor; "
        "print([m for m in ('opentelemetry.proto', 'google.protobuf', 'grpc') if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.strip() == "[]"


async def test_a_gateway_without_an_endpoint_traces_nothing(house: House) -> None:
    await house.fault("alpha", "status=503")
    assert (await house.chat("bonjour", stream=True)).status_code == 200
    assert not house.gateway.runtime.tracing.on
    page = await house.metrics()
    assert 'ecluse_telemetry_spans_total{result="sent"} 0' in page
    assert "ecluse_traces_total{" not in page
