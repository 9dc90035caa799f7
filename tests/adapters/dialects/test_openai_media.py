"""Moderations, rankings and pictures: what is inspected of a request and of its answer."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from adapters.dialects.openai_images import OpenAIImages
from adapters.dialects.openai_moderations import OpenAIModerations
from adapters.dialects.rerank import Rerank
from adapters.errors import BodyRefused, CutShort, ProtocolBroken, UpstreamError
from adapters.reply import TextEdit, Usage
from adapters.wire.body import Document, splice
from adapters.wire.sse import Event, Framer

MODERATIONS, RERANK, IMAGES = OpenAIModerations(), Rerank(), OpenAIImages()
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def ask_of(dialect: Any, **body: Any) -> Any:
    return dialect.parse(Document.parse(orjson.dumps({"model": "m", **body})))


def parts(ask: Any) -> list[tuple[str, str, str]]:
    return [(p.part, p.role, p.text if p.part == "text" else p.note) for p in ask.passages if p.role != "other"]


@pytest.mark.parametrize(
    ("dialect", "body", "found"),
    [
        (MODERATIONS, {"input": "one"}, [("text", "user", "one")]),
        (MODERATIONS, {"input": ["one", "two"]}, [("text", "user", "one"), ("text", "user", "two")]),
        (MODERATIONS, {"input": [{"type": "text", "text": "one"}]}, [("text", "user", "one")]),
        (MODERATIONS, {"input": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]},
         [("remote_url", "user", "https://a.example")]),
        (MODERATIONS, {"input": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}]},
         [("not_inspectable", "user", "image/png")]),
        (MODERATIONS, {"input": [{"type": "video"}]}, [("not_inspectable", "user", "video")]),
        (RERANK, {"query": "q", "documents": ["one", {"text": "two", "author": "x"}]},
         [("text", "user", "q"), ("text", "user", "one"), ("text", "user", "text\0two\0author\0x")]),
        (RERANK, {"query": "q", "documents": [{"image": "https://a.example/x.png"}]},
         [("text", "user", "q"), ("text", "user", "image\0https://a.example/x.png"),
          ("remote_url", "user", "https://a.example")]),
        (RERANK, {"query": "q", "documents": [{"url": "https://a.example/x.png"}]},
         [("text", "user", "q"), ("text", "user", "url\0https://a.example/x.png"),
          ("remote_url", "user", "https://a.example")]),
        (IMAGES, {"prompt": "one"}, [("text", "user", "one"), ("not_inspectable", "user", "image output")]),
    ],
)  # fmt: skip
def test_what_is_inspected(dialect: Any, body: dict[str, Any], found: list[Any]) -> None:
    assert sorted(parts(ask_of(dialect, **body))) == sorted(found)


@pytest.mark.parametrize(
    ("dialect", "body", "param"),
    [
        (MODERATIONS, {}, "input"),
        (MODERATIONS, {"input": 5}, "input"),
        (MODERATIONS, {"input": ["one", 5]}, "input[0]"),
        (MODERATIONS, {"input": [{"type": "image_url", "image_url": {}}]}, "input[0].image_url.url"),
        (RERANK, {"query": "q"}, "documents"),
        (RERANK, {"query": 5, "documents": []}, "query"),
        (RERANK, {"query": "q", "documents": [5]}, "documents"),
        (RERANK, {"query": "q", "documents": [{"file_id": "file-1"}]}, "documents[0].file_id"),
        (IMAGES, {}, "prompt"),
        (IMAGES, {"prompt": "x", "n": "3"}, "n"),
        (IMAGES, {"prompt": "x", "images": [{"file_id": "file-1"}]}, "*[0].file_id"),
    ],
)
def test_what_is_refused(dialect: Any, body: dict[str, Any], param: str) -> None:
    with pytest.raises(BodyRefused) as refused:
        ask_of(dialect, **body)
    assert refused.value.param == param


def test_a_model_that_a_request_leaves_to_the_vendor_is_written_into_it() -> None:
    ask = MODERATIONS.parse(Document.parse(b'{"input":"x"}'))
    assert ask.model == "omni-moderation-latest"
    edits = MODERATIONS.edits(ask, model="theirs", vendor_stores=True, meter=True)
    assert splice(ask.document.raw, edits) == b'{"model":"theirs","input":"x"}'


@pytest.mark.parametrize(
    ("answer", "usage"),
    [
        ({"usage": {"total_tokens": 7}}, Usage(7, 0)),
        ({"usage": {"prompt_tokens": 5, "total_tokens": 7}}, Usage(5, 0)),
        ({"meta": {"tokens": {"input_tokens": 9}}}, Usage(9, 0)),
        ({"meta": {"billed_units": {"search_units": 1}}}, Usage(None, 0)),
    ],
)
def test_tokens_of_rankings(answer: dict[str, Any], usage: Usage) -> None:
    reader = RERANK.reader(ask_of(RERANK, query="q", documents=["a"]))
    chunk = reader.body(orjson.dumps({"results": [{"index": 0, "document": {"text": "canary"}}], **answer}))
    assert (reader.usage, [d.text for d in chunk.deltas], reader.end()) == (usage, ["canary"], b"")
    assert b'"text":"[x]"' in reader.rewrite(chunk, {0: [TextEdit(0, 6, "[x]")]})


def test_an_answer_of_another_form_is_none() -> None:
    for dialect, body in ((MODERATIONS, {"input": "x"}), (IMAGES, {"prompt": "x"})):
        reader = dialect.reader(ask_of(dialect, **body))
        with pytest.raises(ProtocolBroken):
            reader.body(b'{"object":"list"}')
        assert reader.body(b'{"error":{"code":"slow_down"}}').error.kind == "ramp"
        with pytest.raises(CutShort):
            reader.end()


def test_the_words_beside_a_picture_are_inspected_and_the_picture_is_not() -> None:
    raw = orjson.dumps({"data": [{"b64_json": PNG, "revised_prompt": "canary"}, {"b64_json": "not base64!"}]})
    reader = IMAGES.reader(ask_of(IMAGES, prompt="x"))
    chunk = reader.body(raw)
    assert [(d.channel, d.text) for d in chunk.deltas] == [
        ("text:0", "canary"), ("other:/data/1/*", "not base64!"),
    ]  # fmt: skip
    assert reader.rewrite(chunk, {0: [TextEdit(0, 6, "[x]")]}) == raw.replace(b"canary", b"[x]")


def test_a_stream_of_pictures_ends_with_the_last_of_them() -> None:
    reader = IMAGES.reader(ask_of(IMAGES, prompt="x", stream=True, n=2))
    partial = event({"type": "image_generation.partial_image", "b64_json": PNG})
    done = event(
        {"type": "image_generation.completed", "b64_json": PNG, "usage": {"input_tokens": 5, "output_tokens": 9}}
    )
    seen = [reader.event(one) for one in (partial, done, partial)]
    assert [(c.content, c.terminal, c.deltas) for c in seen] == [(True, False, ())] * 3
    with pytest.raises(CutShort):
        reader.end()
    assert reader.event(done).terminal
    assert (reader.usage, reader.end(), reader.stopped()) == (Usage(10, 18), b"", True)


@pytest.mark.parametrize("said", [{"error": {"code": "slow_down"}}, {"type": "error", "code": "slow_down"}])
def test_an_error_in_a_stream_of_pictures(said: dict[str, Any]) -> None:
    error: UpstreamError | None = IMAGES.reader(ask_of(IMAGES, prompt="x", stream=True)).event(event(said)).error
    assert error is not None
    assert error.kind == "ramp"


def event(value: dict[str, Any]) -> Event:
    (found,) = Framer().feed(b"data: " + orjson.dumps(value) + b"\n\n")
    return found
