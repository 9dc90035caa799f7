"""Writes the cases of families of types: `python bench/cases/make.py [FAMILY ...]` (all of them without a name)."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
INTO = HERE.parents[1] / "tests" / "data" / "detection"
NOT_FAMILIES = {"__init__", "form", "frames", "make", "wallets", "words"}


def main(families: list[str]) -> None:
    """One file a type: JSON Lines of text, spans of the type, kind, language, template."""
    sys.path.insert(0, str(HERE.parent))
    INTO.mkdir(parents=True, exist_ok=True)
    for family in families or sorted(p.stem for p in HERE.glob("*.py") if p.stem not in NOT_FAMILIES):
        for one in importlib.import_module(f"cases.{family}").TYPES:
            rows = [json.dumps(row, ensure_ascii=False) for row in one.rows()]
            (INTO / f"{one.detector}.jsonl").write_text("\n".join(rows) + "\n")
            print(f"{one.detector}: {len(rows)}")


if __name__ == "__main__":
    main(sys.argv[1:])
