"""What Gemini's requests hold: who says it, what is no text, what is refused, in both spellings."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from adapters.ask import Ask
from adapters.dialects.gemini_content import NO_SIGNATURE, signature_digest
from adapters.errors import BodyRefused
from adapters.registry import DIALECTS
from adapters.wire.body import Document, splice
from tests.adapters.dialects.vendor_records import misplaced, needs_records, places, planted, records, uncovered

PATH = {"model": "gemini-2.5-flash"}
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()
DIALECT = "gemini_generate"


def parsed(body: dict[str, Any], dialect: str = DIALECT, **parameters: str) -> Ask:
    return DIALECTS[dialect].parse(Document.parse(json.dumps(body).encode()), PATH | parameters)


def asked(*parts: dict[str, Any], role: str = "user", **fields: Any) -> dict[str, Any]:
    return {"contents": [{"role": role, "parts": list(parts)}], **fields}


def said(ask: Ask) -> set[tuple[str, str, str, str | None]]:
    """Role, kind and text (or note) of every passage, and the tool that it belongs to."""
    return {(p.role, p.part, p.text if p.part == "text" else p.note, p.tool) for p in ask.passages}


TALK = {
    "systemInstruction": {"parts": [{"text": "Sois bref."}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Quel temps ?"}]},
        {"role": "model", "parts": [
            {"text": "Je regarde.", "thought": True},
            {"functionCall": {"id": "c1", "name": "weather", "args": {"town": "Lyon"}}, "thoughtSignature": "c2ln"},
        ]},
        {"role": "user", "parts": [
            {"functionResponse": {"id": "c1", "name": "weather", "response": {"output": "Il pleut"}}},
            {"text": "Et demain ?"},
        ]},
    ],
    "tools": [{"functionDeclarations": [{"name": "weather", "description": "Le temps"}]}],
    "generationConfig": {"maxOutputTokens": 70, "candidateCount": 2},
}  # fmt: skip


def test_a_talk_with_tools() -> None:
    ask = parsed(TALK, stream="")
    assert (ask.model, ask.stream, ask.max_output, ask.tools) == ("gemini-2.5-flash", True, 70, ("weather",))
    assert said(ask) >= {
        ("system", "text", "Sois bref.", None),
        ("user", "text", "Quel temps ?", None),
        ("assistant", "text", "Je regarde.", None),
        ("tool_arguments", "text", "args\0town\0Lyon", "weather"),
        ("assistant", "vendor_state", signature_digest("c2ln"), None),
        ("tool", "text", "response\0output\0Il pleut", "weather"),
        ("user", "text", "Et demain ?", None),
        ("tool_definition", "text", "name\0weather\0description\0Le temps", "weather"),
    }
    history = {p.text: p.history for p in ask.passages}
    assert history["Quel temps ?"] and not history["Et demain ?"] and not history["Sois bref."]
    assert {p.direction for p in ask.passages} == {"request", "tool_arguments", "tool_results"}
    assert uncovered(ask) == [] and misplaced(ask) == []
    assert not parsed(TALK).stream


def snake(value: Any) -> Any:
    """The same with every one of Google's field names in its other spelling."""
    import re

    if isinstance(value, list):
        return [snake(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {re.sub("[A-Z]", lambda f: "_" + f[0].lower(), key): snake(inner) for key, inner in value.items()}


@pytest.mark.parametrize("body", [
    TALK,
    asked({"inlineData": {"mimeType": "image/png", "data": PICTURE}}),
    asked({"fileData": {"fileUri": "https://h.example/a.pdf"}}),
    asked({"text": "a"}, tools=[{"googleSearch": {}}, {"codeExecution": {}}]),
    asked({"text": "a"}, generationConfig={"responseModalities": ["AUDIO"]}),
])  # fmt: skip
def test_both_spellings_say_the_same(body: dict[str, Any]) -> None:
    def notes(ask: Ask) -> list[Any]:
        return [(p.role, p.part, p.note, p.history, p.tool) for p in ask.passages if p.part != "text" or p.tool]

    assert notes(parsed(snake(body))) == notes(parsed(body))
    assert parsed(snake(body)).max_output == parsed(body).max_output


def test_one_object_stands_for_an_array_of_one() -> None:
    ask = parsed({"contents": {"parts": {"text": "Bonjour"}}, "tools": {"function_declarations": {"name": "t"}}})
    assert ("user", "text", "Bonjour", None) in said(ask)
    assert ask.tools == ("t",)


@pytest.mark.parametrize(("body", "part"), [
    (asked({"inlineData": {"mimeType": "image/png", "data": PICTURE}}), ("not_inspectable", "image/png")),
    (asked({"inlineData": {"mimeType": "image/png"}}), ("not_inspectable", "media")),
    (asked({"fileData": {"fileUri": "https://h.example/a.pdf"}}), ("remote_url", "https://h.example")),
    (asked({"fileData": {"fileUri": "gs://bucket/a"}}), ("remote_url", "gs://bucket")),
    (asked({"fileData": {"mimeType": "text/plain"}}), ("not_inspectable", "file")),
    (asked({"text": "a"}, tools=[{"googleSearch": {}}]), ("server_tool", "google_search")),
    (asked({"text": "a"}, tools=[{"urlContext": {}}]), ("server_tool", "url_context")),
    (asked({"text": "a"}, tools=[{"computerUse": {"environment": "B"}}]), ("server_tool", "computer_use")),
    (asked({"text": "a"}, tools=[{"telepathy": {"x": 1}}]), ("server_tool", "telepathy")),
    (asked({"text": "a"}, tools=[{"mcpServers": [{"url": "https://m.example/"}]}]), ("remote_url", "https://m.example")),
    (asked({"text": "a"}, labels={"team": "hr"}), ("identity", "labels")),
    (asked({"text": "a"}, generationConfig={"responseModalities": ["TEXT", "IMAGE"]}),
     ("not_inspectable", "media output")),
    (asked({"functionResponse": {"name": "t", "response": {}, "parts": [{"inlineData": {"data": PICTURE}}]}}),
     ("not_inspectable", "media")),
    (asked({"newPart": {"imageUrl": "https://h.example/x"}}), ("remote_url", "https://h.example")),
    (asked({"text": "a", "thoughtSignature": "abcd"}), ("vendor_state", signature_digest("abcd"))),
])  # fmt: skip
def test_what_is_no_text(body: dict[str, Any], part: tuple[str, str]) -> None:
    assert part in {(p.part, p.note) for p in parsed(body).passages}


@pytest.mark.parametrize("value", [NO_SIGNATURE, base64.b64encode(NO_SIGNATURE.encode()).decode()])
def test_the_word_for_no_signature_is_no_state(value: str) -> None:
    assert not [p for p in parsed(asked({"text": "a", "thoughtSignature": value})).passages if p.part != "text"]


def test_a_signature_is_known_in_either_alphabet() -> None:
    raw = bytes(range(256))
    standard, safe = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
    assert standard != safe and signature_digest(standard) == signature_digest(safe)


@pytest.mark.parametrize(("body", "code", "param"), [
    ({}, "missing_field", "contents"),
    ({"contents": "Bonjour"}, "wrong_type", "contents"),
    (asked({"text": 3}), "wrong_type", "contents[0].parts[0].text"),
    (asked({"functionCall": "f()"}), "wrong_type", "contents[0].parts[0].functionCall"),
    (asked({"text": "a"}, cachedContent="cachedContents/x"), "vendor_held", "cachedContent"),
    (asked({"text": "a"}, cached_content="cachedContents/x"), "vendor_held", "cached_content"),
    (asked({"text": "a"}, store=True), "vendor_held", "store"),
    (asked({"fileData": {"fileUri": "files/abc"}}), "vendor_held", "contents[0].parts[0].fileData.fileUri"),
    (asked({"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}}), "vendor_held",
     "contents[0].parts[0].fileData.fileUri"),
    (asked({"text": "a"}, tools=[{"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/x"]}}]), "vendor_held",
     "tools[0].fileSearch.fileSearchStoreNames"),
    (asked({"text": "a"}, systemInstruction="a", system_instruction="b"), "duplicate_key", "systemInstruction"),
    (asked({"inlineData": {"data": ""}, "inline_data": {"data": ""}}), "duplicate_key",
     "contents[0].parts[0].inlineData"),
    (asked({"text": "a"}, generationConfig={"maxOutputTokens": "100"}), "wrong_type",
     "generationConfig.maxOutputTokens"),
    (asked({"text": "a"}, generationConfig={"candidateCount": -1}), "wrong_type", "generationConfig.candidateCount"),
    (asked({"text": "a"}, model="models/gemini-2.5-pro"), "wrong_type", "model"),
])  # fmt: skip
def test_what_is_refused(body: dict[str, Any], code: str, param: str) -> None:
    with pytest.raises(BodyRefused) as caught:
        parsed(body)
    assert (caught.value.code, caught.value.param) == (code, param)


@pytest.mark.parametrize(("before", "after"), [
    ({}, {"generationConfig": {"maxOutputTokens": 9}}),
    ({"generationConfig": {}}, {"generationConfig": {"maxOutputTokens": 9}}),
    ({"generationConfig": None}, {"generationConfig": {"maxOutputTokens": 9}}),
    ({"generation_config": {"max_output_tokens": 70}}, {"generation_config": {"max_output_tokens": 9}}),
    ({"generationConfig": {"maxOutputTokens": 9}}, {"generationConfig": {"maxOutputTokens": 9}}),
    ({"generationConfig": {"maxOutputTokens": 3}}, {"generationConfig": {"maxOutputTokens": 3}}),
])  # fmt: skip
def test_output_is_held(before: dict[str, Any], after: dict[str, Any]) -> None:
    ask = parsed(asked({"text": "a"}, **before))
    raw = splice(ask.document.raw, DIALECTS[DIALECT].cap(ask, 9))
    assert json.loads(raw) == asked({"text": "a"}, **after)


@pytest.mark.parametrize(("dialect", "body", "after"), [
    (DIALECT, asked({"text": "a"}), asked({"text": "a"})),
    (DIALECT, asked({"text": "a"}, model="models/gemini-2.5-flash"), asked({"text": "a"}, model="models/own")),
    ("gemini_count_tokens", {"generateContentRequest": asked({"text": "a"}, model="models/gemini-2.5-flash")},
     {"generateContentRequest": asked({"text": "a"}, model="models/own")}),
    ("gemini_embed", {"model": "gemini-2.5-flash", "content": {"parts": [{"text": "a"}]}},
     {"model": "own", "content": {"parts": [{"text": "a"}]}}),
    ("gemini_batch_embed",
     {"requests": [{"model": "models/gemini-2.5-flash", "content": {"parts": {"text": "a"}}}, {"content": "b"}]},
     {"requests": [{"model": "models/own", "content": {"parts": {"text": "a"}}}, {"content": "b"}]}),
])  # fmt: skip
def test_the_model_of_the_body_follows_that_of_the_path(dialect: str, body: Any, after: Any) -> None:
    ask = parsed(body, dialect)
    edits = DIALECTS[dialect].edits(ask, model="own", vendor_stores=False, meter=True)
    assert json.loads(splice(ask.document.raw, edits)) == after
    assert uncovered(ask) == []


@pytest.mark.parametrize(("dialect", "body"), [
    ("gemini_embed", {"content": {"parts": [{"text": "a"}]}, "model": "models/other"}),
    ("gemini_batch_embed", {"requests": [{"content": {"parts": [{"text": "a"}]}, "model": "models/other"}]}),
    ("gemini_batch_embed", {}),
    ("gemini_embed", {"content": None}),
    ("gemini_count_tokens", {}),
    ("gemini_count_tokens", {"generateContentRequest": asked({"text": "a"}, model="models/other")}),
])  # fmt: skip
def test_what_the_others_refuse(dialect: str, body: Any) -> None:
    with pytest.raises(BodyRefused):
        parsed(body, dialect)


@needs_records
def test_recorded_requests_are_taken_in_and_left_alone() -> None:
    taken = 0
    for path in records("gemini", "req"):
        raw = path.read_bytes()
        try:
            ask = DIALECTS[DIALECT].parse(Document.parse(raw), PATH)
        except BodyRefused as refused:
            assert refused.code == "vendor_held", f"{path.name}: {refused}"
            continue
        edits = DIALECTS[DIALECT].edits(ask, model="own", vendor_stores=True, meter=True)
        assert (edits, uncovered(ask), misplaced(ask)) == ([], [], []), path.name
        taken += 1
    assert taken > 30


@needs_records
@pytest.mark.parametrize("as_key", [False, True])
def test_a_canary_anywhere_is_seen(as_key: bool) -> None:
    for path in records("gemini", "req")[:6]:
        raw = path.read_bytes()
        for place in places(json.loads(raw)):
            try:
                ask = DIALECTS[DIALECT].parse(Document.parse(planted(raw, place, "zebra-9", as_key=as_key)), PATH)
            except BodyRefused:
                continue
            assert any("zebra-9" in passage.text for passage in ask.passages), (path.name, place)
