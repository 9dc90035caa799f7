"""From sources to the bytes of an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import policies.indexes
from gateway.bundle.indexes import IndexSpec
from gateway.indexing.folders import Library, files
from gateway.indexing.progress import Progress
from gateway.indexing.tables import SourceRefused, Table
from policies.detectors.view import view
from policies.indexes.fingerprints import Shelves
from policies.indexes.rows import Rows
from policies.indexes.stored import IndexKey

# What everybody writes: no document is recognised by it.
STOCK_PHRASES = Path(policies.indexes.__file__).parent / "stock_phrases.txt"
# What public source code has in common: it proves little.
CODE_STOCK = Path(policies.indexes.__file__).parent / "code_stock.bin"


@dataclass(frozen=True, slots=True)
class Built:
    """An index. said: what was counted, line by line. unread: files that should be in it and aren't, and why."""

    raw: bytes
    said: tuple[str, ...]
    unread: tuple[str, ...] = ()


def build_list(
    spec: IndexSpec, sources: Sequence[Path], key: IndexKey, now: datetime, *, encoding: str = "", delimiter: str = ""
) -> Built:
    """An index of the rows of CSV files; SourceRefused where one of them can't be used."""
    assert spec.primary is not None
    tables = [Table(path, encoding=encoding, delimiter=delimiter) for path in sources]
    made = Rows(key, len(spec.supporting))
    wanted = (spec.primary, *spec.supporting)
    progress = Progress(sum(map(len, tables)), "rows")
    for primary, *others in progress.over(row for table in tables for row in table.rows(wanted)):
        made.add(view(primary), [view(cell) for cell in others])
    if not len(made):
        raise SourceRefused(f"no row has a value in column {spec.primary} that can be looked for")
    about = {"id": spec.id, "built": now.isoformat(timespec="seconds"), "columns": wanted}
    return Built(made.packed(about), tuple(_counted_rows(spec, made)))


def _counted_rows(spec: IndexSpec, made: Rows) -> list[str]:
    said = [f"{len(made):,} rows", f"column {spec.primary} (primary): {made.empty:,} rows left out, too short or empty"]
    for name, unread, common in zip(spec.supporting, made.unread, made.common(), strict=True):
        line = f"column {name}: {unread:,} cells not looked for (empty, too short or too long)"
        said.append(line + (f", {common:,} values too common to confirm anybody" if common else ""))
    return said


def build_documents(
    spec: IndexSpec, sources: Sequence[Path], key: IndexKey, now: datetime, *, public: Sequence[Path] = ()
) -> Built:
    """An index of documents. public: files and folders that anyone may share: nothing of them is found."""
    made = Shelves(key, CODE_STOCK.read_bytes())
    made.add_public(view(STOCK_PHRASES.read_text("utf-8")))
    counts = Counter[str]()
    unread: list[str] = []
    with Library() as library:
        for name, path in files(public):
            paper = library.read(name, path)
            made.add_public(view(paper.text))
            unread += [f"{path} ({paper.reason})"] if paper.missed else []
        found = files(sources)
        for name, path in Progress(len(found), "files").over(found):
            paper = library.read(name, path)
            unread += [f"{path} ({paper.reason})"] if paper.missed else []
            counts["without"] += bool(paper.reason) and not paper.missed
            if not paper.reason:
                called = name if spec.name_documents else ""
                kept = made.add(called, view(paper.text), prose=paper.prose, code=paper.code)
                counts["kept" if kept else "short"] += 1
    if not counts["kept"]:
        raise SourceRefused("there is no text in any of the files")
    said = (
        f"{counts['kept']:,} documents",
        f"left out: {counts['short']:,} with fewer than five words, {counts['without']:,} without text",
        f"not read: {len(unread):,}",
    )
    about = {"id": spec.id, "built": now.isoformat(timespec="seconds"), "documents": counts["kept"]}
    return Built(made.packed(about), said, tuple(unread))
