"""The gateway works with the system calls that its unit leaves it."""

from __future__ import annotations

import base64
import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import ECLUSE, ROOT, Vendors, start
from tests.e2e.several import configured, ecluse, until
from tests.gateway.reading import paper

pytestmark = pytest.mark.e2e

UNIT = ROOT / "deploy/systemd/ecluse.service"
SANDBOX = ROOT / "tests/parts/unit_sandbox.py"


def needs_both() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp is not installed")


def test_what_the_unit_forbids_is_refused() -> None:
    needs_both()
    words = [sys.executable, SANDBOX, UNIT, "/bin/sh", "-c", "chown 0 /tmp; nice -n 1 true; chroot / true"]
    said = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False).stderr
    assert said.count("Operation not permitted") == 3, said


def test_two_workers_serve_read_a_document_reload_and_drain(tmp_path: Path, vendors: Vendors) -> None:
    needs_both()
    folder = configured(tmp_path / "unit", vendors.url)
    command = [sys.executable, SANDBOX, UNIT, ECLUSE, "serve", "--config", folder / "config.yaml", "--development"]
    started = start(command, "ECLUSE_KEY=", folder / "gateway.log")
    try:
        url, key = started.found("serves at (http://[0-9.:]+)"), started.found("(ecl_[0-9A-Za-z]+)")
        headers = {"authorization": f"Bearer {key}"}
        raw = base64.b64encode(paper.pages("Bonjour")).decode()
        part = {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{raw}"}}
        document = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": [part]}]}
        until(lambda: httpx.get(f"{url}/v1/models", headers=headers).status_code == 200, "the key is known")
        answer = httpx.post(f"{url}/v1/chat/completions", headers=headers, json=document, timeout=30)
        assert answer.status_code == 200, answer.text
        page = httpx.get(started.found(r"metrics (http://[0-9.:]+)") + "/metrics").text
        assert "ecluse_workers 2" in page
        assert ecluse(folder, "reload").returncode == 0
    finally:
        assert started.stop() == 0
    assert '"level":"error"' not in (folder / "gateway.log").read_text()
