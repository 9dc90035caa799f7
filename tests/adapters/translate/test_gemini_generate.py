"""Requests and answers of Gemini's by way of the canonical form: tools, signatures, media, forms, thinking, ends."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from adapters.dialects.gemini_content import NO_SIGNATURE
from adapters.errors import CutShort, ProtocolBroken
from adapters.translate.answers.canonical_to_gemini_generate import GeminiAnswerWriter
from adapters.translate.answers.gemini_generate_to_canonical import GeminiAnswerReader
from adapters.translate.canonical import (
    AnswerPart,
    Arguments,
    CallBegin,
    CallEnd,
    Counted,
    Finish,
    Signed,
    Thinking,
    Words,
)
from adapters.translate.crossing import translated
from adapters.translate.states import ANTHROPIC, GOOGLE, pack
from adapters.wire.sse import Framer, encode
from tests.adapters.dialects.vendor_records import needs_records, records

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"town":"Lyon"}'}}
LOOP = [
    {"role": "system", "content": "Sois bref."},
    {"role": "user", "content": "Quel temps ?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL, CALL | {"id": "c2"}]},
    {"role": "tool", "tool_call_id": "c1", "content": "Il pleut"},
    {"role": "tool", "tool_call_id": "c2", "content": "Il neige"},
]


def there(body: dict[str, Any], client: str = "openai_chat", *, model: str = "gemini-3-pro") -> tuple[Any, Any]:
    """What a vendor of Gemini's is asked, and what was lost."""
    made = translated(orjson.dumps({"model": "m", **body}), client, "gemini_generate", model=model, parameters={})
    return orjson.loads(made.body), set(made.lost)


def back(body: dict[str, Any], vendor: str = "openai_chat") -> tuple[Any, Any]:
    """What another vendor is asked by a client of Gemini's."""
    parameters = {"model": "m", "stream": ""}
    made = translated(orjson.dumps(body), "gemini_generate", vendor, model="v", parameters=parameters)
    return orjson.loads(made.body), set(made.lost)


def test_a_loop_of_tools_on_its_way_to_gemini() -> None:
    made, lost = there({"messages": LOOP, "tools": [TOOL], "max_completion_tokens": 70, "tool_choice": "required"})
    calls = [{"functionCall": {"id": i, "name": "weather", "args": {"town": "Lyon"}}} for i in ("c1", "c2")]
    results = [
        {"functionResponse": {"id": i, "name": "weather", "response": {"output": said}}}
        for i, said in (("c1", "Il pleut"), ("c2", "Il neige"))
    ]
    assert made == {
        "systemInstruction": {"parts": [{"text": "Sois bref."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Quel temps ?"}]},
            {"role": "model", "parts": [calls[0] | {"thoughtSignature": NO_SIGNATURE}, calls[1]]},
            {"role": "user", "parts": results},
        ],
        "tools": [
            {"functionDeclarations": [
                {"name": "weather", "parametersJsonSchema": {"type": "object", "properties": {}}},
            ]},
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
        "generationConfig": {"maxOutputTokens": 70},
    }  # fmt: skip
    assert lost == set()


def test_older_models_are_sent_no_word_for_a_signature() -> None:
    made, _ = there({"messages": LOOP}, model="gemini-2.5-pro")
    assert NO_SIGNATURE not in str(made)


def test_a_signature_that_a_client_kept_stands_at_the_call_again() -> None:
    turns = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "", "signature": pack(GOOGLE, "c2ln")},
            {"type": "tool_use", "id": "c1", "name": "weather", "input": {}},
        ]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "a", "is_error": True}]},
    ]  # fmt: skip
    made, lost = there({"max_tokens": 9, "messages": turns}, "anthropic_messages")
    assert made["contents"][1]["parts"][0]["thoughtSignature"] == "c2ln"
    assert made["contents"][2]["parts"][0]["functionResponse"]["response"] == {"error": "a"}
    assert lost == set()


@pytest.mark.parametrize(
    ("fields", "model", "config", "lost"),
    [
        ({"reasoning_effort": "high"}, "gemini-3-pro", {"thinkingConfig": {"thinkingLevel": "high"}}, set()),
        ({"reasoning_effort": "none"}, "gemini-3-flash", {"thinkingConfig": {"thinkingLevel": "minimal"}},
         {"reasoning.effort"}),
        ({"reasoning_effort": "low"}, "gemini-2.5-flash", {"thinkingConfig": {"thinkingBudget": 4096}},
         {"reasoning.effort"}),
        ({"reasoning_effort": "none"}, "gemini-2.5-flash", {"thinkingConfig": {"thinkingBudget": 0}}, set()),
        ({"reasoning_effort": "none"}, "gemini-2.5-pro", {"thinkingConfig": {"thinkingBudget": 128}},
         {"reasoning.effort"}),
        ({"response_format": {"type": "json_object"}}, "m", {"responseMimeType": "application/json"}, set()),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}}, "m",
         {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}}, set()),
        ({"stop": ["a"], "temperature": 0.5, "seed": 7, "top_p": 0.1}, "m",
         {"stopSequences": ["a"], "temperature": 0.5, "seed": 7, "topP": 0.1}, set()),
        ({"safety_identifier": "u", "verbosity": "low"}, "m", None, {"user", "verbosity"}),
    ],
)  # fmt: skip
def test_configuration_on_its_way_to_gemini(
    fields: dict[str, Any], model: str, config: dict[str, Any] | None, lost: set[str]
) -> None:
    made, said = there({"messages": [{"role": "user", "content": "x"}], **fields}, model=model)
    assert (made.get("generationConfig"), said) == (config, lost)


def test_media_on_their_way_to_gemini() -> None:
    content = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aWJhbg=="}},
        {"type": "image_url", "image_url": {"url": "https://h.example/a.png"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}},
    ]
    made, _ = there({"messages": [{"role": "user", "content": content}]})
    assert made["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "aWJhbg=="}},
        {"fileData": {"fileUri": "https://h.example/a.png"}},
        {"inlineData": {"mimeType": "application/pdf", "data": "JVBERg=="}},
    ]


GEMINI = {
    "system_instruction": {"parts": {"text": "Sois bref."}},
    "contents": [
        {"role": "user", "parts": [
            {"text": "Quel temps ?"}, {"inlineData": {"mimeType": "image/png", "data": "aQ=="}},
        ]},
        {"role": "model", "parts": [
            {"functionCall": {"name": "weather", "args": {"town": "Lyon"}}},
            {"functionCall": {"name": "weather", "args": {}}},
        ]},
        {"role": "user", "parts": [
            {"functionResponse": {"name": "weather", "response": {"result": "Il pleut"}}},
            {"functionResponse": {"name": "weather", "response": {"a": 1}}},
        ]},
    ],
    "tools": [{"functionDeclarations": [{"name": "weather", "parameters": {"type": "OBJECT"}}]}, {"googleSearch": {}}],
    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}},
    "generationConfig": {
        "maxOutputTokens": 70, "topK": 40.0, "responseMimeType": "application/json",
        "responseSchema": {"type": "OBJECT"}, "thinkingConfig": {"thinkingBudget": 4000, "includeThoughts": True},
    },
    "safetySettings": [],
}  # fmt: skip


def test_a_loop_of_tools_of_gemini_on_its_way_to_another_vendor() -> None:
    made, lost = back(GEMINI)
    assert made["stream"] is True
    assert [m["role"] for m in made["messages"]] == ["system", "user", "assistant", "tool", "tool"]
    ids = [call["id"] for call in made["messages"][2]["tool_calls"]]
    assert len(set(ids)) == 2 and ids == [m["tool_call_id"] for m in made["messages"][3:]]
    assert [m["content"] for m in made["messages"][3:]] == ["Il pleut", '{"a":1}']
    assert made["tools"][0]["function"] == {"name": "weather", "parameters": {"type": "object"}}
    assert made["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert made["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert (made["max_completion_tokens"], made["reasoning_effort"]) == (70, "low")
    assert lost == {"tools.googleSearch", "safetySettings", "top_k", "reasoning.budget"}


def test_another_vendors_signature_travels_in_geminis_place_for_one() -> None:
    writer = GeminiAnswerWriter("c", "m", 1)
    state = pack(ANTHROPIC, "abc")
    parts = [Thinking("hm"), Signed(state), Words("oui"), Finish("stop")]
    answer = orjson.loads(writer.body(parts))["candidates"][0]["content"]["parts"]
    assert [part.get("thought", False) for part in answer] == [True, False]
    base64.b64decode(answer[0]["thoughtSignature"], validate=True)
    made, _ = back(
        {"contents": [
            {"parts": [{"text": "x"}]}, {"role": "model", "parts": answer}, {"parts": [{"text": "y"}]},
        ]},
        "anthropic_messages",
    )  # fmt: skip
    assert made["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "abc"},
        {"type": "text", "text": "oui"},
    ]


def stream(*values: dict[str, Any]) -> list[AnswerPart]:
    reader = GeminiAnswerReader()
    events = Framer().feed(b"".join(encode(None, orjson.dumps(value)) for value in values))
    parts = [part for event in events for part in reader.event(event)]
    return [*parts, *reader.end()]


def candidate(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts)}, **fields}], "responseId": "r"}


def test_an_answer_of_geminis_with_calls() -> None:
    call = {"functionCall": {"name": "weather", "args": {"town": "Lyon"}}}
    parts = stream(
        candidate({"text": "hm", "thought": True}),
        candidate(call | {"thoughtSignature": "c2ln"}, call),
        {**candidate(finishReason="STOP"), "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4}},
    )
    kinds = [type(part) for part in parts[1:]]
    assert kinds == [Thinking, Signed, *(CallBegin, Arguments, CallEnd) * 2, Finish, Counted]
    assert parts[2] == Signed(pack(GOOGLE, "c2ln"))
    ids = [part.id for part in parts if isinstance(part, CallBegin)]
    assert len(set(ids)) == 2 and all(ids)
    assert Finish("calls") in parts


@pytest.mark.parametrize(("value", "reason"), [
    (candidate({"text": "a"}, finishReason="MAX_TOKENS"), "length"),
    (candidate(finishReason="PROHIBITED_CONTENT"), "content"),
    (candidate(finishReason="SOMETHING_NEW"), "stop"),
    ({"promptFeedback": {"blockReason": "SAFETY"}}, "content"),
])  # fmt: skip
def test_why_it_ended(value: dict[str, Any], reason: str) -> None:
    assert Finish(reason) in stream(value)


def test_what_is_no_answer() -> None:
    with pytest.raises(ProtocolBroken):
        stream(candidate(finishReason="MALFORMED_FUNCTION_CALL"))
    with pytest.raises(CutShort):
        stream(candidate({"text": "a"}))


@needs_records
def test_recorded_answers_are_read_with_all_their_text() -> None:
    read = 0
    for path in records("gemini", "json"):
        if "-200-" not in path.name:
            continue
        raw = path.read_bytes()
        parts = GeminiAnswerReader().body(raw)
        said = [p for c in orjson.loads(raw)["candidates"] for p in c["content"]["parts"] if not p.get("thought")]
        assert "".join(p.text for p in parts if isinstance(p, Words)) == "".join(p.get("text", "") for p in said)
        names = [p.name for p in parts if isinstance(p, CallBegin)]
        assert names == [p["functionCall"]["name"] for p in said if "functionCall" in p]
        read += 1
    assert read > 25
