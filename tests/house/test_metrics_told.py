"""What the code tells metrics fits their table: telemetry must not fail a call over a label too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from observability.families import FAMILIES
from tests.house.test_laws import ROOT, parsed, sources

TABLE = {family.name: family for family in FAMILIES}
KINDS = {
    "inc": {"counter"},
    "observe": {"histogram"},
    "set": {"gauge", "counter"},
    "forget": {"gauge"},
    "watch": {"gauge", "counter"},
}


def told() -> Iterator[tuple[str, ast.Call, str]]:
    """Where, the call, and the family it names, in so many words."""
    for path in sources():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in KINDS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and _named(first.value):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node, first.value


def _named(text: str) -> bool:
    return text.startswith(("ecluse_", "process_"))


def test_kinds_and_labels_are_those_of_the_table() -> None:
    wrong, seen = [], 0
    for where, call, name in told():
        assert isinstance(call.func, ast.Attribute)
        family = TABLE.get(name)
        if family is None or family.kind not in KINDS[call.func.attr]:
            wrong.append(f"{where} {call.func.attr} {name}")
            continue
        labels = call.args[1] if len(call.args) > 1 else None
        if isinstance(labels, ast.Tuple) and len(labels.elts) != len(family.labels):
            wrong.append(f"{where} {name} has the labels {family.labels}")
        if labels is None and family.labels and call.func.attr != "forget":
            wrong.append(f"{where} {name} has the labels {family.labels}")
        seen += 1
    assert not wrong
    assert seen > 80


def test_every_family_is_told_of_somewhere() -> None:
    table = ROOT / "observability" / "families"
    words = "".join(path.read_text() for path in sources() if not _of(path, table) and not _shows(path))
    assert not [name for name in TABLE if f'"{name}"' not in words]


def _of(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)


def _shows(path: Path) -> bool:
    """Boards and alerts name families to show them."""
    return path.is_relative_to(ROOT / "observability" / "boards") or path.is_relative_to(
        ROOT / "observability" / "alerts"
    )
