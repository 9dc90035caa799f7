"""Calls that Bedrock answers: Claude in messages by invoke, other models in Converse, signed, over real sockets."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import anthropic
import openai
import pytest

from adapters.wire.eventstream import encode
from tests.adapters.conftest import RawServer, raw_server  # noqa: F401 - a fixture
from tests.conftest import CONFIG, OpenHouse

CLAUDE, NOVA = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu.amazon.nova-pro-v1:0"
SAID = [
    {"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": [], "stop_reason": None,
        "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Bonjour"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
     "usage": {"output_tokens": 2}},
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 5}},
]  # fmt: skip
CONVERSED = [
    ("messageStart", {"role": "assistant"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Salut"}}),
    ("contentBlockStop", {"contentBlockIndex": 0}),
    ("messageStop", {"stopReason": "end_turn"}),
    ("metadata", {"usage": {"inputTokens": 4, "outputTokens": 3, "totalTokens": 7}, "metrics": {"latencyMs": 1}}),
]


def event(kind: str, value: object) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return encode(headers, json.dumps(value).encode())


class Aws:
    """Plays Bedrock; keeps what it was asked. throttled: after the first content, or at once."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.bodies: list[dict[str, object]] = []
        self.throttled = ""

    async def __call__(self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head, _, body = request.partition(b"\r\n\r\n")
        self.heads.append(head.decode())
        self.bodies.append(json.loads(body))
        path = head.split(b" ")[1]
        if path.endswith(b"/converse-stream"):
            frames = [event(kind, value) for kind, value in CONVERSED]
        else:
            chunks = [{"bytes": base64.b64encode(json.dumps(one).encode()).decode()} for one in SAID]
            frames = [event("chunk", chunk) for chunk in chunks]
        if self.throttled:
            frames[3 if self.throttled == "later" else 0 :] = [
                encode({":exception-type": "throttlingException", ":message-type": "exception"}, b'{"message":"no"}')
            ]
        kind = b"content-type: application/vnd.amazon.eventstream\r\nconnection: close\r\n\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\n" + kind)
        for byte in b"".join(frames):
            writer.write(bytes([byte]))
        return False


def config(url: str, credential: str) -> str:
    bedrock = f"alpha: {{kind: bedrock, base_url: '{url}', options: {{region: eu-west-3}}, credential: '{credential}'}}"
    return (
        CONFIG.replace("alpha: {kind: simulator}", bedrock)
        .replace("[alpha, beta, internal]", "[beta, internal]")
        .replace("model: claude-sonnet-5,", f"model: '{CLAUDE}',")
        .replace("model: gpt-4o-mini,", f"model: '{NOVA}',")
    )


@pytest.fixture
def keys(tmp_path: Path) -> str:
    (tmp_path / "keys").write_text("AKIDEXAMPLE:hush-hush-hush")
    return f"file:{tmp_path}/keys"


ASK = [{"role": "user", "content": "Bonjour"}]


async def test_claude_is_asked_in_messages(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    keys: str,
) -> None:
    aws = Aws()
    async with raw_server(aws) as url, open_house(config(url, keys)) as house:
        client = anthropic.AsyncAnthropic(base_url=house.url, api_key=house.key, max_retries=0)
        async with client.messages.stream(model="claude-sonnet-5", max_tokens=50, messages=ASK) as stream:  # type: ignore[arg-type]
            assert await stream.get_final_text() == "Bonjour"
            assert (await stream.get_final_message()).usage.output_tokens == 2
        await client.close()
    assert aws.heads[0].startswith(f"POST /model/{CLAUDE.replace(':', '%3A')}/invoke-with-response-stream HTTP/1.1")
    assert "Credential=AKIDEXAMPLE/" in aws.heads[0] and "/eu-west-3/bedrock/aws4_request" in aws.heads[0]
    assert "x-amz-date: " in aws.heads[0].lower() and "anthropic-version" not in aws.heads[0].lower()
    assert aws.bodies[0] == {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": ASK}


@pytest.mark.parametrize("allowed", [(), ("context-1m-2025-08-07",)])
async def test_betas_in_the_body_are_held_by_the_list_that_holds_the_header(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    keys: str,
    allowed: tuple[str, ...],
) -> None:
    aws = Aws()
    async with raw_server(aws) as url:
        text = config(url, keys).replace(f"model: '{CLAUDE}',", f"model: '{CLAUDE}', beta: {list(allowed)},")
        async with open_house(text) as house:
            answer = await house.client.post(
                "/v1/messages",
                headers={"anthropic-beta": "code-execution-2025-08-25"},
                json={"model": "claude-sonnet-5", "max_tokens": 5, "messages": ASK, "stream": True,
                      "anthropic_beta": ["context-1m-2025-08-07", "computer-use-2025-01-24", 7]},
            )  # fmt: skip
            assert answer.status_code == 200, answer.text
    assert aws.bodies[0].get("anthropic_beta", []) == list(allowed)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ('{"Path":1,"path":2}', 200),
        ('{"path":1,"path":2}', 400),
        ('{"a":' * 1_020 + "1" + "}" * 1_020, 400),
        ('{"a":' * 600 + "1" + "}" * 600, 400),
        ('{"a":' * 400 + "1" + "}" * 400, 200),
    ],
    ids=["letter case", "twice", "too deep", "deep", "less deep"],
)
async def test_odd_arguments_are_the_callers_fault_or_pass(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    keys: str,
    arguments: str,
    status: int,
) -> None:
    aws = Aws()
    call = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": arguments}}
    turns = [
        *ASK,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "rien"},
    ]
    body = {"model": "claude-sonnet-5", "messages": turns, "stream": True}
    async with raw_server(aws) as url, open_house(config(url, keys)) as house:
        answer = await house.client.post("/v1/chat/completions", json=body)
        assert answer.status_code == status, answer.text
    if status == 400:
        assert answer.json()["error"]["code"] == "untranslatable" and not aws.bodies
    else:
        (use,) = aws.bodies[0]["messages"][1]["content"]  # type: ignore[index]
        assert use["input"] == json.loads(arguments)


async def test_another_model_is_asked_in_converse_by_clients_of_any_dialect(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    keys: str,
) -> None:
    aws = Aws()
    async with raw_server(aws) as url, open_house(config(url, keys)) as house:
        client = openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.key, max_retries=0)
        stream = await client.chat.completions.create(
            model="gpt-4o-mini", messages=ASK, stream=True, stream_options={"include_usage": True}
        )  # type: ignore[call-overload]
        chunks = [chunk async for chunk in stream]
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Salut"
        assert chunks[-1].usage.total_tokens == 7
        assert stream.response.headers["x-ecluse-translated"] == "openai_chat>bedrock_converse"
        records = await house.records(stream.response.headers["x-ecluse-call-id"])
        assert "hush" not in json.dumps(records)
        await client.close()
    assert "/converse-stream HTTP/1.1" in aws.heads[0]
    assert aws.bodies[0] == {"messages": [{"role": "user", "content": [{"text": "Bonjour"}]}]}


@pytest.mark.parametrize("throttled", ["at once", "later"])
async def test_an_exception_in_a_stream(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    keys: str,
    throttled: str,
) -> None:
    aws = Aws()
    aws.throttled = throttled
    async with raw_server(aws) as url, open_house(config(url, keys)) as house:
        answer = await house.chat("Bonjour", stream=True)
        assert answer.status_code == 200
        if throttled == "at once":
            assert answer.headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
            assert answer.text.endswith("data: [DONE]\n\n")
        else:
            assert '"error"' in answer.text and "[DONE]" not in answer.text


async def test_an_api_key_is_a_bearer_token(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "key").write_text("ABSKhush")
    aws = Aws()
    async with raw_server(aws) as url, open_house(config(url, f"file:{tmp_path}/key")) as house:
        assert (await house.chat("Bonjour", stream=True)).status_code == 200
    assert "authorization: Bearer ABSKhush" in aws.heads[0].replace("Authorization", "authorization")
    assert "x-amz-date" not in aws.heads[0].lower()
