"""The bridge over its socket: what calls get, what vendors see, and what can be seen of it."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.transport import Endpoint, Transport
from tests.gateway.bridge.conftest import CHAT, EMBEDDINGS, KEY, Bridge, Listening, Vendor, asking

PROVIDERS = ("openai", "anthropic", "xai", "deepseek", "together_ai", "perplexity")
TOOL = {
    "type": "function",
    "function": {"name": "read", "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}},
}


def events(raw: str) -> list[dict[str, Any]]:
    """The events of a stream, without its end."""
    lines = [line.removeprefix("data: ") for line in raw.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [orjson.loads(line) for line in lines[:-1]]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_chat_is_answered_whole_and_streamed(provider: str, vendor: Vendor) -> None:
    whole = (await vendor.chat("[[sim:say=Bonjour]]", provider=provider, store=False)).json()
    assert whole["choices"][0]["message"]["content"] == "Bonjour"
    assert whole["usage"]["completion_tokens"] > 0
    asked = {"stream": True, "stream_options": {"include_usage": True}}
    streamed = events((await vendor.chat("[[sim:say=Bonjour]]", provider=provider, **asked)).text)
    assert "".join(c["delta"].get("content") or "" for e in streamed for c in e["choices"]) == "Bonjour"
    assert [c["finish_reason"] for e in streamed for c in e["choices"]][-1] == "stop"
    assert streamed[-1]["usage"]["completion_tokens"] > 0
    sent = vendor.received[0]
    assert KEY in (sent.header(b"authorization") or "") + (sent.header(b"x-api-key") or "")
    assert "store" not in orjson.loads(sent.body)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("stream", [False, True])
async def test_tools_are_called(provider: str, stream: bool, vendor: Vendor) -> None:
    said = await vendor.chat("[[sim:tool=read]]", provider=provider, tools=[TOOL], stream=stream)
    assert said.status_code == 200, said.text
    if not stream:
        message = said.json()["choices"][0]["message"]
        assert message["tool_calls"][0]["function"]["name"] == "read"
        assert message["content"] is None or isinstance(message["content"], str)
        return
    calls = [one for e in events(said.text) for c in e["choices"] for one in c["delta"].get("tool_calls", ())]
    assert calls[0]["function"]["name"] == "read"
    orjson.loads("".join(one["function"].get("arguments") or "" for one in calls))


async def test_a_tools_result_goes_back(vendor: Vendor) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "read", "arguments": '{"path":"a"}'}}
    body = asking("[[sim:say=read it]] Go on.")
    body["messages"] += [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "its text"},
    ]
    said = await vendor.post({**body, "tools": [TOOL]}, provider="anthropic")
    assert said.json()["choices"][0]["message"]["content"] == "read it"
    assert b"its text" in vendor.received[0].body


async def test_embeddings_are_spelled_as_asked(vendor: Vendor) -> None:
    asked = {"model": "e", "input": ["a", "b"]}
    numbers = (await vendor.post(asked, EMBEDDINGS)).json()["data"]
    spelled = (await vendor.post({**asked, "encoding_format": "base64"}, EMBEDDINGS)).json()["data"]
    assert len(numbers) == len(spelled) == 2
    assert isinstance(numbers[0]["embedding"][0], float) and isinstance(spelled[0]["embedding"], str)
    assert "encoding_format" not in orjson.loads(vendor.received[1].body) or b"float" in vendor.received[1].body


FAILURES = [
    ("status=429,retry_after=7", 429, "rate_limit_exceeded"),
    ("status=401", 401, "invalid_api_key"),
    ("status=529", 503, "overloaded"),
    ("status=500", 502, None),
    ("status=404", 404, "model_not_found"),
    ("status=400,error=context_length_exceeded", 400, "context_length_exceeded"),
    ("status=400,error=content_policy_violation", 400, "content_policy_violation"),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("directive", "status", "code"), FAILURES)
async def test_failures_of_a_vendor_are_told_in_openais_words(
    directive: str, status: int, code: str | None, stream: bool, vendor: Vendor
) -> None:
    told = await vendor.chat(f"[[sim:{directive}]]", stream=stream)
    assert (told.status_code, told.json()["error"]["code"]) == (status, code)
    assert told.headers.get("retry-after") == ("7" if "retry_after" in directive else None)
    assert len(vendor.received) == 1, "it was sent once"
    assert "litellm" not in told.text and KEY not in told.text


@pytest.mark.parametrize("directive", ["cut=1", "html=503", "redirect"])
async def test_what_is_no_answer_is_a_failure_too(directive: str, vendor: Vendor) -> None:
    told = await vendor.chat(f"[[sim:{directive}]] canary-7f3a")
    assert told.status_code == (503 if directive == "html=503" else 502)
    assert "<" not in told.text and "canary-7f3a" not in told.text
    assert len(vendor.received) == 1


async def test_a_stream_that_breaks_ends_with_an_error(vendor: Vendor) -> None:
    told = (await vendor.chat("[[sim:cut=2]]", stream=True)).text
    assert '"error"' in told.split("\n\n")[-2] and "[DONE]" not in told


@pytest.mark.parametrize("stream", [False, True])
async def test_a_caller_that_leaves_ends_the_call_at_the_vendor(stream: bool, vendor: Vendor) -> None:
    directive = "drip=5" if stream else "delay=20"
    asked = asyncio.create_task(vendor.chat(f"[[sim:{directive}]]", stream=stream))
    async with asyncio.timeout(10):
        while not vendor.received:
            await asyncio.sleep(0.02)
        asked.cancel()
        await vendor.received[0].over.wait()
    assert vendor.received[0].outcome == "gone"


async def test_nothing_goes_elsewhere_by_a_models_name_or_a_part(vendor: Vendor, elsewhere: Listening) -> None:
    url = elsewhere.url
    for model in ("openai/m", "azure/m", "litellm_proxy/m", "ollama/m", f"huggingface/{url}", f"custom/{url}", url):
        await vendor.post({**asking("a"), "model": model})
    parts = [
        {"type": "image_url", "image_url": {"url": f"{url}/a.png"}},
        {"type": "image_url", "image_url": url},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "base_url": url}},
        {"type": "video_url", "video_url": {"url": url}},
        {"type": "file", "file": {"file_id": url}},
        {"type": "file", "file": {"file_data": url}},
        {"type": "document", "source": {"type": "url", "url": url}},
    ]
    for provider in ("openai", "anthropic", "gemini", "ollama", "bedrock"):
        for part in parts:
            body = {"model": "m", "messages": [{"role": "user", "content": [part]}]}
            assert (await vendor.post(body, provider=provider)).status_code == 400
    tools: list[dict[str, Any]] = [
        {"type": "mcp", "server_label": "litellm", "server_url": "litellm_proxy", "require_approval": "never"},
        {"type": "web_search", "url": url},
        {**TOOL, "api_base": url},
    ]
    for tool in tools:
        assert (await vendor.chat("a", tools=[tool])).status_code == 400
    assert not elsewhere.reached()


async def test_a_vendor_that_sends_elsewhere_is_not_followed(vendor: Vendor, elsewhere: Listening) -> None:
    moved = b"HTTP/1.1 307 Moved\r\nlocation: %s/v1/chat/completions\r\ncontent-length: 0\r\n\r\n"

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(moved % elsewhere.url.encode())
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    for provider in ("openai", "anthropic"):
        told = await vendor.post(asking("a"), provider=provider, base_url=base)
        assert (told.status_code, "a redirect" in told.text) == (502, True)
    server.close()
    assert not elsewhere.reached()


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_a_vendor_that_is_not_there_is_told_as_that(provider: str, vendor: Vendor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        base = f"http://127.0.0.1:{gone.getsockname()[1]}"
    told = await vendor.post(asking("a"), provider=provider, base_url=base)
    assert (told.status_code, "no connection" in told.text) == (502, True), told.text


async def test_bodies_that_are_none_are_refused(vendor: Vendor) -> None:
    for raw in (b"", b"{", b"[]", b"null", b'{"model":1}', b'{"model":"m","messages":"a"}', b'{"messages":[]}'):
        told = await vendor.client.post(CHAT, content=raw, headers=vendor.asked())
        assert told.status_code == 400, raw
    assert (await vendor.client.post(CHAT, json=asking("a"))).status_code == 400, "no vendor was named"
    assert (await vendor.client.get("/metrics")).status_code == 404
    assert not vendor.received


def test_only_its_own_user_can_reach_it(bridge: Bridge) -> None:
    assert stat.S_IMODE(bridge.path.stat().st_mode) == 0o600
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else for a moment")
    bridge.path.chmod(0o666)
    bridge.path.parent.chmod(0o755)
    ends = {}
    for user in (0, 65534):
        child = os.fork()
        if not child:
            os.chdir(bridge.path.parent)  # the folders above let nobody else through
            os.setuid(user)
            os._exit(_asks(bridge.path.name))
        ends[user] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    bridge.path.chmod(0o600)
    assert ends == {0: 0, 65534: 1}


def _asks(path: str) -> int:
    """0: answered. 1: closed without a word. 2: not let in at all."""
    with socket.socket(socket.AF_UNIX) as made:
        made.settimeout(5)
        try:
            made.connect(path)
        except PermissionError:
            return 2
        try:
            made.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            return 0 if made.recv(100) else 1
        except OSError:
            return 1


async def test_the_gateways_client_reaches_it(bridge: Bridge, vendor: Vendor) -> None:
    async with Transport() as transport:
        endpoint = Endpoint("http://bridge.invalid", socket=str(bridge.path))
        headers = [("content-type", "application/json"), *vendor.asked().items()]
        body = orjson.dumps(asking("[[sim:say=through]]"))
        answer = await transport.send(endpoint, "POST", CHAT, headers, body)
        assert b"through" in await answer.read(10_000)


def test_it_says_nothing_and_shows_nothing(bridge: Bridge) -> None:
    """Last in this file: neither its output nor what the system shows of it has a prompt, a key or what we have set."""
    assert bridge.said.read_bytes() == b""
    shown = b"".join(Path(f"/proc/{bridge.process.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
    assert KEY.encode() not in shown and b"HOME=" not in shown and b"PYTEST" not in shown
