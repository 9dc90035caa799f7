"""Writing a drill's folder: its report, its pictures, its summary. Loads the library that draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from gateway.alone import replace
from gateway.config.drills import PROBE
from gateway.drills.measuring import Findings, calls_of, measure
from gateway.drills.plots import plots
from gateway.drills.report import Facts, report
from gateway.drills.running import Drill
from observability.ledger import records, written_since

if TYPE_CHECKING:
    from gateway.runtime import Runtime

_KINDS = ("INTENT", "ATTEMPT-START", "ATTEMPT", "OUTCOME")


def file_report(runtime: Runtime, drill: Drill, ended: float) -> dict[str, Any]:
    """Reads the drill's calls off the ledger and writes its folder; a summary in plain values. Blocks."""
    pair = runtime.epoch.pair
    own = runtime.keyring.pseudonym_of(pair.settings.organisation, PROBE)
    facts = Facts(drill, ended, own, pair.settings.drills.recover_seconds, pair.settings.organisation)
    return write_report(pair.settings.drills_dir / drill.id, facts, findings_of(facts, pair.settings.ledger_dir))


def findings_of(facts: Facts, ledger: Path) -> Findings:
    """What became of a drill's calls. Raises OSError for a ledger that can't be read."""
    drill = facts.drill
    return measure(drill, calls_of(drill, _records(ledger, drill.began), facts.own))


def write_report(folder: Path, facts: Facts, findings: Findings) -> dict[str, Any]:
    """The folder of a drill: report.md and rapport.md with their pictures, and drill.json for machines."""
    drill = facts.drill
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for language, name in (("en", "report.md"), ("fr", "rapport.md")):
        replace(folder / name, report(facts, findings, language).encode())
        for picture, drawn in plots(drill, findings, language).items():
            replace(folder / picture, drawn)
    summary = {
        "drill": drill.plain(),
        "ended": facts.ended,
        "organisation": facts.organisation,
        "own": facts.own,
        "within": facts.within,
        "held": findings.held(facts.within),
        "calls": len(findings.calls),
        "met": findings.met,
        "lost": [call.id for call in findings.lost],
        "recovered_seconds": findings.recovered,
        "back_seconds": findings.back,
        "widened": list(findings.widened),
        "report": str(folder / "report.md"),
    }
    replace(folder / "drill.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    return summary


def facts_of(summary: Mapping[str, Any]) -> Facts:
    """What a report is made from, off its summary, to make it anew. Raises ValueError, TypeError, KeyError."""
    return Facts(
        Drill.of(summary["drill"]), float(summary["ended"]), str(summary["own"]), float(summary["within"]),
        str(summary["organisation"]),
    )  # fmt: skip


def _records(ledger: Path, since: float) -> Iterator[Mapping[str, Any]]:
    for path in written_since(ledger, datetime.fromtimestamp(since, UTC)):
        yield from records(path, *_KINDS)
