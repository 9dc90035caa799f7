"""What the pages on SDKs say is run as it stands, with the newest SDK and with one of an older major."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.e2e.conftest import ROOT, page, run_tool
from tests.e2e.tools.installs import program
from tests.e2e.tools.serving import House

pytestmark = pytest.mark.e2e

MODELS = ["claude-sonnet-5", "gpt-4o-mini", "text-embedding-3-small"]


@pytest.mark.parametrize("install", ["python-old", "python-new"])
@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_what_the_pages_say(tools_house: House, name: str, install: str) -> None:
    python = program(install, "python") or pytest.skip(f"{install} is not installed")
    settings = dict(re.findall("export ([A-Z_]+)=(.+)", page(f"{name}-sdk.md", "bash", tools_house.serving)))
    ran = run_tool([str(python), "-c", page(f"{name}-sdk.md", "python", tools_house.serving)], ROOT, settings)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "Lyon" in ran.stdout
    assert all(f"'{model}'" in ran.stdout.splitlines()[-1] for model in MODELS)


def test_what_the_page_on_googles_sdk_says(tools_house: House) -> None:
    python = program("python-new", "python") or pytest.skip("python-new is not installed")
    settings = dict(re.findall("export ([A-Z_]+)=(.+)", page("google-genai.md", "bash", tools_house.serving)))
    ran = run_tool([str(python), "-c", page("google-genai.md", "python", tools_house.serving)], ROOT, settings)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "The task is done after 1 tool result(s)." in ran.stdout
    assert all(f"'models/{model}'" in ran.stdout.splitlines()[-1] for model in (*MODELS, "gemini-2.5-flash"))


def test_what_the_page_on_curl_says(tools_house: House) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    ran = run_tool(["bash", "-euo", "pipefail", "-c", page("curl.md", "bash", tools_house.serving)], ROOT, {})
    assert ran.returncode == 0, ran.stderr
    for word in ("chat.completion.chunk", "data: [DONE]", '"type":"message"', '"embedding":[', '"gpt-4o-mini"'):
        assert word in ran.stdout
