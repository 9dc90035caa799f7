"""Asked in Converse: what each dialect's request becomes there, held to AWS's own model of it, and its answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import orjson
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import CutShort, ProtocolBroken
from adapters.registry import VENDORS
from adapters.reply import Usage
from adapters.translate.canonical import (
    Arguments,
    Begin,
    Call,
    CallBegin,
    CallEnd,
    Choice,
    Conversation,
    Counted,
    Finish,
    Form,
    Media,
    Reasoning,
    Result,
    Signed,
    Text,
    Thinking,
    Thought,
    Tool,
    Turn,
    Words,
)
from adapters.translate.crossing import Crossing, translated
from adapters.translate.registry import CODECS
from adapters.translate.requests.canonical_to_bedrock_converse import write
from adapters.translate.states import ANTHROPIC, REDACTED, pack
from adapters.wire.eventstream import encode

CLAUDE, NOVA = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-pro-v1:0"
PNG = base64.b64encode(b"png").decode()


@cache
def shape() -> Any:
    """AWS's own model of a request."""
    return ServiceModel(Loader().load_service_model("bedrock-runtime", "service-2")).shape_for("ConverseRequest")


def valid(made: dict[str, Any]) -> dict[str, Any]:
    body = json.loads(orjson.dumps(made))
    report = ParamValidator().validate({"modelId": "m", **body}, shape())
    assert not report.has_errors(), report.generate_report()
    return body


TOOL = {"name": "f", "description": "d", "input_schema": {"properties": {"x": {"type": "integer"}}}}


def test_a_messages_request_with_everything() -> None:
    asked = {
        "model": "claude", "max_tokens": 5000, "stream": True, "stop_sequences": ["END"], "service_tier": "auto",
        "thinking": {"type": "enabled", "budget_tokens": 2000},
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        "tools": [TOOL], "tool_choice": {"type": "auto"},
        "messages": [
            {"role": "user", "content": [
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
                {"type": "document", "title": "a/b.pdf",
                 "source": {"type": "base64", "media_type": "application/pdf", "data": PNG}}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig"},
                {"type": "redacted_thinking", "data": "cmVk"},
                {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": 1}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": True,
                 "content": [{"type": "text", "text": "no"}]}]},
        ],
    }  # fmt: skip
    made = translated(json.dumps(asked).encode(), "anthropic_messages", "bedrock_converse", model=CLAUDE, parameters={})
    assert valid(json.loads(made.body)) == {
        "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
        "messages": [
            {"role": "user", "content": [
                {"text": "(a file)"}, {"image": {"format": "png", "source": {"bytes": PNG}}},
                {"document": {"format": "pdf", "name": "a b", "source": {"bytes": PNG}}}]},
            {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}},
                {"reasoningContent": {"redactedContent": "cmVk"}},
                {"toolUse": {"toolUseId": "toolu_1", "name": "f", "input": {"x": 1}}}]},
            {"role": "user", "content": [
                {"toolResult": {"toolUseId": "toolu_1", "content": [{"text": "no"}], "status": "error"}}]},
        ],
        "toolConfig": {"tools": [{"toolSpec": {
            "name": "f", "description": "d",
            "inputSchema": {"json": {"type": "object", "properties": {"x": {"type": "integer"}}}}}}]},
        "inferenceConfig": {"maxTokens": 5000, "stopSequences": ["END"]},
        "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 2000}},
    }  # fmt: skip
    assert made.lost == ("service_tier",)


def test_a_chat_request_to_another_model() -> None:
    asked = {
        "model": "gpt", "temperature": 1.5, "top_p": 0.5, "seed": 3, "user": "u", "parallel_tool_calls": False,
        "max_completion_tokens": 9, "reasoning_effort": "high",
        "tools": [{"type": "custom", "custom": {"name": "sql"}}], "tool_choice": "required",
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
        "messages": [
            {"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Bonjour"},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
                                         {"type": "text", "text": "?"}]},
        ],
    }  # fmt: skip
    made = translated(json.dumps(asked).encode(), "openai_chat", "bedrock_converse", model=NOVA, parameters={})
    body = valid(json.loads(made.body))
    assert body["messages"] == [{"role": "user", "content": [{"text": "Bonjour"}, {"text": "?"}]}]
    assert body["inferenceConfig"] == {"maxTokens": 9, "temperature": 1, "topP": 0.5}
    assert body["toolConfig"]["toolChoice"] == {"any": {}}
    assert body["outputConfig"]["textFormat"]["structure"]["jsonSchema"] == {"schema": '{"type":"object"}', "name": "a"}
    assert set(made.lost) == {
        "temperature", "seed", "user", "parallel_tool_calls", "reasoning", "content.image.url",
    }  # fmt: skip
    assert made.custom == {"sql"}


def test_tools_of_the_history_are_declared_where_the_client_offers_none() -> None:
    turns = [Turn("user", [Text("a")]), Turn("assistant", [Call("1", "f", "{}")]),
             Turn("user", [Result("1", "f", ()), Result("2", "g", (Text("x"),))])]  # fmt: skip
    body = valid(write(Conversation(NOVA, turns=turns)))
    assert [tool["toolSpec"]["name"] for tool in body["toolConfig"]["tools"]] == ["f", "g"]
    none = Conversation(NOVA, turns=turns[:1], tools=[Tool("f", "", {})], choice=Choice("none"))
    assert "toolConfig" not in write(none)


def test_no_more_cache_points_than_there_may_be() -> None:
    said = Conversation(CLAUDE, turns=[Turn("user", [Text(str(n), "5m") for n in range(6)])])
    (message,) = valid(write(said))["messages"]
    assert sum("cachePoint" in block for block in message["content"]) == 4
    assert said.lost.names() == ("cache_control",)


PARTS = st.one_of(
    st.builds(Text, st.text(max_size=4), st.sampled_from(["", "5m", "1h"])),
    st.builds(Media, st.sampled_from(["image", "document", "audio"]),
              st.sampled_from(["", "image/png", "application/pdf", "text/plain", "audio/wav", "x/y"]),
              st.sampled_from(["", PNG]), st.sampled_from(["", "https://x.example"]), name=st.text(max_size=5)),
    st.builds(Call, st.text(max_size=3), st.just("f"), st.text(max_size=4), st.booleans()),
    st.builds(Result, st.text(max_size=3), st.sampled_from(["", "f"]), st.just((Text("r"),)), st.booleans()),
    st.builds(Thought, st.text(max_size=3), st.sampled_from(["", pack(ANTHROPIC, "s"), pack(REDACTED, "cmVk")])),
)  # fmt: skip
CONVERSATIONS = st.builds(
    Conversation,
    st.sampled_from([CLAUDE, NOVA, "us.anthropic.claude-opus-4-6-v1", "openai.gpt-oss-120b-1:0"]),
    instructions=st.lists(st.builds(Text, st.text(max_size=3), st.sampled_from(["", "1h"])), max_size=2),
    turns=st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), st.lists(PARTS, max_size=3).map(tuple))),
    tools=st.lists(st.builds(Tool, st.just("f"), st.just("d"), st.none() | st.just({})), max_size=2),
    choice=st.none() | st.builds(Choice, st.sampled_from(["auto", "none", "any", "tool"]), st.just("f")),
    most_output=st.none() | st.integers(1, 9000), temperature=st.none() | st.floats(0, 2), top_k=st.none() | st.just(3),
    form=st.none() | st.builds(Form, st.none() | st.just({"type": "object"})),
    reasoning=st.none() | st.builds(Reasoning, st.sampled_from(["", "none", "low"]), st.none() | st.integers(0, 9000)),
    stop=st.lists(st.text(max_size=2), max_size=2).map(tuple),
)  # fmt: skip


@given(CONVERSATIONS)
def test_every_request_is_one_by_the_vendors_own_model(said: Conversation) -> None:
    roles = [message["role"] for message in valid(write(said))["messages"]]
    assert all(one != two for one, two in pairwise(roles))


STREAM = [
    ("messageStart", {"role": "assistant", "p": "ab"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "sig"}}}),
    ("contentBlockStop", {"contentBlockIndex": 0}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "Bonjour"}}),
    ("contentBlockStop", {"contentBlockIndex": 1}),
    ("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t1", "name": "f"}}}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"x"'}}}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": ":1}"}}}),
    ("contentBlockStop", {"contentBlockIndex": 2}),
    ("messageStop", {"stopReason": "tool_use"}),
    ("metadata", {"usage": {"inputTokens": 5, "outputTokens": 7, "cacheReadInputTokens": 2, "cacheWriteInputTokens": 1,
                            "cacheDetails": [{"ttl": "1h", "inputTokens": 1}]}, "metrics": {"latencyMs": 1}}),
]  # fmt: skip
USAGE = Usage(8, 7, 2, None, 1, 1)
WHOLE = {
    "output": {"message": {"role": "assistant", "content": [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}}, {"text": "Bonjour"},
        {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"x": 1}}}]}},
    "stopReason": "tool_use", "usage": STREAM[-1][1]["usage"],
}  # fmt: skip


def events(said: list[tuple[str, Any]]) -> Iterator[Any]:
    framer = VENDORS["bedrock"].envelopes["bedrock_converse"].framer()
    for kind, value in said:
        yield from framer.feed(encode({":message-type": "event", ":event-type": kind}, json.dumps(value).encode()))


def test_a_stream_and_a_whole_answer_say_the_same() -> None:
    make = CODECS["bedrock_converse"].answer_reader
    assert make is not None
    reader = make()
    streamed = [part for event in events(STREAM) for part in reader.event(event)]
    told = [Begin(), Thinking("hm"), Signed(pack(ANTHROPIC, "sig")), Words("Bonjour"), CallBegin(0, "t1", "f")]
    assert streamed == [*told, Arguments(0, '{"x"'), Arguments(0, ":1}"), CallEnd(0), Finish("calls"), Counted(USAGE)]
    assert reader.stopped() and reader.usage == USAGE
    whole = make()
    assert whole.body(json.dumps(WHOLE).encode()) == [
        *told, Arguments(0, '{"x":1}'), CallEnd(0), Finish("calls"), Counted(USAGE),
    ]  # fmt: skip


@pytest.mark.parametrize("cut", range(1, len(STREAM) - 1))
def test_a_stream_that_breaks_off_is_cut_short(cut: int) -> None:
    crossing = Crossing("openai_chat", "bedrock_converse", frozenset(), call="c", model="m", created=1)
    for event in events(STREAM[:cut]):
        crossing.event(event)
    if cut < len(STREAM) - 1 and STREAM[cut - 1][0] != "messageStop":
        with pytest.raises(CutShort):
            crossing.end()


def test_usage_may_be_missing_at_the_end() -> None:
    crossing = Crossing("anthropic_messages", "bedrock_converse", frozenset(), call="c", model="m", created=1)
    for event in events(STREAM[:-1]):
        crossing.event(event)
    assert [event.event for event in crossing.end()][-1] == "message_stop"


@pytest.mark.parametrize(
    "said",
    [
        ("messageStop", {"stopReason": "malformed_tool_use"}), ("messageStop", {}), ("messageStop", []),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": 1}}), ("contentBlockDelta", {}),
        ("contentBlockDelta", {"contentBlockIndex": 9, "delta": {"toolUse": {"input": "x"}}}),
        ("contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": {}}}),
    ],
)  # fmt: skip
def test_what_is_against_the_dialect_is_a_protocol_error(said: tuple[str, Any]) -> None:
    crossing = Crossing("openai_chat", "bedrock_converse", frozenset(), call="c", model="m", created=1)
    (event,) = events([said])
    with pytest.raises(ProtocolBroken):
        crossing.event(event)


def test_what_has_no_place_is_reported() -> None:
    crossing = Crossing("openai_chat", "bedrock_converse", frozenset(), call="c", model="m", created=1)
    deltas = [{"citation": {"title": "t"}}, {"image": {"source": {}}}]
    said = [("contentBlockDelta", {"contentBlockIndex": 0, "delta": delta}) for delta in deltas]
    said.append(("new", {"x": 1}))
    for event in events(said):
        crossing.event(event)
    assert crossing.lost == ("answer.citations", "answer.image", "answer.unknown")
