"""The SDKs of one major ago: scripts that nobody has touched since go on working."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, TOOLS, Serving, page, run_tool

pytestmark = pytest.mark.e2e

LOCK = ROOT / "requirements" / "old_sdks.txt"
SCRIPT = Path(__file__).with_name("ask_with_sdks.py")
MODELS = ["claude-sonnet-5", "gpt-4o-mini", "text-embedding-3-small"]


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


@pytest.mark.parametrize("age", ["old", "new"])
@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_what_the_pages_say(serving: Serving, name: str, age: str) -> None:
    python = installed() if age == "old" else sys.executable
    settings = dict(re.findall("export ([A-Z_]+)=(.+)", page(f"{name}-sdk.md", "bash", serving)))
    ran = run_tool([str(python), "-c", page(f"{name}-sdk.md", "python", serving)], ROOT, settings)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "Lyon" in ran.stdout
    assert all(f"'{model}'" in ran.stdout.splitlines()[-1] for model in MODELS)


def test_what_the_page_on_curl_says(serving: Serving) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    ran = run_tool(["bash", "-euo", "pipefail", "-c", page("curl.md", "bash", serving)], ROOT, {})
    assert ran.returncode == 0, ran.stderr
    for word in ("chat.completion.chunk", "data: [DONE]", '"type":"message"', '"embedding":[', '"gpt-4o-mini"'):
        assert word in ran.stdout
