"""openai-python's own tests of its API resources, against a mock made from OpenAI's description of its interface:
asked directly, and through the gateway. What passes directly passes through the gateway, but for what it refuses.

Each test is there for clients that check answers strictly, that don't, and with another HTTP library. The loose ones
ask the same and check less; they are left out unless CONFORMANCE_ALL is set.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

import pytest

from tests.e2e.conformance.interface import openai_interface
from tests.e2e.conftest import Serving, serve, start
from tests.e2e.tools.installs import folder, program

pytestmark = pytest.mark.e2e

FILES = (
    "chat/test_completions.py", "test_completions.py", "test_responses.py", "responses/test_input_items.py",
    "responses/test_input_tokens.py", "test_embeddings.py", "test_models.py", "test_moderations.py", "test_images.py",
    "audio/test_speech.py", "audio/test_transcriptions.py", "audio/test_translations.py", "test_files.py",
    "test_batches.py",
)  # fmt: skip
MODELS = (
    "gpt-6-astra", "gpt-3.5-turbo-instruct", "gpt-4o-mini", "gpt-4o-transcribe", "gpt-image-1.5",
    "gpt-image-2.5-flare", "omni-moderation-2024-09-26", "text-embedding-3-small", "omni-moderation-latest", "tts-1",
    "whisper-1", "model",
)  # fmt: skip

CONFIG = """\
server: {{data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock}}
organisation: acme
simulator: {{enabled: false}}
health: {{breakers: {{broken: {{in_a_row: 1000, share: 1}}, server: {{in_a_row: 1000, share: 1}}}}}}
vendors:
  mock: {{kind: openai, base_url: "{mock}/v1", credential: "${{MOCK_KEY}}"}}
destinations:
{destinations}
models:
{models}
"""
BUNDLE = """\
kind: Contract
id: mock
vendor: mock
trust: external
region: us
processor: A mock of OpenAI
retention_days: 30
training: false
allowed_hosts: [127.0.0.1]
---
kind: UseCase
id: conformance
title: {en: other people's tests, fr: les tests des autres}
owner: tests@example.org
contact: tests@example.org
status: production
---
kind: Defaults
when_no_rule_matches: {internal: allow, external: allow, unknown: deny}
---
kind: EgressPolicy
policy: permitted
owner: tests@example.org
rules:
  - id: images-and-sounds
    when: {findings: {any_of: [class.not_inspectable]}}
    action: allow
  - id: addresses
    when: {findings: {any_of: [class.remote_url]}, hosts: [example.com, www.example.com]}
    action: allow
  - id: tools-of-the-vendor
    when: {findings: {any_of: [class.server_tool]}, server_tools: [web_search, web_search_options]}
    action: allow
"""


class Outcome(NamedTuple):
    """What became of one test. status, code: of the error that the server answered with, where that failed it."""

    outcome: str
    status: int | None
    code: str | None
    words: str


class Refused(NamedTuple):
    """Tests that the gateway refuses on purpose: those of `file` whose name has one of `parts`, with this code."""

    file: str
    parts: tuple[str, ...]
    code: str
    why: str


_ABSENT = "path_not_served"
REFUSED: tuple[Refused, ...] = (
    Refused(
        "chat/test_completions.py", ("_retrieve", "_update", "_list", "_delete"), _ABSENT,
        "completions that a vendor keeps: the gateway has none kept",
    ),
    Refused("test_models.py", ("_delete",), _ABSENT, "deleting a model: the company's own, not a caller's"),
    Refused(
        "test_responses.py", ("_create_with_all_params",), "vendor_held",
        "a conversation that the vendor keeps: what stands in it can't be inspected",
    ),
    Refused(
        "responses/test_input_tokens.py", ("_with_all_params",), "vendor_held",
        "a conversation that the vendor keeps: what stands in it can't be inspected",
    ),
    Refused(
        "test_responses.py", ("_compact_with_all_params",), "object_not_found",
        "a response before it that this caller never had made",
    ),
    Refused("test_files.py", ("_create",), "wrong_value", "files for another purpose than batches"),
)  # fmt: skip


def outcomes(*asked: tuple[str, str, Path]) -> list[dict[str, Outcome]]:
    """What became of each of openai-python's tests, against each of several URLs at once: URL, key, file for it."""
    running = [_started(*one) for one in asked]
    for one in running:
        words, errors = one.communicate(timeout=240)
        assert one.returncode in (0, 1), words[-2000:] + errors[-2000:]
    return [{name: Outcome(*told) for name, told in json.loads(kept.read_text()).items()} for _, _, kept in asked]


def _started(url: str, key: str, kept: Path) -> subprocess.Popen[str]:
    tests = folder("openai-tests") or pytest.skip("openai-tests is not installed: make tools does it")
    environ = {
        "PATH": os.environ["PATH"], "HOME": str(kept.parent), "PYTHONPATH": str(Path(__file__).parent),
        "TEST_API_BASE_URL": f"{url}/v1", "RESOURCES_KEY": key, "RESOURCES_OUTCOMES": str(kept),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    command = [str(program("conformance", "python")), "-m", "pytest", "-q", "-n", "0", "--tb=no"]
    command += ["-p", "resources_plugin", "-p", "no:cacheprovider", *(f"tests/api_resources/{name}" for name in FILES)]
    command += [] if os.environ.get("CONFORMANCE_ALL") else ["-k", "not loose"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=tests, env=environ, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a mock of OpenAI that checks requests against the interface and makes answers from it."""
    folder = tmp_path_factory.mktemp("mock")
    # Not beside the log: the mock reads nothing below /dev, where tests may have their scratch.
    interface = NamedTemporaryFile("w", suffix=".json", dir="/var/tmp")  # noqa: SIM115 - gone with the process
    json.dump(openai_interface(), interface)
    interface.flush()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nested = [
        f"--validator-{place}-{kind}-format=brackets" for place in ("query", "form") for kind in ("array", "object")
    ]
    command: list[str | Path] = [program("mock", "steady") or pytest.skip("mock is not installed: make tools does it")]
    command += ["--host", "127.0.0.1", "-p", str(port), "--no-color", "-q", *nested]
    command += ["--stream-interval=1", interface.name]
    # Where CI is set it says other things, and not that it is ready.
    started = start(command, "Ready to accept requests", folder / "mock.log", CI="")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        started.stop()
        interface.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, mock: str) -> Iterator[Serving]:
    """A gateway in front of the mock, with rules that permit what its vendor is trusted with."""
    folder = tmp_path_factory.mktemp("gateway")
    lines = {
        "destinations": "\n".join(
            f"  mock/{name}: {{vendor: mock, model: {name}, contract: mock, keep_seconds: 1h}}" for name in MODELS
        ),
        "models": "\n".join(f"  {name}: {{destinations: [mock/{name}]}}" for name in MODELS),
    }
    (folder / "config.yaml").write_text(CONFIG.format(mock=mock, **lines))
    (folder / "bundle").mkdir()
    (folder / "bundle" / "bundle.yaml").write_text(BUNDLE)
    served = serve(folder, MOCK_KEY="mock")
    try:
        yield served
    finally:
        assert served.started.stop() == 0


def table(direct: dict[str, Outcome], through: dict[str, Outcome]) -> str:
    """For each file: how many tests pass directly, how many through the gateway, how many it refuses."""
    rows = [f"{'file':42}{'tests':>6}{'direct':>8}{'gateway':>8}{'refused':>8}"]
    for name in FILES:
        ours = [test for test in direct if test.startswith(f"tests/api_resources/{name}::")]
        passes = [sum(seen[test].outcome == "passed" for test in ours) for seen in (direct, through)]
        refused = sum(refusal(test, through[test]) is not None for test in ours)
        rows.append(f"{name:42}{len(ours):6}{passes[0]:8}{passes[1]:8}{refused:8}")
    return "\n".join(rows)


def refusal(test: str, outcome: Outcome) -> Refused | None:
    """The reason for which a test fails on purpose."""
    for reason in REFUSED:
        named = test.startswith(f"tests/api_resources/{reason.file}::") and any(part in test for part in reason.parts)
        if named and outcome.code == reason.code:
            return reason
    return None


def test_what_passes_directly_passes_through_the_gateway(
    mock: str, gateway: Serving, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    direct, through = outcomes(
        (mock, "mock", tmp_path / "direct.json"), (gateway.url, gateway.key, tmp_path / "gateway.json")
    )
    assert direct.keys() == through.keys()
    lines = [table(direct, through)]
    worse = [t for t in direct if direct[t].outcome == "passed" and through[t].outcome != "passed"]
    reasons = Counter(refusal(t, through[t]) for t in worse)
    for reason, count in reasons.most_common():
        lines.append(f"{count:4} refused in {reason.file}: {reason.why}" if reason else f"{count:4} FAILED")
    record_property("table", "\n".join(lines))
    assert not {t: through[t][1:] for t in worse if refusal(t, through[t]) is None}
    assert set(REFUSED) <= set(reasons), "what is served by now is no reason any more"
