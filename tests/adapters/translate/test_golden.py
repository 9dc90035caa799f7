"""Answers come back as they were in their own dialect, and say the same in every other one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.dialects.base import Reader
from adapters.registry import DIALECTS
from adapters.translate.crossing import translated
from adapters.wire.body import Document
from gateway.gate import Gate
from tests.adapters.translate.golden import CASES, FACTS, becomes, facts
from tests.adapters.translate.recordings import CLIENTS, FAITHLESS, Recording, crossed, recordings, said

needs_recordings = pytest.mark.skipif(not recordings(), reason="the recorded vendor traffic (../shared) is absent")
ANSWERS = [r for r in recordings() if r.status == 200]
# What a call says otherwise: a tool of any text where there are only functions, arguments that never were whole.
OTHERWISE = {
    ("responses-sse-200-57c088892af7", "anthropic_messages"),
    ("responses-sse-200-57c088892af7", "gemini_generate"),
    ("responses-json-200-386f5c8709ef", "anthropic_messages"),
    ("responses-json-200-386f5c8709ef", "gemini_generate"),
    ("messages-sse-200-2ac79bd2b512", "gemini_generate"),
}


SHORT = {
    "openai_chat": {"messages": [{"role": "user", "content": "x"}]},
    "openai_responses": {"input": "x"},
    "anthropic_messages": {"max_tokens": 9, "messages": [{"role": "user", "content": "x"}]},
    "gemini_generate": {"contents": [{"role": "user", "parts": [{"text": "x"}]}]},
}
# How a second answer begins: some recordings hold more than one, and a reader reads one.
SECOND = {
    "openai_chat": b"data: {",
    "openai_responses": b"event: response.created",
    "anthropic_messages": b"event: message_start",
    "gemini_generate": b"data: {",
}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_becomes_what_was_reviewed(path: Path) -> None:
    case = json.loads(path.read_text())
    assert set(case["becomes"]) == set(CLIENTS) - {case["dialect"]}
    assert becomes(case) == case["becomes"]


def test_there_is_a_case_of_each_kind_for_each_dialect() -> None:
    cases = [json.loads(path.read_text()) for path in CASES]
    assert {(case["dialect"], case["kind"]) for case in cases} == {
        (dialect, kind) for dialect in CLIENTS for kind in ("request", "whole", "stream", "error")
    }


def _reader(recording: Recording) -> Reader:
    """What reads the answer to a short request that wants everything."""
    dialect = DIALECTS[recording.dialect]
    fields: dict[str, Any] = dict(SHORT[recording.dialect])
    if recording.dialect != "gemini_generate":
        fields |= {"model": "m", "stream": recording.streamed}
    if recording.streamed and recording.dialect == "openai_chat":
        fields["stream_options"] = {"include_usage": True}
    parameters = {"model": "m"} | ({"stream": "sse"} if recording.streamed else {})
    return dialect.reader(dialect.parse(Document.parse(json.dumps(fields).encode(), max_depth=64), parameters))


@needs_recordings
def test_a_recorded_answer_comes_back_unchanged_in_its_own_dialect() -> None:
    for recording in ANSWERS:
        gate, out = Gate(_reader(recording), None), list[bytes]()
        if not recording.streamed:
            assert gate.body(recording.raw) == recording.raw, recording.name
            continue
        for start in range(0, len(recording.raw), 700):
            gate.feed(recording.raw[start : start + 700], out)
        gate.finish(out)
        came = b"".join(out)
        assert came == recording.raw or (came and recording.raw.startswith(came + SECOND[recording.dialect])), (
            recording.name
        )


@needs_recordings
def test_a_recorded_answer_says_the_same_in_every_other_dialect() -> None:
    known = json.loads(FACTS.read_text())
    assert set(known) == {r.name for r in ANSWERS} - set(FAITHLESS)
    for recording in ANSWERS:
        if recording.name in FAITHLESS:
            continue
        assert facts(recording) == known[recording.name], recording.name
        says = said(recording.raw, recording.dialect, streamed=recording.streamed)
        for client in CLIENTS:
            if client != recording.dialect:
                made, _ = crossed(recording.raw, recording.dialect, client, streamed=recording.streamed)
                theirs = said(made, client, streamed=recording.streamed)
                if (recording.name, client) in OTHERWISE:
                    assert [name for name, _ in theirs.calls] == [name for name, _ in says.calls]
                    theirs = theirs._replace(calls=says.calls)
                assert theirs == says, (recording.name, client)


@needs_recordings
def test_every_recorded_request_is_translated() -> None:
    asked = [recording for recording in recordings() if recording.request]
    assert len(asked) > 150
    for recording in asked:
        for vendor in CLIENTS:
            if vendor != recording.dialect:
                translated(recording.request, recording.dialect, vendor, model="m", parameters={"model": "m"})
