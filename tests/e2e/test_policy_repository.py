"""The CI of a policy repository: the commands of the examples, on the starter bundle, whole and broken."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.bundle.bundle import STARTER
from gateway.cli.main import main
from tests.parts.running import run

from .conftest import ECLUSE, ROOT

EXAMPLE = ROOT / "examples" / "policy-repository"
INSTALL = "python -m pip install --requirement requirements.txt"
COMMANDS = 4

BROKEN = """\
kind: Detector
id: org.topaze
keywords: {any: [dossier Topaze], match: word}
examples: {hit: [le dossier Topaze], miss: [une topaze]}
---
kind: EgressPolicy
policy: broken
owner: security@example.org
rules:
  - id: topaze-is-noticed
    when: {findings: {any_of: [org.topaze]}, models: [gpt-4o]}
    action: ACTION
tests:
  - name: a file
    text: Résume le dossier Topaze.
    as: {model: gpt-4o}
    to: {external: true, region: eu}
    expect: {verdict: VERDICT}
"""


def of_github() -> Iterator[str]:
    """What the steps of the workflow run, in their order."""
    workflow = yaml.safe_load((EXAMPLE / ".github/workflows/policies.yml").read_text())
    for job in workflow["jobs"].values():
        yield from (step["run"] for step in job["steps"] if "run" in step)


def of_gitlab() -> Iterator[str]:
    """The same of the pipeline; what comes after a job can't make it fail."""
    pipeline: dict[str, Any] = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text())
    for name, job in pipeline.items():
        if name == "default":
            yield from job["before_script"]
        else:
            yield from job["script"]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The names of a configuration, written by its command."""
    home = tmp_path_factory.mktemp("house") / "ecluse"
    assert main(["init", str(home)]) == 0
    words = [str(ECLUSE), "policy", "vocabulary", "--config", str(home / "config.yaml")]
    return run(words, seconds=60).stdout


@pytest.fixture
def repository(tmp_path: Path, vocabulary: str) -> Path:
    """A policy repository as the example's page says to begin one; nothing else is there."""
    folder = tmp_path / "policies"
    shutil.copytree(EXAMPLE, folder)
    shutil.copytree(STARTER, folder / "bundle")
    (folder / "vocabulary.yaml").write_text(vocabulary)
    return folder


def ran(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command as CI runs it: by a shell, in the repository, with nothing else but the installed command."""
    path = f"{ECLUSE.parent}:{os.environ['PATH']}"
    kept = {name: os.environ[name] for name in ("HOME", "PYTHONPATH") if name in os.environ}
    return run(["bash", "-c", command], seconds=120, cwd=folder, env={**kept, "PATH": path})


def commands() -> list[str]:
    found = [*of_github(), *of_gitlab()]
    assert len(found) == COMMANDS + 2 and found.count(INSTALL) == 2
    return [command for command in found if command != INSTALL]


def test_what_is_installed_is_the_version_of_this_tree() -> None:
    version = (ROOT / "pyproject.toml").read_text().split('\nversion = "')[1].split('"')[0]
    assert f"ecluse=={version}\n" in (EXAMPLE / "requirements.txt").read_text()


def test_the_starter_bundle_passes(repository: Path) -> None:
    for command in commands():
        done = ran(repository, command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert "<testsuites>" in (repository / "results.xml").read_text()


@pytest.mark.parametrize(
    ("action", "verdict", "checked", "said"),
    [
        ("redcat", "redact", 1, "did you mean redact?"),
        ("redact", "deny", 1, "expected deny, got redact"),
        ("redact", "redact", 0, "no case is a near miss"),
    ],
    ids=["a typo", "a case that fails", "a rule that its cases don't prove"],
)
def test_a_broken_policy_fails(repository: Path, action: str, verdict: str, checked: int, said: str) -> None:
    broken = BROKEN.replace("ACTION", action).replace("VERDICT", verdict)
    (repository / "bundle" / "broken.yaml").write_text(broken)
    for command in commands():
        done = ran(repository, command)
        failing = checked if "policy check" in command else 1
        assert done.returncode == failing, f"{command}\n{done.stdout}{done.stderr}"
        if failing:
            assert said in done.stdout + done.stderr and "broken.yaml" in done.stdout + done.stderr


def test_the_report_that_gitlab_shows_is_written(repository: Path) -> None:
    (repository / "bundle" / "broken.yaml").write_text(BROKEN.replace("ACTION", "redcat"))
    pipeline = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text())
    (after,) = pipeline["check"]["after_script"]
    assert ran(repository, after).returncode == 1
    report = yaml.safe_load((repository / pipeline["check"]["artifacts"]["reports"]["codequality"]).read_text())
    assert report[0]["location"] == {"path": "bundle/broken.yaml", "lines": {"begin": 12}}
