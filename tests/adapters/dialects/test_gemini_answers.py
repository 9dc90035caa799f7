"""Answers of Gemini's: texts by channel, usage, signatures, ends, errors, edits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.dialects.gemini_content import signature_digest
from adapters.dialects.gemini_reader import GeminiReader
from adapters.errors import CutShort, ProtocolBroken
from adapters.registry import DIALECTS
from adapters.reply import Chunk, TextEdit, Usage
from adapters.wire.sse import Event, Framer, encode
from tests.adapters.dialects.vendor_records import data_of, needs_records, records


def part(*parts: dict[str, Any], index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts), "role": "model"}, "index": index, **fields}]}


def event(value: dict[str, Any]) -> Event:
    (found,) = Framer().feed(encode(None, json.dumps(value).encode()))
    return found


def read(*values: dict[str, Any]) -> tuple[GeminiReader, list[Chunk]]:
    reader = GeminiReader()
    return reader, [reader.event(event(value)) for value in values]


def texts(chunks: list[Chunk]) -> dict[str, str]:
    found: dict[str, str] = {}
    for delta in (delta for chunk in chunks for delta in chunk.deltas):
        found[delta.channel] = delta.text if delta.whole else found.get(delta.channel, "") + delta.text
    return found


def test_texts_and_thoughts_grow_in_channels_of_their_own() -> None:
    reader, chunks = read(
        part({"text": "Je p", "thought": True}),
        part({"text": "ense", "thought": True}),
        part({"text": "Bon"}),
        part({"text": "jour"}),
        part({"text": "encore", "thought": True}),
        part({"text": "."}, finishReason="STOP"),
    )
    assert texts(chunks) == {"reasoning:0:0": "Je pense", "text:0": "Bonjour.", "reasoning:0:1": "encore"}
    assert [chunk.closes for chunk in chunks] == [(), (), ("reasoning:0:0",), (), (), ("reasoning:0:1",)]
    assert {d.kind for c in chunks for d in c.deltas} == {"text", "reasoning"}
    assert all(chunk.content for chunk in chunks)
    assert (reader.stopped(), reader.complete(), reader.end(), reader.stopped()) == (False, True, b"", True)


def test_a_call_is_the_text_of_its_arguments() -> None:
    call = {"functionCall": {"id": "c", "name": "weather", "args": {"town": "Lyon", "days": 3}}}
    _, (chunk,) = read(part(call | {"thoughtSignature": "c2ln"}, call))
    assert texts([chunk]) == {
        "tool:0:0:/*": "3", "tool:0:1:/*": "3",
        "other:/*/0/content/parts/0/functionCall/name": "weather",
        "other:/*/0/content/parts/1/functionCall/name": "weather",
    }  # fmt: skip
    assert {d.text for d in chunk.deltas if d.kind == "tool_text"} == {"town", "Lyon", "days", "3"}
    assert chunk.states == (signature_digest("c2ln"),)
    assert chunk.content


def test_arguments_in_pieces_grow() -> None:
    piece = {"jsonPath": "$.town", "stringValue": "Ly", "willContinue": True}
    _, chunks = read(
        part({"functionCall": {"name": "weather", "willContinue": True}}),
        part({"functionCall": {"partialArgs": [piece], "willContinue": True}}),
        part({"functionCall": {"partialArgs": [{"jsonPath": "$.day", "numberValue": 4}], "willContinue": True}}),
        part({"functionCall": {"partialArgs": [piece | {"stringValue": "on"}]}}),
    )
    assert "Lyon" in texts(chunks).values()
    assert "4" in {delta.text for chunk in chunks for delta in chunk.deltas}


def test_code_and_what_it_gave() -> None:
    _, (chunk,) = read(part(
        {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
    ))  # fmt: skip
    assert sorted(texts([chunk]).values()) == ["1", "print(1)"]


@pytest.mark.parametrize("media", [False, True])
def test_a_picture_that_nobody_asked_for_is_told(media: bool) -> None:
    reader = GeminiReader(media=media)
    chunk = reader.event(event(part({"inlineData": {"mimeType": "image/png", "data": "aWJhbg=="}})))
    assert not chunk.deltas and chunk.content and chunk.unread is not media
    assert not reader.event(event(part({"text": "a"}))).unread
    words = reader.event(event(part({"inlineData": {"mimeType": "image/png", "data": "no base64"}})))
    assert [d.text for d in words.deltas] == ["no base64"]


def test_usage_counts_what_tools_put_in_and_what_was_thought() -> None:
    counts = {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 7,
              "cachedContentTokenCount": 4, "toolUsePromptTokenCount": 3, "totalTokenCount": 25}  # fmt: skip
    reader, _ = read({**part({"text": "a"}), "usageMetadata": {"promptTokenCount": 10, "trafficType": "X"}})
    assert reader.usage == Usage(10)
    reader, _ = read({**part({"text": "a"}), "usageMetadata": counts}, {**part({"text": "b"}), "usageMetadata": {}})
    assert reader.usage == Usage(13, 12, 4, 7)


def test_a_cut_stream_is_no_end() -> None:
    for values in ([], [part({"text": "a"})], [part({"text": "a"}, finishReason="STOP"), part({"text": "b"}, index=1)]):
        reader, _ = read(*values)
        with pytest.raises(CutShort):
            reader.end()


def test_a_blocked_prompt_is_an_answer() -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": "non"}}
    reader, (chunk,) = read(blocked)
    assert texts([chunk]) == {"other:/*/*": "non"}
    assert reader.end() == b""
    whole = GeminiReader().body(json.dumps(blocked).encode())
    assert whole.terminal and whole.error is None
    with pytest.raises(ProtocolBroken):
        GeminiReader().body(b'{"usageMetadata":{}}')


def test_an_error_inside_a_stream_or_a_body_is_one() -> None:
    failure = {"error": {"code": 503, "message": "plein", "status": "UNAVAILABLE"}}
    _, (chunk,) = read(failure)
    assert chunk.error is not None and chunk.error.kind == "overload" and chunk.error.message == "plein"
    whole = GeminiReader().body(json.dumps(failure).encode())
    assert whole.error is not None and whole.error.kind == "overload"


def test_several_texts_of_a_whole_answer_are_one() -> None:
    """A value that is split over parts is seen, as it is in a stream."""
    chunk = GeminiReader().body(json.dumps(part({"text": "FR76 3000"}, {"text": " 6000"})).encode())
    assert texts([chunk]) == {"text:0": "FR76 3000 6000"}
    one = GeminiReader().body(json.dumps(part({"text": "FR76"})).encode())
    assert [d.whole for d in one.deltas] == [True]


def test_an_edit_empties_what_points_into_the_text() -> None:
    support = {"segment": {"startIndex": 0, "endIndex": 4, "text": "FR76"}, "groundingChunkIndices": [0]}
    late = part(
        {"text": ""},
        finishReason="STOP",
        groundingMetadata={"groundingSupports": [support], "x": "y"},
        citationMetadata={"citations": [{"startIndex": 1}]},
        logprobsResult={"chosenCandidates": []},
    )
    reader, (first, last) = read(part({"text": "FR76 !"}), late)
    assert data_of(reader.rewrite(first, {0: [TextEdit(0, 4, "[x]")]}), first) == part({"text": "[x] !"})
    after = data_of(reader.rewrite(last, {}), last)["candidates"][0]
    assert after["groundingMetadata"] == {"groundingSupports": [], "x": "y"}
    assert after["citationMetadata"] == {}
    assert after["logprobsResult"] == {"chosenCandidates": []}


def test_a_key_that_is_spelt_with_escapes_is_read_too() -> None:
    raw = b'data: {"candidates":[{"content":{"parts":[{"te\\u0078t":"FR76"}]}}]}\n\n'
    (found,) = Framer().feed(raw)
    assert texts([GeminiReader().event(found)]) == {"text:0": "FR76"}
    raw = b'data: {"candidates":[{"avgLogprobs":{"text":"FR76"},"content":{"parts":[{"te\\u0078t":"FR76"}]}}]}\n\n'
    (found,) = Framer().feed(raw)
    (delta,) = [d for d in GeminiReader().event(found).deltas if d.channel == "text:0"]
    assert delta.start > raw.index(b"parts") - len("data: ")


def test_counts_and_vectors() -> None:
    def body(dialect: str, value: Any) -> Chunk:
        made = DIALECTS[dialect]
        return made.reader(None).body(json.dumps(value).encode())  # type: ignore[arg-type]

    details = [{"modality": "TEXT", "tokenCount": 3}]
    assert body("gemini_count_tokens", {"totalTokens": 3, "promptTokensDetails": details}).deltas == ()
    assert [d.text for d in body("gemini_count_tokens", {"totalTokens": 3, "note": "x"}).deltas] == ["x"]
    assert body("gemini_embed", {"embedding": {"values": [0.1, 2]}}).deltas == ()
    assert [d.text for d in body("gemini_embed", {"embedding": {"values": [0.1], "x": "mot"}}).deltas] == ["mot"]
    assert body("gemini_batch_embed", {"embeddings": [{"values": [0.1]}]}).terminal
    for dialect, value in (("gemini_count_tokens", {"total": 1}), ("gemini_embed", {"data": []})):
        with pytest.raises(ProtocolBroken):
            body(dialect, value)


@needs_records
def test_recorded_texts_are_those_that_a_plain_reader_finds() -> None:
    checked = 0
    for path in records("gemini", "sse"):
        reader, framer, found = GeminiReader(), Framer(), []
        for one in framer.feed(path.read_bytes()):
            found.append(reader.event(one))
        plain: dict[str, str] = {}
        for line in path.read_text().splitlines():
            if line.startswith("data:"):
                for given in json.loads(line[5:])["candidates"][0]["content"].get("parts", []):
                    name = "reasoning" if given.get("thought") else "text"
                    plain[name] = plain.get(name, "") + given.get("text", "")
        seen = {name.partition(":")[0]: text for name, text in texts(found).items()}
        assert {k: v for k, v in seen.items() if k in ("text", "reasoning")} == {k: v for k, v in plain.items() if v}
        assert reader.end() == b"" and reader.usage.output
        checked += 1
    assert checked > 10
