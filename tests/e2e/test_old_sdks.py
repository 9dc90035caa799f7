"""The SDKs of one major ago: scripts that nobody has touched since go on working."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import TOOLS, Serving, run_tool

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "old_sdks.txt"
SCRIPT = Path(__file__).with_name("ask_with_sdks.py")
MODELS = ["claude-sonnet-4-5", "gpt-4o-mini", "text-embedding-3-small"]


def installed() -> Path:
    """The Python of an environment with the old SDKs, made once for each lock file."""
    place = TOOLS / f"old-sdks-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        venv.create(place, clear=True, with_pip=True)
        pip = [
            str(python),
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(LOCK),
        ]
        subprocess.run(pip, check=True, timeout=300)
        (place / "complete").touch()
    return python


def asked(python: Path | str, serving: Serving) -> Any:
    """What the script says when `python` runs it."""
    ran = run_tool([str(python), str(SCRIPT), serving.url], ROOT, {"ECLUSE_KEY": serving.key})
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout)


@pytest.mark.parametrize("age", ["old", "new"])
def test_the_sdks(serving: Serving, age: str) -> None:
    said = asked(installed() if age == "old" else sys.executable, serving)
    versions = {name: said[name].pop("version") for name in said}
    print(versions)
    assert (versions["openai"] < "2", versions["anthropic"] < "1") == (age == "old",) * 2
    greeting, call = "Bonjour de Lyon", ["weather", {"town": "Lyon"}]
    both = {"chat": greeting, "stream": greeting, "tool": call, "wrong key": 401}
    assert said["openai"] == both | {"responses": greeting, "embeddings": [256, 256], "models": [*MODELS]}
    assert said["anthropic"].pop("count") > 0
    assert said["anthropic"] == both | {"models": [*MODELS]}
