"""Calls that schemathesis makes up from a description of what is served, right ones and wrong ones: none makes the
server fail, and every error is in the shape of its own dialect.

CONFORMANCE_SECONDS: for how long, with new calls each time, at one's own desk; also every edge of every schema.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, Serving
from tests.e2e.tools.installs import program
from tests.parts.running import run

pytestmark = pytest.mark.e2e

OPERATIONS = ROOT / "tests" / "data" / "conformance" / "operations.yaml"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = 25


def test_none_makes_the_server_fail(serving: Serving, tmp_path: Path) -> None:
    schemathesis = program("conformance", "schemathesis") or pytest.skip(
        "conformance isn't installed: make tools does it"
    )
    seconds = os.environ.get("CONFORMANCE_SECONDS")
    if seconds:
        told = ["--phases", "coverage,fuzzing", "--max-time", seconds]
    else:
        told = ["--phases", "fuzzing", "--seed", "1", "-n", str(EXAMPLES)]
    told += ["--checks", CHECKS, "--warnings", "off", "--no-color", "--no-shrink"]
    told += ["--suppress-health-check", "all", "--request-timeout", "10", "-H", f"Authorization: Bearer {serving.key}"]
    ran = run(
        [schemathesis, "run", OPERATIONS, "-u", serving.url, *told], seconds=float(seconds or 0) + 120,
        cwd=tmp_path, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    assert "9 passed" in ran.stdout, "every operation was tried"
