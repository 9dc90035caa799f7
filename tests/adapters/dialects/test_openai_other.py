"""Text completions and embeddings."""

from __future__ import annotations

import json

import orjson
import pytest

from adapters.dialects.openai_completions import OpenAICompletions
from adapters.dialects.openai_embeddings import OpenAIEmbeddings
from adapters.errors import BodyRefused, CutShort, UpstreamError
from adapters.reply import TextEdit, Usage
from adapters.wire.body import Document, splice
from adapters.wire.sse import Event, Framer

COMPLETIONS, EMBEDDINGS = OpenAICompletions(), OpenAIEmbeddings()


def ask_of(dialect, **body):
    return dialect.parse(Document.parse(json.dumps({"model": "m", **body}).encode()))


@pytest.mark.parametrize(
    ("prompt", "texts", "part"),
    [
        ("one", ["one"], False),
        (["one", "two"], ["one", "two"], False),
        ([1, 2], [], True),
        ([[1, 2], [3]], [], True),
        (["one", 2], ["one"], True),
    ],
)
def test_inputs(prompt, texts, part):
    for dialect, key in ((COMPLETIONS, "prompt"), (EMBEDDINGS, "input")):
        ask = ask_of(dialect, **{key: prompt})
        assert [p.text for p in ask.passages if p.role == "user" and p.part == "text"] == texts
        assert [p.note for p in ask.passages if p.part == "not_inspectable"] == ["token array"] * part


def test_inputs_of_the_wrong_type():
    for dialect, key in ((COMPLETIONS, "prompt"), (EMBEDDINGS, "input")):
        with pytest.raises(BodyRefused) as refused:
            ask_of(dialect, **{key: {"a": 1}})
        assert refused.value.code == "wrong_type"


def test_a_prompt_that_is_embedded_already_is_no_text():
    for prompt in ({}, {"prompt": "x"}):
        ask = ask_of(COMPLETIONS, prompt_embeds="QUJD", **prompt)
        assert [p.note for p in ask.passages if p.part == "not_inspectable"] == ["embeddings"]


def test_embeddings_are_of_an_input():
    picture = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/x"}}]}]
    with pytest.raises(BodyRefused) as refused:
        ask_of(EMBEDDINGS, messages=picture)
    assert (refused.value.code, refused.value.param) == ("missing_field", "input")
    for body in ({"input": "x", "messages": picture}, {"input": [{"image": "https://a.example/x"}]}):
        ask = ask_of(EMBEDDINGS, **body)
        assert [p.note for p in ask.passages if p.part == "remote_url"] == ["https://a.example"]


def test_completions_edits_and_cap():
    ask = ask_of(COMPLETIONS, prompt="x", stream=True, max_tokens=900)
    edits = COMPLETIONS.edits(ask, model="other", vendor_stores=True, meter=True) + COMPLETIONS.cap(ask, 100)
    assert orjson.loads(splice(ask.document.raw, edits)) == {
        "model": "other",
        "prompt": "x",
        "stream": True,
        "max_tokens": 100,
        "stream_options": {"include_usage": True},
    }


def test_a_streamed_completion():
    reader = COMPLETIONS.reader(ask_of(COMPLETIONS, prompt="x", stream=True))
    (event,) = Framer().feed(
        b'data: {"id":"c","choices":[{"text":"hi \\u00e9","index":1,"finish_reason":null}],"usage":null}\n\n'
    )
    chunk = reader.event(event)
    assert [(d.channel, d.text) for d in chunk.deltas] == [("text:1", "hi é")]
    assert b"usage" not in chunk.raw
    assert reader.rewrite(chunk, {0: [TextEdit(3, 4, "[x]")]}) == chunk.raw.replace(b"\\u00e9", b"[x]")


def test_a_whole_completion_with_tokens_as_keys():
    body = {
        "choices": [
            {
                "text": "a",
                "index": 0,
                "finish_reason": "stop",
                "logprobs": {"top_logprobs": [{"The": -1.0, "the": -2.0}]},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2},
    }
    reader = COMPLETIONS.reader(ask_of(COMPLETIONS, prompt="x"))
    chunk = reader.body(json.dumps(body).encode())
    assert [(d.channel, d.text, d.whole) for d in chunk.deltas] == [("text:0", "a", True)]
    edited = orjson.loads(reader.rewrite(chunk, {0: [TextEdit(0, 1, "b")]}))
    assert (edited["choices"][0]["text"], edited["choices"][0]["logprobs"]) == ("b", None)


VECTORS = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, -1, 2e-5]}],
    "model": "m",
    "usage": {"prompt_tokens": 8, "total_tokens": 8},
}


@pytest.mark.parametrize("vector", [[0.5, -1], "QUJDRA=="])
def test_vectors_come_back_unchanged(vector):
    raw = json.dumps({**VECTORS, "data": [{"object": "embedding", "index": 0, "embedding": vector}]}).encode()
    reader = EMBEDDINGS.reader(ask_of(EMBEDDINGS, input="x"))
    chunk = reader.body(raw)
    assert (chunk.deltas, reader.usage, reader.rewrite(chunk, {}), reader.end()) == ((), Usage(8, 0), raw, b"")


@pytest.mark.parametrize(
    "more",
    [
        {"note": "canary text"},
        {"data": [{"object": "embedding", "index": 0, "embedding": "canary text"}]},
        {"data": [{"object": "embedding", "index": 0, "embedding": [0.5, "canary text"]}]},
        {"data": [{"object": "embedding", "text": "canary text", "embedding": []}]},
        {"data": ["canary text"]},
    ],
)
def test_text_beside_vectors_is_inspected(more):
    raw = json.dumps({**VECTORS, **more}).encode()
    reader = EMBEDDINGS.reader(ask_of(EMBEDDINGS, input="x"))
    chunk = reader.body(raw)
    (delta,) = chunk.deltas
    assert delta.text == "canary text"
    assert b"canary" not in reader.rewrite(chunk, {0: [TextEdit(0, 11, "[x]")]})


def test_embeddings_are_never_streamed_nor_cut():
    reader = EMBEDDINGS.reader(ask_of(EMBEDDINGS, input="x"))
    with pytest.raises(CutShort):
        reader.end()
    with pytest.raises(UpstreamError):
        reader.event(Event(b"data: {}\n\n", "", b"{}"))
    with pytest.raises(UpstreamError):
        reader.body(b'{"data":{}}')
