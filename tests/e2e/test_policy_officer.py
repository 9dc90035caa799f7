"""The policy officer's pages, each run as it is written: in the folder of a fresh `ecluse init`, beside its gateway."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.pages import run, steps

ECLUSE = Path(sys.executable).parent / "ecluse"
PAGES = sorted((Path(__file__).parents[2] / "docs" / "howto" / "policy-officer").glob("*.md"))
pytestmark = pytest.mark.e2e


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder made by `ecluse init` with a gateway that serves it, and what staff have in their environment."""
    here = {"cwd": tmp_path, "check": True, "capture_output": True, "text": True}
    environment = {**os.environ, "PATH": f"{ECLUSE.parent}:{os.environ['PATH']}"}
    environment.pop("ECLUSE_CONFIG", None)
    subprocess.run([ECLUSE, "init", "."], **here)  # type: ignore[call-overload]
    config = tmp_path / "config.yaml"
    config.write_text(re.sub(r"(127\.0\.0\.1:|port: )(8080|9464|8181)", r"\g<1>0", config.read_text()))
    with open(tmp_path / "said", "wb") as said:
        gateway = subprocess.Popen([ECLUSE, "serve"], cwd=tmp_path, stdout=said, stderr=subprocess.STDOUT)
    try:
        url = None
        for _ in range(300):
            url = re.search(r"serves at (http://\S+)", (tmp_path / "said").read_text())
            if url or gateway.poll() is not None:
                break
            time.sleep(0.1)
        assert url, (tmp_path / "said").read_text()
        words = ["keys", "new", "--user", "m.durand", "--team", "finance", "--use-case", "office-assistant"]
        key = re.search(r"ecl_\w+", subprocess.run([ECLUSE, *words], **here).stdout)  # type: ignore[call-overload]
        assert key
        yield tmp_path, {**environment, "ECLUSE_URL": url[1], "ECLUSE_KEY": key[0]}
    finally:
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(20) == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_page_works_as_written(page: Path, office: tuple[Path, dict[str, str]]) -> None:
    folder, environment = office
    assert len(steps(page)) >= 3
    run(page, folder, environment)


def test_there_is_a_page_for_each_of_the_officers_tasks() -> None:
    assert [p.stem for p in PAGES] == ["code-name", "digest", "exception", "false-positive", "incident-to-rule"]
