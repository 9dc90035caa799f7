"""A drill as an operator runs it: the command, two workers, a report that a manager can read."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from tests.e2e.conftest import Vendors, serve
from tests.e2e.several import configured, ecluse

pytestmark = pytest.mark.e2e

DRILLS = """
drills: {enabled: true, rate: 20}
"""


def test_a_drill_from_the_command_to_its_report(tmp_path: Path, vendors: Vendors) -> None:
    folder = configured(tmp_path / "drilled", vendors.url)
    config = folder / "config.yaml"
    text = config.read_text()
    assert "teams: [" in text
    config.write_text(text.replace("teams: [", "teams: [drill, ") + DRILLS)
    serving = serve(folder)
    try:
        words = ["drill", "run", "alpha/gpt", "refuse", "--for", "4", "--before", "2", "--reason", "a test", "--json"]
        done = ecluse(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        found = orjson.loads(done.stdout)
        assert found["held"] and not found["lost"] and found["met"] > 0 and found["calls"] > 100
        report = Path(found["report"]).read_text()
        assert re.search(r"\*\*Held: calls went on being served", report)
        assert re.search(r"Who answered meanwhile \| .*beta/gpt: \d+", report)
        assert "no: each attempt went where the ruling of its own call permits it" in report
        listed = ecluse(folder, "drill", "list")
        assert found["drill"]["id"] in listed.stdout and "without a recent drill:" in listed.stdout
        again = ecluse(folder, "drill", "report", found["drill"]["id"], "--out", str(tmp_path / "again"))
        assert again.returncode == 0
        assert (tmp_path / "again" / "report.md").read_text() == report
        both = {w for w in ("w0", "w1") for f in (folder / "state" / "ledger").glob(f"*{w}*") if drilled(f, found)}
        assert both == {"w0", "w1"}, "both workers took part"
    finally:
        assert serving.started.stop() == 0


def drilled(segment: Path, found: dict[str, dict[str, str]]) -> bool:
    """Whether calls of the drill are in a segment."""
    return f'"drill":"{found["drill"]["id"]}"'.encode() in segment.read_bytes()
