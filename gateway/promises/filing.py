"""Writing the report on service levels as a folder. Loads the library that draws."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from gateway.alone import replace
from gateway.promises.accounts import Account, Asked, late
from gateway.promises.page import Page, page
from gateway.promises.plain import evidence_csv, plain, promises_csv
from gateway.promises.plots import plots


def file_report(folder: Path, found: Sequence[Account], asked: Asked) -> list[Path]:
    """report.md and rapport.md with their pictures, sla.json, sla.csv and evidence.csv; the files written."""
    files: dict[str, bytes] = {}
    begins = late(found, asked.ledgers)
    for language, name in (("en", "report.md"), ("fr", "rapport.md")):
        pictures = plots(found, language)
        files[name] = page(found, Page(language, asked.now, begins, bool(pictures)), asked.month).encode()
        files.update(pictures)
    said = {"month": asked.month, "contracts": [plain(one) for one in found]}
    files["sla.json"] = orjson.dumps(said, option=orjson.OPT_INDENT_2)
    files["sla.csv"] = promises_csv(found).encode()
    files["evidence.csv"] = evidence_csv(found).encode()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files.items():
        replace(folder / name, content)
    return [folder / name for name in files]
