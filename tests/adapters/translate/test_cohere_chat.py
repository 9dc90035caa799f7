"""Asked in Cohere's chat: what each dialect's request becomes there, and its answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.errors import CutShort, UpstreamError
from adapters.registry import VENDORS
from adapters.reply import Usage
from adapters.translate.answers.cohere_chat_to_canonical import CohereAnswerReader
from adapters.translate.canonical import (
    AnswerPart,
    Arguments,
    Begin,
    CallBegin,
    CallEnd,
    Conversation,
    Counted,
    Finish,
    Reasoning,
    Text,
    Thinking,
    Turn,
    Words,
)
from adapters.translate.crossing import Crossing, translated
from adapters.translate.requests.canonical_to_cohere_chat import write
from adapters.wire.sse import Framer, encode


def asked(
    body: dict[str, Any], client: str, model: str = "command-a-03-2025"
) -> tuple[dict[str, Any], tuple[str, ...]]:
    made = translated(json.dumps(body).encode(), client, "cohere_chat", model=model, parameters={})
    return json.loads(made.body), made.lost


FUNCTION = {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {}}}


def test_a_chat_request_with_everything() -> None:
    body, lost = asked({
        "model": "gpt", "stream": True, "max_completion_tokens": 99, "temperature": 1.5, "top_p": 1, "seed": 7,
        "stop": ["END"], "frequency_penalty": 0.5, "presence_penalty": 0.5, "user": "u", "reasoning_effort": "low",
        "tools": [{"type": "function", "function": FUNCTION},
                  {"type": "function", "function": {**FUNCTION, "name": "g"}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}}, "parallel_tool_calls": False,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "a"},
                                         {"type": "image_url", "image_url": {"url": "data:image/png;base64,cG5n"}}]},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "r"},
        ],
    }, "openai_chat")  # fmt: skip
    assert body == {
        "model": "command-a-03-2025", "stream": True, "max_tokens": 99, "temperature": 1, "p": 0.99, "seed": 7,
        "stop_sequences": ["END"], "frequency_penalty": 0.5, "tool_choice": "REQUIRED",
        "tools": [{"type": "function", "function": FUNCTION}],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "a"},
                                         {"type": "image_url", "image_url": {"url": "data:image/png;base64,cG5n"}}]},
            {"role": "assistant", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "r"},
        ],
    }  # fmt: skip
    assert set(lost) == {"temperature", "presence_penalty", "user", "reasoning", "parallel_tool_calls"}


def test_a_messages_request() -> None:
    body, lost = asked({
        "model": "claude", "max_tokens": 500, "thinking": {"type": "enabled", "budget_tokens": 2000},
        "system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": [
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
                {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "cGRm"}}]},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "t", "signature": "s"},
                                              {"type": "text", "text": "b"}]},
            {"role": "user", "content": "c"},
        ],
    }, "anthropic_messages", "command-a-reasoning-08-2025")  # fmt: skip
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "user"]
    assert body["messages"][1]["content"] == [{"type": "text", "text": "words"}]
    assert body["thinking"] == {"type": "enabled", "token_budget": 250}
    assert set(lost) == {"cache_control", "content.document.type", "reasoning.history", "reasoning.budget"}


def test_a_form_is_kept_to_or_told_in_words_beside_tools() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    ask = {"model": "m", "messages": [{"role": "user", "content": "a"}], "response_format": form}
    body, lost = asked(ask, "openai_chat")
    assert body["response_format"] == {"type": "json_object", "json_schema": {"type": "object"}}
    assert lost == ()
    body, lost = asked({**ask, "tools": [{"type": "function", "function": FUNCTION}]}, "openai_chat")
    assert "response_format" not in body and lost == ("response_format",)
    assert body["messages"][0]["role"] == "system"


def test_a_model_that_reasons_can_be_told_not_to() -> None:
    said = Conversation("command-a-reasoning", turns=[Turn("user", [Text("a")])], reasoning=Reasoning("none"))
    assert write(said)["thinking"] == {"type": "disabled"}


def event(kind: str, **said: Any) -> dict[str, Any]:
    return {"type": kind, **said}


def message(**said: Any) -> dict[str, Any]:
    return {"message": said}


STREAM = [
    event("message-start", id="m1", delta=message(role="assistant", content=[], tool_plan="", tool_calls=[])),
    event("tool-plan-delta", delta=message(tool_plan="I will")),
    event("content-start", index=0, delta=message(content={"type": "thinking", "thinking": ""})),
    event("content-delta", index=0, delta=message(content={"thinking": " think"})),
    event("content-end", index=0),
    event("content-start", index=1, delta=message(content={"type": "text", "text": ""})),
    event("content-delta", index=1, delta=message(content={"text": "Bonjour"})),
    event("content-end", index=1),
    event("tool-call-start", index=0, delta=message(
        tool_calls={"id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}})),
    event("tool-call-delta", index=0, delta=message(tool_calls={"function": {"arguments": '{"x"'}})),
    event("tool-call-delta", index=0, delta=message(tool_calls={"function": {"arguments": ":1}"}})),
    event("tool-call-end", index=0),
    event("message-end", delta={"finish_reason": "TOOL_CALL", "usage": {
        "billed_units": {"input_tokens": 5, "output_tokens": 7.0}, "tokens": {"input_tokens": 70, "output_tokens": 9},
        "cached_tokens": 2}}),
]  # fmt: skip
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}
WHOLE = {
    "id": "m1", "finish_reason": "TOOL_CALL", "usage": STREAM[-1]["delta"]["usage"],
    "message": {"role": "assistant", "tool_plan": "I will", "tool_calls": [CALL],
                "content": [{"type": "thinking", "thinking": " think"}, {"type": "text", "text": "Bonjour"}]},
}  # fmt: skip


def read(reader: CohereAnswerReader, said: list[dict[str, Any]]) -> list[AnswerPart]:
    raw = b"".join(encode(one["type"], json.dumps(one).encode()) for one in said)
    return [part for found in Framer().feed(raw) for part in reader.event(found)]


def test_a_stream_and_a_whole_answer_say_the_same() -> None:
    told = [Begin("m1"), Thinking("I will"), Thinking(" think"), Words("Bonjour"), CallBegin(0, "c1", "f")]
    ends = [CallEnd(0), Finish("calls"), Counted(Usage(5, 7, 2))]
    reader = CohereAnswerReader()
    assert read(reader, STREAM) == [*told, Arguments(0, '{"x"'), Arguments(0, ":1}"), *ends]
    assert reader.stopped() and reader.end() == ()
    assert CohereAnswerReader().body(json.dumps(WHOLE).encode()) == [*told, Arguments(0, '{"x":1}'), *ends]


@pytest.mark.parametrize("cut", range(len(STREAM) - 1))
def test_a_stream_that_breaks_off_is_cut_short(cut: int) -> None:
    reader = CohereAnswerReader()
    read(reader, STREAM[:cut])
    with pytest.raises(CutShort):
        reader.end()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (event("message-end", delta={"finish_reason": "ERROR", "error": "no"}), "server"),
        (event("message-end", delta={"finish_reason": "TIMEOUT"}), "timeout"),
        ({"message": "internal"}, "server"),
        (event("content-delta", index=0, delta=message(content={"text": 1})), "protocol"),
        (event("content-delta", index=0), "protocol"),
        (event("tool-call-delta", index=3, delta=message(tool_calls={"function": {"arguments": "x"}})), "protocol"),
    ],
)  # fmt: skip
def test_failures_inside_an_answer(said: dict[str, Any], kind: str) -> None:
    crossing = Crossing("openai_chat", "cohere_chat", frozenset(), call="c", model="m", created=1)
    (found,) = Framer().feed(encode(None, json.dumps(said).encode()))
    with pytest.raises(UpstreamError) as caught:
        crossing.event(found)
    assert caught.value.kind == kind


def test_what_has_no_place_is_reported() -> None:
    reader = CohereAnswerReader()
    image = event("content-start", index=0, delta=message(content={"type": "image_url"}))
    read(reader, [event("citation-start", index=0, delta={}), event("citation-end", index=0), event("new"), image])
    assert reader.lost.names() == ("answer.citations", "answer.unknown", "answer.image_url")


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "too many tokens: total number of tokens in the prompt cannot exceed 4081", "context_length"),
        (401, "invalid api token", "auth"), (402, "Please add or update your payment method", "money"),
        (404, "model not found, make sure the correct model ID was used", "not_found"),
        (429, "You are using a Trial key, which is limited to 1000 API calls / month", "money"),
        (429, "You have exceeded your rate limit", "rate_limit"), (498, "invalid token", "auth"), (500, "", "server"),
        (400, "invalid request: list of documents must not be empty", "invalid"),
    ],
)  # fmt: skip
def test_what_its_failures_mean(status: int, said: str, kind: str) -> None:
    assert VENDORS["cohere"]({}).classify(status, (), json.dumps({"message": said}).encode()).kind == kind
