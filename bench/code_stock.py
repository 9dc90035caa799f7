"""Makes `policies/indexes/code_stock.bin`: words, and three words in a row, that public source code has in common.

    .venv/bin/python bench/code_stock.py FOLDER...

Each folder of a FOLDER is a project. How often something stands in it doesn't matter, only in how many projects: a word
counts that two have, three words in a row that three have. Half of the projects, by their names, are left out, so that
`bench/fingerprints.py` can measure with them; so are files that are in no project's folder.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import policies.indexes
from policies.detectors.view import view
from policies.indexes.stock import ROW, stock_of
from policies.indexes.words import Words

TARGET = Path(policies.indexes.__file__).parent / "code_stock.bin"
SUFFIXES = (".py", ".js", ".ts", ".h", ".c", ".pm", ".java", ".go", ".rs", ".php")
SIZE = 1 << 17
_WORD, _ROW = 2, 3
_NONE = {"site-packages", "test", "tests", "idlelib", "lib2to3", "__pycache__"}


def held_out(project: str) -> bool:
    """Whether a project is not in the stock, but measured with."""
    return bool(blake2b(project.encode(), digest_size=1).digest()[0] & 1)


def projects(folder: Path) -> dict[str, list[Path]]:
    """The sources of each project of a folder."""
    found = defaultdict[str, list[Path]](list)
    for suffix in SUFFIXES:
        for path in folder.rglob(f"*{suffix}"):
            parts = path.relative_to(folder).parts
            if len(parts) > 1 and parts[0] not in _NONE:
                found[parts[0]].append(path)
    return found


def _rows(path: Path) -> Iterator[tuple[bytes, ...]]:
    words = Words(view(path.read_text("utf-8", "replace")), code=True).list
    yield from zip(words, strict=False)
    yield from zip(*(words[place:] for place in range(ROW)), strict=False)


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    counts = Counter[tuple[bytes, ...]]()
    named = Counter[str]()
    for folder in args.folders:
        for name, paths in projects(folder).items():
            if not held_out(name):
                counts.update({row for path in paths for row in _rows(path)})
                named[str(folder)] += 1
    kept = [row for row, count in counts.items() if count >= (_WORD if len(row) == 1 else _ROW)]
    TARGET.write_bytes(stock_of(kept, SIZE))
    print(f"{dict(named)} projects, {sum(len(row) == 1 for row in kept):,} words, {len(kept):,} in all")


if __name__ == "__main__":
    main()
