"""The README's tour, run by bash as it is written, against a gateway started as `make run` starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ECLUSE = Path(sys.executable).parent / "ecluse"
pytestmark = pytest.mark.e2e


def tour() -> list[str]:
    """The code blocks of the tour, in order."""
    section = (ROOT / "README.md").read_text().split("## The tour")[1].split("\n## ")[0]
    blocks: list[list[str]] = [[]]
    for line in section.splitlines():
        if line.startswith("    "):
            blocks[-1].append(line[4:])
        elif line.strip() and blocks[-1]:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    (tmp_path / "config.example.yaml").write_text((ROOT / "config.example.yaml").read_text())
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    command = [ECLUSE, "serve", "--config", "config.example.yaml", "--development"]
    with open(tmp_path / "said", "wb") as said:
        gateway = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=subprocess.STDOUT)
    try:
        key = None
        for _ in range(300):
            key = re.search(r"ECLUSE_KEY=(ecl_\w+)", (tmp_path / "said").read_text())
            if key or gateway.poll() is not None:
                break
            time.sleep(0.1)
        assert key, (tmp_path / "said").read_text()
        yield tmp_path, {**os.environ, "ECLUSE_KEY": key[1]}
    finally:
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(20) == 0


def test_the_tour_works_as_written(served: tuple[Path, dict[str, str]]) -> None:
    folder, environment = served
    define, *steps = tour()

    def run(step: str, code: int = 0) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{define}\n{step}"],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout

    redacted, detected, refused, internal, stopped, failover, me, ledger, rules, replayed, charter, metrics = steps
    assert "Vire 100 EUR sur [redacted: fin.iban]" in run(redacted)
    found = run(detected, code=1)
    assert "stdin:1:25: fr.nir" in found and "person.title" in found and "2 95 10" not in found
    told = run(refused)
    assert all(word in told for word in ("secrets-stay-home", "secret.vendor", "security@example.org"))
    assert "FR76 3000 6000 0112 3456 7890 189" in run(internal)
    told = run(stopped)
    assert "This is beta" in told
    assert "This is beta" in run(failover)
    own = json.loads(run(me))
    assert own["team"] == "development" and own["quotas"]
    tail = run(ledger.splitlines()[0])
    call = re.findall(r"([0-9a-f-]{36})\s+served", tail)[-1]
    story = run(ledger.splitlines()[1].replace("ID", call))
    assert "failed over to beta/gpt-4o-mini because of overload" in story
    assert run(rules).splitlines()[-1].startswith("ok: ")
    told = run(replayed)
    assert "secrets-stay-home" in told and "1 of " in told
    assert "# Ce que vous pouvez envoyer" in run(charter)
    page = run(metrics)
    assert 'ecluse_failovers_total{from="alpha/gpt-4o-mini",reason="overload",to="beta/gpt-4o-mini"} 1.0' in page
    assert 'rule="secrets-stay-home"' in page
