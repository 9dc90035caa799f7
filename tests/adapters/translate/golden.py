"""Translations as they were generated once and reviewed, and how they are generated.

    .venv/bin/python -m tests.adapters.translate.golden            what would change, as a diff
    .venv/bin/python -m tests.adapters.translate.golden --write    changes it; review it with git diff

`tests/data/translation/cases`: requests, answers, streams and errors of our own in each dialect, with what becomes of
them in each other one. `tests/data/translation/recorded.json`: of recorded vendor answers digests and counts alone, and
what each loses on its way into each other dialect.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from adapters.registry import DIALECTS, VENDORS
from adapters.translate.crossing import translated
from gateway.refusals import upstream
from tests.adapters.translate.recordings import CLIENTS, FAITHLESS, Recording, crossed, recordings, said

DATA = Path(__file__).parents[2] / "data" / "translation"
CASES = sorted((DATA / "cases").glob("*.json"))
FACTS = DATA / "recorded.json"
KINDS = {
    "openai_chat": "openai",
    "openai_responses": "openai",
    "anthropic_messages": "anthropic",
    "gemini_generate": "gemini",
}


def becomes(case: dict[str, Any]) -> dict[str, Any]:
    """What a case is in each other dialect."""
    return {client: _into(case, client) for client in CLIENTS if client != case["dialect"]}


def _into(case: dict[str, Any], other: str) -> dict[str, Any]:
    given, own = case["given"], case["dialect"]
    if case["kind"] == "request":
        made = translated(json.dumps(given).encode(), own, other, model="theirs", parameters={"model": "asked"})
        return {"says": json.loads(made.body), "lost": list(made.lost)}
    if case["kind"] == "error":
        return _error(given, own, other)
    streamed = case["kind"] == "stream"
    raw = "".join(f"{event}\n\n" for event in given) if streamed else json.dumps(given)
    answer, lost = crossed(raw.encode(), own, other, streamed=streamed)
    words = answer.decode()
    return {"says": words.rstrip("\n").split("\n\n") if streamed else json.loads(words), "lost": list(lost)}


def _error(given: dict[str, Any], own: str, other: str) -> dict[str, Any]:
    """An error of a vendor's, as a client of another dialect is told it."""
    vendor = VENDORS[KINDS[own]]({})
    error = vendor.classify(given["status"], [], json.dumps(given["body"]).encode())
    told = upstream(error, error.message)
    body = DIALECTS[other].error(
        told.status, told.kind, told.message("en"), param=told.param, code=told.code, call_id="0-1"
    )
    return {"status": told.status, "says": json.loads(body)}


def facts(recording: Recording) -> dict[str, Any]:
    """What is known of a recorded answer without a word of it."""
    says = said(recording.raw, recording.dialect, streamed=recording.streamed)
    words = json.dumps([says.text, says.declined, says.thought, says.calls]).encode()
    lost = {
        client: list(crossed(recording.raw, recording.dialect, client, streamed=recording.streamed)[1])
        for client in CLIENTS
        if client != recording.dialect
    }
    return {
        "digest": hashlib.sha256(words).hexdigest()[:16],
        "characters": len(says.text),
        "thought": len(says.thought),
        "calls": len(says.calls),
        "usage": list(says.usage),
        "lost": {client: names for client, names in lost.items() if names},
    }


def every_fact() -> dict[str, Any]:
    """Of all recorded answers that can be translated."""
    known = (r for r in recordings() if r.status == 200 and r.name not in FAITHLESS)
    return {recording.name: facts(recording) for recording in sorted(known)}


def spelt(value: Any) -> str:
    """As the files have it."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Shows or writes what has changed; 1 where anything has and isn't written."""
    wanted = {path: spelt({**(case := json.loads(path.read_text())), "becomes": becomes(case)}) for path in CASES}
    if recordings():
        rows = (f" {json.dumps(name)}: {json.dumps(row)}" for name, row in every_fact().items())
        wanted[FACTS] = "{\n" + ",\n".join(rows) + "\n}\n"
    changed = 0
    for path, text in wanted.items():
        before = path.read_text() if path.exists() else ""
        if before != text:
            changed += 1
            name = path.relative_to(DATA).as_posix()
            print("".join(difflib.unified_diff(before.splitlines(True), text.splitlines(True), name, name)))
            if "--write" in sys.argv[1:]:
                path.write_text(text)
    return int(changed > 0 and "--write" not in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
