"""A start that meets a port that somebody has says which setting asks for it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.serve import FAILED
from tests.conftest import CONFIG


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("setting", ["simulator.port", "server.data", "server.metrics"])
def test_the_setting_is_named(setting: str, workers: int, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        text = CONFIG.replace("control: c.sock", f"control: c.sock, workers: {workers}", 1)
        section, _, name = setting.partition(".")
        if section == "simulator":
            text, where = text.replace("enabled: true", f"enabled: true, port: {port}", 1), str(port)
        else:
            text, where = text.replace(f'{name}: "127.0.0.1:0"', f'{name}: "127.0.0.1:{port}"', 1), f"127.0.0.1:{port}"
        config.write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", "serve", "--development", "--config", config],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == FAILED
    said = f"can't listen or write: {setting} {where} is taken: set another port, or 0 for a free one\n"
    assert done.stderr == said
