"""Responses answers, whole and streamed: what is read from them, and what an edit changes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.dialects.responses_reader import ResponsesReader
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, Delta, TextEdit, Usage
from adapters.wire.sse import Event, Framer, encode
from tests.adapters.dialects.vendor_records import check_edit, data_of, needs_records, read_stream, records

STREAMS = records("responses", "sse")
WHOLE = records("responses", "json")

# One answer a file, all of its deltas there (whoever recorded the one named here left most of them out).
COMPLETE = [
    path
    for path in STREAMS
    if path.read_bytes().count(b"event: response.created") == 1 and "5ac4f66a4c89" not in path.name
]


def event(kind: str, **fields: object) -> Event:
    (framed,) = Framer().feed(encode(kind, orjson.dumps({"type": kind, **fields})))
    return framed


def only(chunk: Chunk) -> Delta:
    (delta,) = chunk.deltas
    return delta


def said(value: dict[str, Any]) -> list[str]:
    """Texts of the messages of a response."""
    items = [item for item in value["output"] if item["type"] == "message"]
    return [part["text"] for item in items for part in item["content"] if part.get("text")]


@needs_records
@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.name)
def test_recorded_streams_come_back_as_they_were(path: Path) -> None:
    reader = ResponsesReader()
    raw = path.read_bytes()
    chunks = read_stream(reader, raw)
    assert b"".join(reader.rewrite(c, {}) if c.deltas else c.raw for c in chunks) == raw
    assert reader.stopped() and reader.end() == b"" and not any(c.error for c in chunks)
    assert reader.usage.input is not None and reader.usage.output is not None


@needs_records
@pytest.mark.parametrize("path", COMPLETE, ids=lambda path: path.name)
def test_what_grew_is_what_is_repeated(path: Path) -> None:
    raw = path.read_bytes()
    grown: dict[str, str] = {}
    repeated: dict[str, set[str]] = {}
    closed: set[str] = set()
    for chunk in read_stream(ResponsesReader(), raw):
        closed.update(chunk.closes)
        for delta in chunk.deltas:
            if delta.whole:
                repeated.setdefault(delta.channel, set()).add(delta.text)
            else:
                grown[delta.channel] = grown.get(delta.channel, "") + delta.text
    assert {name: repeated[name] for name in grown} == {name: {text} for name, text in grown.items()}
    assert grown.keys() <= closed


@needs_records
@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_recorded_answers_come_back_as_they_were(path: Path) -> None:
    raw = path.read_bytes()
    reader = ResponsesReader()
    chunk = reader.body(raw)
    assert chunk.raw == raw and reader.rewrite(chunk, {}) == raw
    if "-400-" in path.name:
        kind = "money" if b"insufficient_quota" in raw else "invalid"
        assert chunk.error is not None and chunk.error.kind == kind
        return
    assert chunk.terminal and chunk.content and reader.stopped() and all(d.whole for d in chunk.deltas)
    assert [d.text for d in chunk.deltas if d.channel.startswith("text:")] == said(json.loads(raw))


@needs_records
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_an_edit_changes_one_string(data: st.DataObject) -> None:
    reader = ResponsesReader()
    path = data.draw(st.sampled_from(STREAMS + WHOLE))
    raw = path.read_bytes()
    chunks = read_stream(reader, raw) if path.suffix == ".sse" else [reader.body(raw)]
    told = [chunk for chunk in chunks if chunk.deltas]
    if not told:
        return
    chunk = data.draw(st.sampled_from(told))
    index = data.draw(st.integers(0, len(chunk.deltas) - 1))
    size = len(chunk.deltas[index].text)
    start = data.draw(st.integers(0, size))
    check_edit(reader, chunk, index, start, data.draw(st.integers(start, size)))


@needs_records
def test_the_same_edit_in_every_repetition() -> None:
    path = next(p for p in STREAMS if b"response.output_text.done" in p.read_bytes())
    reader = ResponsesReader()
    seen = 0
    for chunk in read_stream(reader, path.read_bytes()):
        wholes = {i: [TextEdit(0, 1, "#")] for i, d in enumerate(chunk.deltas) if d.whole and d.channel[:5] == "text:"}
        if wholes:
            seen += 1
            before, after = json.loads(chunk.data), data_of(reader.rewrite(chunk, wholes), chunk)
            assert before.get("sequence_number") == after.get("sequence_number")
            assert all(f"#{chunk.deltas[i].text[1:]}" in strings(after) for i in wholes)
    assert seen == 4  # output_text.done, content_part.done, output_item.done, completed


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def test_an_edit_empties_what_repeats_the_text() -> None:
    logprobs = [{"token": "sec", "logprob": -0.1, "bytes": [115], "top_logprobs": []}]
    fields = {"output_index": 0, "content_index": 0, "delta": "secret", "sequence_number": 4, "logprobs": logprobs}
    reader = ResponsesReader()
    chunk = reader.event(event("response.output_text.delta", **fields))
    after = data_of(reader.rewrite(chunk, {0: [TextEdit(0, 6, "x")]}), chunk)
    assert after == {"type": "response.output_text.delta", **fields, "delta": "x", "logprobs": []}
    part = {"type": "output_text", "text": "a secret", "annotations": [{"start_index": 2, "url": "u"}], "logprobs": []}
    chunk = reader.event(event("response.content_part.done", output_index=0, content_index=0, part=part))
    at = [d.channel for d in chunk.deltas].index("text:0:0")
    after = data_of(reader.rewrite(chunk, {at: [TextEdit(2, 8, "x")]}), chunk)
    assert after["part"] == {**part, "text": "a x", "annotations": []}


@pytest.mark.parametrize(
    ("kind", "fields", "channel", "role"),
    [
        ("response.output_text.delta", {"content_index": 1}, "text:2:1", "text"),
        ("response.refusal.delta", {"content_index": 0}, "refusal:2:0", "text"),
        ("response.reasoning_text.delta", {"content_index": 0}, "reasoning:2:0", "reasoning"),
        ("response.reasoning_summary_text.delta", {"summary_index": 3}, "summary:2:3", "reasoning"),
        ("response.function_call_arguments.delta", {}, "tool:2", "tool_arguments"),
        ("response.custom_tool_call_input.delta", {}, "tool:2", "tool_text"),
        ("response.mcp_call_arguments.delta", {}, "tool:2", "tool_arguments"),
        ("response.code_interpreter_call_code.delta", {}, "tool:2", "tool_text"),
        ("response.shell_call_command.delta", {"command_index": 1}, "tool:2:1", "tool_text"),
        ("response.new_thing.delta", {}, "other:2:response.new_thing.delta", "text"),
    ],
)
def test_deltas_by_kind(kind: str, fields: dict[str, int], channel: str, role: str) -> None:
    chunk = ResponsesReader().event(event(kind, output_index=2, delta='é "x"', **fields))
    delta = only(chunk)
    assert (delta.channel, delta.kind, delta.text, delta.whole) == (channel, role, 'é "x"', False)
    assert chunk.content and json.loads(chunk.data[delta.start : delta.end]) == delta.text


def test_an_item_that_is_done_closes_what_grew_in_it() -> None:
    reader = ResponsesReader()
    reader.event(event("response.custom_tool_call_input.delta", output_index=0, delta="SELECT "))
    item = {"type": "custom_tool_call", "id": "ct", "call_id": "c", "name": "sql", "input": "SELECT 1"}
    chunk = reader.event(event("response.output_item.done", output_index=0, item=item))
    assert chunk.closes == ("tool:0",)
    assert ("tool:0", "SELECT 1", True) in [(d.channel, d.text, d.whole) for d in chunk.deltas]


def test_a_response_whose_items_shifted_keeps_its_channels() -> None:
    reader = ResponsesReader()
    message = {"type": "message", "id": "m7", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}
    reader.event(event("response.output_item.added", output_index=3, item={**message, "content": []}))
    done = {"id": "r", "status": "completed", "output": [message], "usage": None}
    assert only(reader.event(event("response.completed", response=done))).channel == "text:3:0"


def test_what_commits_and_what_does_not() -> None:
    reader = ResponsesReader()
    response = {"id": "r", "object": "response", "status": "in_progress", "output": [], "instructions": "echo"}
    assert not reader.event(event("response.created", response=response, sequence_number=0)).content
    assert not reader.event(event("response.in_progress", response=response, sequence_number=1)).content
    message = {"type": "message", "id": "m", "role": "assistant", "content": []}
    assert not reader.event(event("response.output_item.added", output_index=0, item=message)).content
    call = {"type": "function_call", "id": "f", "call_id": "c", "name": "ls", "arguments": ""}
    assert reader.event(event("response.output_item.added", output_index=1, item=call)).content
    assert reader.event(event("response.output_text.delta", output_index=0, content_index=0, delta="x")).content


def test_what_the_request_said_is_not_judged_again_but_new_fields_are() -> None:
    response = {"id": "r", "output": [], "instructions": "echo", "tools": [{"name": "echo"}], "surprise": "new"}
    chunk = ResponsesReader().event(event("response.created", response=response))
    assert [d.text for d in chunk.deltas] == ["new"]


def test_usage_and_vendor_held_blobs() -> None:
    reader = ResponsesReader()
    usage = {"input_tokens": 20, "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 7},
             "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 4}}  # fmt: skip
    item = {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "gAAAA"}
    done = {"id": "r", "status": "completed", "output": [item], "usage": usage}
    chunk = reader.event(event("response.completed", response=done, sequence_number=9))
    assert chunk.terminal and chunk.usage == reader.usage == Usage(20, 5, 8, 4, 7)
    assert chunk.states == (hashlib.sha256(b"gAAAA").hexdigest(),) and chunk.deltas == ()


@pytest.mark.parametrize(
    ("kind", "fields", "taxonomy"),
    [
        ("error", {"code": "insufficient_quota", "message": "words", "param": None}, "money"),
        ("error", {"error": {"type": "server_error", "code": "slow_down", "message": "words"}}, "ramp"),
        ("response.failed", {"response": {"status": "failed", "error": {"code": "rate_limit_exceeded"}}}, "rate_limit"),
        ("response.failed", {"response": {"status": "failed", "error": None}}, "server"),
        ("response.failed", {"response": {"error": {"code": "context_length_exceeded"}}}, "context_length"),
    ],
)
def test_error_events_are_upstream_errors(kind: str, fields: dict[str, object], taxonomy: str) -> None:
    reader = ResponsesReader()
    chunk = reader.event(event(kind, sequence_number=3, **fields))
    assert chunk.error is not None and chunk.error.kind == taxonomy and not reader.stopped()


def test_an_incomplete_response_is_a_clean_end() -> None:
    reader = ResponsesReader()
    short = {"id": "r", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}
    assert reader.event(event("response.incomplete", response=short)).terminal and reader.end() == b""


def test_a_cut_stream_is_no_clean_end() -> None:
    reader = ResponsesReader()
    reader.event(event("response.output_text.delta", output_index=0, content_index=0, delta="x"))
    with pytest.raises(CutShort):
        reader.end()


@pytest.mark.parametrize("data", [b"{", b"[]", b"null", b'{"type":"response.output_text.delta","delta":"x"} y'])
def test_malformed_events_are_refused(data: bytes) -> None:
    (framed,) = Framer().feed(encode(None, data))
    with pytest.raises(ProtocolBroken):
        ResponsesReader().event(framed)


def test_a_failed_body_with_status_200() -> None:
    body = b'{"id":"r","status":"failed","error":{"code":"server_error","message":"words"},"output":[]}'
    error = ResponsesReader().body(body).error
    assert error is not None and error.kind == "server"


def test_the_in_band_error_goes_on_with_the_stream() -> None:
    reader = ResponsesReader()
    reader.event(event("response.created", response={"id": "resp_7", "output": []}, sequence_number=6))
    raw = reader.stream_error("invalid_request_error", "No.", code="response_refused", call_id="c1")
    (framed,) = Framer().feed(raw)
    told = json.loads(framed.data)
    assert framed.event == told["type"] == "response.failed"
    assert (told["sequence_number"], told["response"]["id"]) == (7, "resp_7")
    assert told["response"]["error"] == {"code": "invalid_prompt", "message": "No."}
    assert told["response"]["metadata"] == {"call_id": "c1", "code": "response_refused"}


def test_the_in_band_error_without_a_stream_to_go_on_with() -> None:
    (framed,) = Framer().feed(ResponsesReader().stream_error("cut", "Cut.", code=None, call_id="c1"))
    told = json.loads(framed.data)
    assert "sequence_number" not in told and told["response"]["error"]["code"] == "server_error"
    reader = ResponsesReader()
    assert reader.event(framed).error is not None and not reader.stopped()
