"""Real vendors' chat answers are understood and come back unchanged, streamed in several chunkings."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from adapters.dialects.openai_chat import OpenAIChat
from adapters.errors import BodyRefused
from adapters.wire.body import Document, splice
from adapters.wire.sse import Framer

RECORDED = Path(__file__).parents[3] / "../shared/data/recorded"
if not RECORDED.exists():
    pytest.skip("recorded vendor answers are not here", allow_module_level=True)

CHAT = OpenAIChat()
ANY = CHAT.parse(Document.parse(b'{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}'))


def files(pattern):
    return [pytest.param(path, id=path.name) for path in sorted(RECORDED.glob(pattern)) if ".req" not in path.name]


@pytest.mark.parametrize("path", files("chat-sse-200-*"))
@pytest.mark.parametrize("size", [1, 7, 1000, 10**9])
def test_streams_come_back_unchanged(path, size):
    raw = path.read_bytes()
    reader, framer = CHAT.reader(ANY), Framer()
    out, texts = b"", {}
    for start in range(0, len(raw), size):
        for event in framer.feed(raw[start : start + size]):
            chunk = reader.event(event)
            out += reader.rewrite(chunk, {})
            assert chunk.error is None
            for delta in chunk.deltas:
                assert orjson.loads(chunk.data[delta.start : delta.end]) == delta.text
                texts[delta.channel] = texts.get(delta.channel, "") + delta.text
    assert (out, framer.rest(), reader.end()) == (raw, b"", b"")
    assert {name: text for name, text in texts.items() if name.startswith(("text", "tool:"))} == plainly(raw)


def plainly(raw):
    """What the events say, read without any of our code."""
    texts = {}
    for line in raw.decode().splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line[6:])["choices"]:
                delta = choice["delta"]
                found = [("text:0", delta.get("content"))]
                found += [(f"tool:0:{c['index']}", c["function"]["arguments"]) for c in delta.get("tool_calls") or []]
                for name, text in found:
                    if text:
                        texts[name] = texts.get(name, "") + text
    return texts


@pytest.mark.parametrize("path", files("chat-json-200-*"))
def test_answers_come_back_unchanged(path):
    raw = path.read_bytes()
    reader = CHAT.reader(ANY)
    chunk = reader.body(raw)
    assert reader.rewrite(chunk, {}) == raw
    message = json.loads(raw)["choices"][0]["message"]
    texts = {delta.channel: delta.text for delta in chunk.deltas}
    assert texts.get("text:0") == (message["content"] or None)
    calls = [call["function"]["arguments"] for call in message.get("tool_calls") or []]
    assert [texts[f"tool:0:{i}"] for i in range(len(calls))] == calls
    assert reader.usage.output == json.loads(raw)["usage"]["completion_tokens"]


@pytest.mark.parametrize("path", files("chat-json-4*"))
def test_errors_are_understood(path):
    chunk = CHAT.reader(ANY).body(path.read_bytes())
    assert chunk.error is not None
    assert chunk.error.kind in ("invalid", "not_found", "server")


@pytest.mark.parametrize("path", sorted(RECORDED.glob("chat-*.req.json")), ids=lambda path: path.name)
def test_requests_are_taken_in_and_left_alone(path):
    raw = path.read_bytes()
    try:
        ask = CHAT.parse(Document.parse(raw))
    except BodyRefused as refused:
        pytest.fail(f"{path.name}: {refused}")
    assert splice(raw, CHAT.edits(ask, model=ask.model, vendor_stores=False, meter=False)) == raw
    assert {id(p.leaf) for passage in ask.passages for p in passage.pieces} >= {
        id(leaf) for leaf in ask.document.leaves
    }
