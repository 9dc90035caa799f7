"""Writing the report on service levels as a folder. Loads the library that draws."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from gateway.alone import replace
from gateway.promises.accounts import Account, Asked, late
from gateway.promises.page import Page, page
from gateway.promises.plain import evidence_csv, promises_csv, whole
from gateway.promises.plots import plots


def file_report(folder: Path, found: Sequence[Account], asked: Asked, damaged: int = 0) -> list[Path]:
    """report.md and rapport.md with their pictures, sla.json, sla.csv and evidence.csv; the files written.

    damaged: segments of the ledger that lack records.
    """
    files: dict[str, bytes] = {}
    begins = late(found, asked.ledgers)
    for language, name in (("en", "report.md"), ("fr", "rapport.md")):
        pictures = plots(found, language)
        files[name] = page(found, Page(language, asked.now, begins, bool(pictures), damaged), asked.month).encode()
        files.update(pictures)
    files["sla.json"] = orjson.dumps(whole(found, asked.month, damaged), option=orjson.OPT_INDENT_2)
    files["sla.csv"] = promises_csv(found).encode()
    files["evidence.csv"] = evidence_csv(found).encode()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files.items():
        replace(folder / name, content)
    return [folder / name for name in files]
