"""Anthropic answers, whole and streamed: what is read from them, and what an edit changes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.dialects.anthropic_reader import AnthropicReader
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, Delta, TextEdit, Usage
from adapters.wire.sse import Event, Framer, encode
from tests.adapters.dialects.vendor_records import check_edit, needs_records, read_stream, records

STREAMS = records("messages", "sse")
WHOLE = records("messages", "json")


def event(**data: object) -> Event:
    (framed,) = Framer().feed(encode(str(data["type"]), orjson.dumps(data)))
    return framed


def block_delta(kind: str, index: int = 0, **fields: object) -> Event:
    return event(type="content_block_delta", index=index, delta={"type": kind, **fields})


def only(chunk: Chunk) -> Delta:
    (delta,) = chunk.deltas
    return delta


@needs_records
@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.name)
def test_recorded_streams_come_back_as_they_were(path: Path) -> None:
    reader = AnthropicReader()
    raw = path.read_bytes()
    chunks = read_stream(reader, raw)
    assert b"".join(reader.rewrite(c, {}) if c.deltas else c.raw for c in chunks) == raw
    assert reader.stopped() and reader.end() == b"" and not any(c.error for c in chunks)
    assert reader.usage.input and reader.usage.output
    for chunk in chunks:
        for delta in chunk.deltas:
            token = json.loads(chunk.data[delta.start : delta.end])
            assert token == delta.text if isinstance(token, str) else str(token) == delta.text


@needs_records
@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_recorded_answers_come_back_as_they_were(path: Path) -> None:
    raw = path.read_bytes()
    reader = AnthropicReader()
    chunk = reader.body(raw)
    assert chunk.raw == raw and reader.rewrite(chunk, {}) == raw
    if "-400-" in path.name:
        assert chunk.error is not None and chunk.error.kind == "invalid" and not chunk.error.retryable
        return
    assert chunk.terminal and chunk.content and reader.stopped() and all(d.whole for d in chunk.deltas)
    fields = {"text": "text", "compaction": "content"}
    said = [block[fields[block["type"]]] for block in json.loads(raw)["content"] if block["type"] in fields]
    assert [d.text for d in chunk.deltas if d.channel.startswith("text:")] == said


@needs_records
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_an_edit_changes_one_string(data: st.DataObject) -> None:
    reader = AnthropicReader()
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
@pytest.mark.parametrize("path", STREAMS[:6], ids=lambda path: path.name)
def test_channels_grow_to_the_same_texts_in_any_chunking(path: Path) -> None:
    raw = path.read_bytes()
    grown = []
    for size in (len(raw), 7, 1):
        framer, reader = Framer(), AnthropicReader()
        texts: list[tuple[str, str]] = []
        for start in range(0, len(raw), size):
            for framed in framer.feed(raw[start : start + size]):
                texts += [(d.channel, d.text) for d in reader.event(framed).deltas]
        grown.append(texts)
    assert grown[0] == grown[1] == grown[2] != []


def test_what_commits_and_what_does_not() -> None:
    reader = AnthropicReader()
    usage = {"input_tokens": 3, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 7, "output_tokens": 1}
    start = reader.event(event(type="message_start", message={"id": "m", "model": "x", "content": [], "usage": usage}))
    assert not start.content and start.deltas == () and start.usage == Usage(50, 1, 40, None, 7)
    assert not reader.event(event(type="ping")).content
    text = {"type": "text", "text": ""}
    assert not reader.event(event(type="content_block_start", index=0, content_block=text)).content
    assert not reader.event(block_delta("thinking_delta", thinking="")).content
    assert reader.event(block_delta("text_delta", text="x")).content
    assert reader.event(block_delta("signature_delta", signature="x")).content
    call = {"type": "tool_use", "id": "t", "name": "Bash", "input": {}}
    assert reader.event(event(type="content_block_start", index=1, content_block=call)).content


def test_deltas_by_kind() -> None:
    reader = AnthropicReader()
    text = only(reader.event(block_delta("text_delta", 2, text='é "\u20ac"\n')))
    assert (text.channel, text.kind, text.text, text.whole) == ("text:2", "text", 'é "\u20ac"\n', False)
    thinking = only(reader.event(block_delta("thinking_delta", 0, thinking="hm")))
    assert (thinking.channel, thinking.kind) == ("reasoning:0", "signed")
    arguments = only(reader.event(block_delta("input_json_delta", 1, partial_json='{"a":')))
    assert (arguments.channel, arguments.kind, arguments.text) == ("tool:1", "tool_arguments", '{"a":')
    unknown = only(reader.event(block_delta("new_delta", 1, words="abc")))
    assert (unknown.text, unknown.whole) == ("abc", False)
    assert unknown.channel in reader.event(event(type="content_block_stop", index=1)).closes


def test_an_unknown_field_beside_a_text_is_read_too() -> None:
    chunk = AnthropicReader().event(block_delta("text_delta", text="a", more={"hidden": "b"}))
    assert [(d.channel.split(":")[0], d.text) for d in chunk.deltas] == [("text", "a"), ("other", "b")]


def test_an_edit_keeps_the_lines_and_the_escapes() -> None:
    raw = b': note\r\nevent: content_block_delta\r\ndata:{"type": "content_block_delta", "index":0, "delta":'
    raw += b'{"type":"text_delta","text":"caf\\u00e9 \\ud83d\\ude00 secret end\\n"}}  \r\n\r\n'
    framer, reader = Framer(), AnthropicReader()
    (framed,) = framer.feed(raw)
    chunk = reader.event(framed)
    at = only(chunk).text.index("secret")
    assert reader.rewrite(chunk, {0: [TextEdit(at, at + 6, '"x"')]}) == raw.replace(b"secret", rb"\"x\"")


def test_vendor_held_blobs_are_named_once_complete() -> None:
    reader = AnthropicReader()
    assert reader.event(block_delta("signature_delta", 0, signature="abc")).states == ()
    reader.event(block_delta("signature_delta", 0, signature="def"))
    digest = hashlib.sha256(b"abcdef").hexdigest()
    assert reader.event(event(type="content_block_stop", index=0)).states == (digest,)
    redacted = {"type": "redacted_thinking", "data": "abcdef"}
    chunk = reader.event(event(type="content_block_start", index=1, content_block=redacted))
    assert chunk.states == (digest,) and chunk.deltas == () and chunk.content
    whole = AnthropicReader().body(
        orjson.dumps({
            "type": "message",
            "content": [{"type": "thinking", "thinking": "t", "signature": "abcdef"}, redacted],
            "usage": {"input_tokens": 1, "output_tokens": 2},
        })
    )  # fmt: skip
    assert whole.states == (digest, hashlib.sha256(b"t").hexdigest(), digest) and [d.text for d in whole.deltas] == [
        "t"
    ]


def test_what_is_signed_is_named_with_its_signature() -> None:
    reader = AnthropicReader()
    for text in ("Who is ", "it?"):
        reader.event(block_delta("thinking_delta", 0, thinking=text))
    reader.event(block_delta("signature_delta", 0, signature="abc"))
    names = [hashlib.sha256(one).hexdigest() for one in (b"abc", b"Who is it?")]
    assert list(reader.event(event(type="content_block_stop", index=0)).states) == names
    reader.event(block_delta("thinking_delta", 1, thinking="unsigned"))
    assert reader.event(event(type="content_block_stop", index=1)).states == ()


def test_arguments_of_a_whole_answer_are_read_to_the_last_number() -> None:
    call = {
        "type": "tool_use",
        "id": "t",
        "name": "pay",
        "input": {"card": 4111111111111111, "who": {"x@y.example": "z"}},
    }
    body = orjson.dumps({"type": "message", "content": [call], "usage": {}})
    reader = AnthropicReader()
    chunk = reader.body(body)
    assert {"4111111111111111", "x@y.example", "z", "pay"} <= {d.text for d in chunk.deltas}
    at = [d.text for d in chunk.deltas].index("4111111111111111")
    changed = json.loads(reader.rewrite(chunk, {at: [TextEdit(0, 16, "[card]")]}))
    assert changed["content"][0]["input"]["card"] == "[card]"


@pytest.mark.parametrize(
    ("error", "kind"),
    [("overloaded_error", "overload"), ("rate_limit_error", "rate_limit"), ("api_error", "server")],
)
def test_an_error_event_is_an_upstream_error(error: str, kind: str) -> None:
    framed = event(type="error", error={"type": error, "message": "words"})
    found = AnthropicReader().event(framed).error
    assert found is not None and found.kind == kind and found.retryable


def test_an_error_in_a_body_with_status_200() -> None:
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}'
    found = AnthropicReader().body(body).error
    assert found is not None and found.kind == "overload"


@pytest.mark.parametrize(
    "data",
    [b"{", b"[1]", b'"x"', b'{"type":"content_block_delta","delta":{}}', b'{"type":"content_block_delta","index":0}',
     b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":7}}x'],
)  # fmt: skip
def test_malformed_events_are_refused(data: bytes) -> None:
    (framed,) = Framer().feed(encode("content_block_delta", data))
    with pytest.raises(ProtocolBroken):
        AnthropicReader().event(framed)


def test_a_body_that_is_not_json_is_refused_without_its_words() -> None:
    with pytest.raises(ProtocolBroken) as refused:
        AnthropicReader().body(b"<html>canary</html>")
    assert "canary" not in repr(refused.value) and refused.value.__context__ is None


def test_ends() -> None:
    cut = AnthropicReader()
    cut.event(block_delta("text_delta", text="x"))
    with pytest.raises(CutShort):
        cut.end()
    complete = AnthropicReader()
    complete.event(event(type="message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 9}))
    assert not complete.stopped() and complete.usage.output == 9
    assert complete.end() == b'event: message_stop\ndata: {"type":"message_stop"}\n\n' and complete.stopped()


def test_the_in_band_error_is_no_clean_end() -> None:
    raw = AnthropicReader().stream_error("cut", "The answer was cut.", code="cut", call_id="c1")
    (framed,) = Framer().feed(raw)
    reader = AnthropicReader()
    assert framed.event == "error" and reader.event(framed).error is not None and not reader.stopped()


def test_what_was_cached_for_an_hour_and_what_was_only_thought() -> None:
    usage = {
        "input_tokens": 3,
        "cache_creation_input_tokens": 10,
        "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 6},
        "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 5},
    }
    reader = AnthropicReader()
    reader.event(event(type="message_start", message={"id": "m", "model": "x", "content": [], "usage": usage}))
    assert reader.usage == Usage(13, 9, None, 5, 10, 6)
