"""Mistral's own form of chat completions, both ways, alone and through the gateway."""

from __future__ import annotations

import asyncio
import json

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.registry import DIALECTS, VENDORS
from adapters.translate.registry import CODECS
from adapters.vendors.mistral import call_id, joined
from adapters.wire.body import Document, splice
from tests.adapters.conftest import RawServer, raw_server  # noqa: F401 - a fixture
from tests.conftest import CONFIG, OpenHouse

FORM = VENDORS["mistral"].envelopes["openai_chat"]
THOUGHT = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm "}, {"type": "text", "text": "é"}]}]


def sent(body: dict[str, object]) -> dict[str, object]:
    raw = json.dumps(body).encode()
    return json.loads(splice(raw, FORM.edits(Document.parse(raw), [])))


def test_requests_have_mistrals_names_and_only_those_that_it_knows() -> None:
    body = {"model": "m", "seed": 3, "max_completion_tokens": 9, "stream_options": {"include_usage": True},
            "store": False, "user": "u", "messages": [{"role": "developer", "content": "Be brief."}]}  # fmt: skip
    assert sent(body) == {
        "model": "m", "random_seed": 3, "max_tokens": 9, "messages": [{"role": "system", "content": "Be brief."}],
    }  # fmt: skip


def test_identifiers_of_calls_that_others_made_are_the_same_in_call_and_result() -> None:
    call = {"id": "call_abcdefghijkl", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    mine = {**call, "id": "aB3dEfGh9"}
    body = {"model": "m", "messages": [
        {"role": "assistant", "content": None, "refusal": None, "reasoning_content": "hm", "tool_calls": [call, mine]},
        {"role": "tool", "tool_call_id": "call_abcdefghijkl", "content": "1"},
        {"role": "tool", "tool_call_id": "aB3dEfGh9", "content": "2"},
    ]}  # fmt: skip
    asked, one, two = sent(body)["messages"]  # type: ignore[misc]
    assert asked.keys() == {"role", "content", "tool_calls"}
    assert [c["id"] for c in asked["tool_calls"]] == [one["tool_call_id"], two["tool_call_id"]]
    assert (one["tool_call_id"], two["tool_call_id"]) == (call_id("call_abcdefghijkl"), "aB3dEfGh9")
    assert len(call_id("x")) == 9 and call_id("x").isalnum() and call_id("x") != call_id("y")


def test_chunks_of_an_answer_are_text_and_thought() -> None:
    chunks = [*THOUGHT, {"type": "text", "text": "Oui"}, {"type": "reference", "reference_ids": [1]}]
    told = json.loads(joined(json.dumps({"choices": [{"message": {"role": "assistant", "content": chunks}}]}).encode()))
    assert told["choices"][0]["message"] == {
        "role": "assistant", "content": "Oui", "reasoning_content": "Hm é",
        "chunks": [{"type": "reference", "reference_ids": [1]}],
    }  # fmt: skip


@pytest.mark.parametrize("raw", [b'{"content":[', b'{"choices":[{"delta":{"content":"a"}}]}', b'[{"content": []}]'])
def test_what_has_no_chunks_stays_as_it_is(raw: bytes) -> None:
    assert joined(raw) is raw


KEYS = st.sampled_from(["choices", "delta", "message", "content", "type", "text", "thinking"])


@given(
    st.recursive(
        st.none() | st.text(max_size=3) | st.integers(),
        lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=4),
    )
)
def test_no_answer_breaks_the_joining(value: object) -> None:
    joined(json.dumps({"choices": [{"delta": {"content": [value]}}, value]}).encode())


STREAM = [
    {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {"content": THOUGHT}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {"content": "Bonjour"}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}],
     "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}},
]  # fmt: skip
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nconnection: close\r\n\r\n"


async def test_an_openai_client_has_a_thinking_answer_of_mistral(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
) -> None:
    asked: list[dict[str, object]] = []

    async def mistral(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked.append(json.loads(request.partition(b"\r\n\r\n")[2]))
        shared = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "magistral"}
        events = [json.dumps({**shared, **event}).encode() for event in STREAM]
        writer.write(HEAD + b"".join(b"data: %b\n\n" % event for event in [*events, b"[DONE]"]))
        return False

    async with raw_server(mistral) as url:
        config = CONFIG.replace("alpha: {kind: simulator}", f"alpha: {{kind: mistral, base_url: '{url}/v1'}}")
        async with open_house(config.replace("[alpha, beta, internal]", "[beta, internal]")) as house:
            client = openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.key, max_retries=0)
            ask = [{"role": "user", "content": "Bonjour"}]
            stream = await client.chat.completions.create(
                model="gpt-4o-mini", messages=ask, stream=True, seed=1, max_completion_tokens=50
            )  # type: ignore[call-overload]
            deltas = [chunk.choices[0].delta async for chunk in stream]
            assert "".join(d.content or "" for d in deltas) == "Bonjour"
            assert "".join(getattr(d, "reasoning_content", None) or "" for d in deltas) == "Hm é"
            await client.close()
            call = stream.response.headers["x-ecluse-call-id"]
            records = await house.records(call)
    assert asked == [{"model": "gpt-4o-mini", "messages": ask, "stream": True, "random_seed": 1, "max_tokens": 50}]
    assert next(r for r in records if r["record"] == "INTENT")["edits"]["vendor_form"] == 3
    ended = next(r for r in records if r["record"] == "ATTEMPT")
    assert ended["tokens"]["input"] == 7, ended


def test_the_form_is_of_a_dialect_that_is_spoken() -> None:
    for kind in VENDORS.values():
        assert set(kind.envelopes) <= kind.dialects <= set(DIALECTS) | set(CODECS)
