"""The tables of the log: every line that the source can write is in them, and nothing else is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from observability.logs import EVENTS, FIELDS
from observability.logs.reference import reference

ROOT = Path(__file__).parents[2]


class Said(NamedTuple):
    """A line as the source has it. events: what it may be."""

    where: str
    events: tuple[str, ...]
    fields: tuple[str, ...]


@cache
def logged() -> tuple[Said, ...]:
    """Every call of a log's `event`."""
    return tuple(_logged())


def _logged() -> Iterator[Said]:
    for room in ("adapters", "gateway", "observability"):
        for path in (ROOT / room).rglob("*.py"):
            if ".event(" not in path.read_text():
                continue
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    for node in ast.walk(function):
                        if isinstance(node, ast.Call) and _logs(node):
                            yield _said(f"{path.relative_to(ROOT)}:{node.lineno}", node, function)


def _logs(node: ast.Call) -> bool:
    """`log.event(...)`, `self._log.event(...)`, and the log's own."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "event":
        return False
    of = node.func.value
    return (isinstance(of, ast.Attribute) and of.attr in ("log", "_log")) or (
        isinstance(of, ast.Name) and of.id == "log"
    )


def _said(where: str, node: ast.Call, function: ast.AST) -> Said:
    names = _words(node.args[0])
    if isinstance(node.args[0], ast.Name):
        assigned = [a for a in ast.walk(function) if isinstance(a, ast.Assign) and _is(a.targets[0], node.args[0].id)]
        names = tuple(word for one in assigned for word in _words(one.value))
    return Said(where, names, tuple(k.arg for k in node.keywords if k.arg is not None))


def _words(value: ast.expr) -> tuple[str, ...]:
    if isinstance(value, ast.Constant):
        return (str(value.value),)
    return (*_words(value.body), *_words(value.orelse)) if isinstance(value, ast.IfExp) else ()


def _is(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


# Events whose name comes as an argument: of keys, stops and drills, as the ledger has them.
HANDED_ON = {
    "key.issued", "key.revoked", "stop.ordered", "stop.ended", "drill.started", "drill.ended",
}  # fmt: skip


def test_every_line_of_the_source_is_in_the_table() -> None:
    found = list(logged())
    assert len(found) > 30
    for one in found:
        for event in one.events:
            assert event in EVENTS, f"{one.where}: {event} is not in observability/logs/events.py"
            unknown = {*one.fields} - {*EVENTS[event].fields}
            assert not unknown, f"{one.where}: {event} has no {unknown}"


def test_every_event_of_the_table_is_in_the_source() -> None:
    said = {event for one in logged() for event in one.events} | HANDED_ON | {"call", "fault"}
    assert {*EVENTS} == said


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_fields_of_events_are_in_the_list(event: str) -> None:
    assert {*EVENTS[event].fields} <= {*FIELDS}
    assert EVENTS[event].says.endswith(".")


def test_every_field_is_some_events() -> None:
    assert {name for event in EVENTS.values() for name in event.fields} == {*FIELDS}


def test_the_page_is_made_from_the_tables() -> None:
    written = (ROOT / "docs/reference/logs.md").read_text()
    assert written == reference(), "run: python -m observability.logs > docs/reference/logs.md"
