"""What is translated is what each SDK's own types have, and says to it what the vendor said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.translate.crossing import translated
from tests.adapters.translate.golden import CASES
from tests.adapters.translate.recordings import CLIENTS, FAITHLESS, Said, crossed, recordings, said
from tests.adapters.translate.test_golden import OTHERWISE
from tests.e2e.tools.installs import program
from tests.parts.running import run

pytestmark = pytest.mark.e2e

# Calls of a tool of any text for clients whose SDK knows only functions in a stream, who can't have asked for one.
UNREAD = {f"responses-sse-200-57c088892af7>{client}" for client in ("openai_chat", "anthropic_messages")}


def read(items: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the SDKs read of items, by id."""
    python = program("python-new", "python") or pytest.skip("python-new is not installed: make tools does it")
    lines = "\n".join(json.dumps(item) for item in items)
    script = str(Path(__file__).with_name("sdk_accepts.py"))
    ran = run([python, script], seconds=120, said=lines)
    assert ran.returncode == 0, ran.stderr[-2000:]
    for line in ran.stdout.splitlines():
        told = json.loads(line)
        yield told.pop("id"), told


def test_the_reviewed_cases() -> None:
    items = []
    for path in CASES:
        case = json.loads(path.read_text())
        for client, made in case["becomes"].items():
            if case["kind"] != "error":
                says = made["says"]
                data = "".join(f"{event}\n\n" for event in says) if case["kind"] == "stream" else json.dumps(says)
                items.append({"id": f"{path.stem}>{client}", "dialect": client, "kind": case["kind"], "data": data})
    assert len(items) == 3 * len([path for path in CASES if "error" not in path.stem])
    assert {name: told["error"] for name, told in read(items) if "error" in told} == {}


def test_recorded_requests() -> None:
    items = []
    for recording in recordings():
        for vendor in CLIENTS:
            if recording.request and vendor != recording.dialect:
                made = translated(recording.request, recording.dialect, vendor, model="m", parameters={"model": "m"})
                name = f"{recording.name}>{vendor}"
                items.append({"id": name, "dialect": vendor, "kind": "request", "data": made.body.decode()})
    if not items:
        pytest.skip("the recorded vendor traffic (../shared) is absent")
    assert {name: told["error"] for name, told in read(items) if "error" in told} == {}


def test_recorded_answers() -> None:
    items, says = [], dict[str, Said]()
    for recording in recordings():
        if recording.status != 200 or recording.name in FAITHLESS:
            continue
        kind = "stream" if recording.streamed else "whole"
        for client in CLIENTS:
            if client != recording.dialect and (name := f"{recording.name}>{client}") not in UNREAD:
                made, _ = crossed(recording.raw, recording.dialect, client, streamed=recording.streamed)
                says[name] = said(recording.raw, recording.dialect, streamed=recording.streamed)
                items.append({"id": name, "dialect": client, "kind": kind, "data": made.decode()})
    if not items:
        pytest.skip("the recorded vendor traffic (../shared) is absent")
    wrong = {}
    for name, told in read(items):
        meant = says[name]
        text = told.get("text") in (meant.text, meant.text + meant.declined)
        calls = tuple(name.split(">")) in OTHERWISE or _values(told.get("calls", ())) == _values(meant.calls)
        if not (text and calls and told.get("usage") == list(meant.usage[:2])):
            wrong[name] = told
    assert wrong == {}


def _values(calls: Any) -> list[tuple[str, Any]]:
    """Arguments as JSON values, where they are."""
    found = []
    for name, arguments in calls:
        try:
            found.append((name, json.loads(arguments or "{}")))
        except ValueError:
            found.append((name, arguments))
    return found
