"""What isn't a proper request: a clear error in the dialect's shape, nothing sent, the next request fine."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.test_owned import KEEPS

ASK = b'{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]%s}'
DEEP = b"[" * 100 + b"]" * 100

BODIES = {
    "empty": (b"", "not_json"),
    "not JSON": (b"model=gpt", "not_json"),
    "half": (b'{"model": "gpt-4o-mini", "mess', "not_json"),
    "an array": (b"[]", "wrong_type"),
    "duplicate key": (ASK % b', "model": "maison"', "duplicate_key"),
    "duplicate key deep down": (ASK % b', "metadata": {"a": {"b": 1, "b": 2}}', "duplicate_key"),
    "duplicate but for letter case": (ASK % b', "Model": "maison"', "duplicate_key"),
    "NaN": (ASK % b', "temperature": NaN', "not_a_number"),
    "lone surrogate": (ASK % b', "user": "\\ud800"', "lone_surrogate"),
    "bad UTF-8": (ASK % b', "user": "\xff"', "invalid_utf8"),
    "byte order mark": (b"\xef\xbb\xbf" + ASK % b"", "bom"),
    "trailing bytes": (ASK % b"" + b"{}", "trailing_bytes"),
    "too deep": (ASK % (b', "metadata": ' + DEEP), "too_deep"),
    "model of the wrong type": (b'{"model": 7, "messages": []}', "wrong_type"),
    "messages of the wrong type": (b'{"model": "gpt-4o-mini", "messages": "hello"}', "wrong_type"),
    "no model": (b'{"messages": []}', "missing_field"),
    "unknown model": (b'{"model": "gpt-4o-mni", "messages": []}', "model_not_found"),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_bad_body_is_refused_in_openais_shape(house: House, name: str) -> None:
    body, code = BODIES[name]
    answer = await house.client.post("/v1/chat/completions", content=body)
    assert answer.status_code == (404 if code == "model_not_found" else 400)
    assert answer.json()["error"]["code"] == code
    assert not list(house.received)
    records = await house.records(answer.headers["x-ecluse-call-id"])
    assert [(r["record"], r["outcome"], r["code"]) for r in records] == [("OUTCOME", "refused", code)]
    assert (await house.chat("Bonjour")).status_code == 200


async def test_the_same_in_anthropics_shape(house: House) -> None:
    answer = await house.client.post("/v1/messages", content=b"[]")
    assert answer.status_code == 400
    error = answer.json()
    assert error["type"] == "error"
    assert error["error"]["type"] == "invalid_request_error"
    assert error["request_id"] == answer.headers["request-id"]


MANY = [{"role": "user", "content": "a"}] * 60_000
CROWDED = {
    "openai": ("/v1/chat/completions", {"model": "gpt-4o-mini", "messages": MANY}),
    "numbers": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": [[1] * 300_000]}),
    "nothing": ("/v1/chat/completions", {"model": "gpt-4o-mini", "messages": [], "x": [{}] * 300_000}),
    "anthropic": ("/v1/messages", {"model": "claude-sonnet-5", "max_tokens": 5, "messages": MANY}),
    "gemini": ("/v1beta/models/gpt-4o-mini:generateContent", {"contents": [{"parts": [{"text": "a"}]}] * 60_000}),
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", CROWDED)
async def test_a_body_of_too_many_texts_is_refused(open_house: OpenHouse, name: str, language: str) -> None:
    path, body = CROWDED[name]
    async with open_house(CONFIG.replace("control: c.sock", f"control: c.sock, language: {language}")) as house:
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 413, answer.text
        error = answer.json()["error"]
        assert {"en": "too many strings", "fr": "trop de chaînes"}[language] in error["message"]
        told = {"anthropic": error.get("type"), "gemini": error.get("code")}.get(name, error.get("code"))
        assert told == {"anthropic": "request_too_large", "gemini": 413}.get(name, "too_many_texts")
        assert not list(house.received)


async def test_lines_of_a_file_are_counted_together(open_house: OpenHouse) -> None:
    line = json.dumps({"custom_id": "r", "method": "POST", "url": "/v1/chat/completions",
                       "body": {"model": "gpt-4o-mini", "messages": MANY[:100]}}).encode()  # fmt: skip
    config = KEEPS.replace("limits: {", "limits: {texts: 2000, ")
    async with open_house(config) as house:
        for lines, status in ((4, 200), (5, 413)):
            answer = await house.client.post(
                "/v1/files",
                data={"purpose": "batch"},
                files={"file": ("lot.jsonl", b"\n".join([line] * lines), "application/jsonl")},
            )
            assert answer.status_code == status, answer.text
        assert "Line 5" in answer.json()["error"]["message"]


async def test_a_long_history_passes(house: House) -> None:
    """Ten thousand messages of an agent's, of every kind."""
    call = {"id": "c", "type": "function", "function": {"name": "read", "arguments": '{"path":"a"}'}}
    turn = [
        {"role": "user", "content": [{"type": "text", "text": "Bonjour"}, {"type": "text", "text": "encore"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "rien"},
        {"role": "assistant", "content": "Voilà."},
    ]
    body = {"model": "gpt-4o-mini", "messages": turn * 2_500, "max_tokens": 5}
    assert (await house.client.post("/v1/chat/completions", json=body)).status_code == 200


async def test_an_unknown_model_names_the_nearest_permitted_one(open_house: OpenHouse) -> None:
    async with open_house(models=("maison",)) as house:
        answer = await house.chat("Bonjour", model="gpt-4o-mni")
        assert answer.status_code == 404
        assert "gpt-4o-mini" not in answer.text
        answer = await house.chat("Bonjour", model="gpt-4o-mini")
        assert answer.status_code == 404
        assert (await house.client.get("/v1/models")).json()["data"][0]["id"] == "maison"


async def test_a_body_that_is_too_large(open_house: OpenHouse) -> None:
    async with open_house(CONFIG.replace("drain_seconds: 5", "drain_seconds: 5, body_bytes: 10000")) as house:
        answer = await house.chat("x" * 20_000)
        assert answer.status_code == 413

        async def parts():  # type: ignore[no-untyped-def]
            for _ in range(50):
                yield b"x" * 1_000

        answer = await house.client.post("/v1/chat/completions", content=parts())
        assert answer.status_code == 413
        assert (await house.chat("Bonjour")).status_code == 200


async def test_compressed_bodies_are_not_unpacked(house: House) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = await house.client.post("/v1/chat/completions", content=bomb, headers={"content-encoding": "gzip"})
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "content_encoding"


async def raw(house: House, *parts: bytes, wait: float = 5.0) -> bytes:
    """Speaks to the data listener byte by byte; what it answered until it closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), wait)
    finally:
        writer.close()


async def test_conflicting_length_headers(house: House) -> None:
    answer = await raw(
        house,
        b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'{"type":"error","error":{' in answer


async def test_two_lengths(house: House) -> None:
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!"
    assert (await raw(house, head)).startswith(b"HTTP/1.1 400 ")


async def test_headers_without_end(house: House) -> None:
    answer = await raw(house, b"GET / HTTP/1.1\r\n", *[b"x-%d: %s\r\n" % (i, b"y" * 4000) for i in range(17)])
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_slow_headers_and_a_slow_body(open_house: OpenHouse) -> None:
    config = CONFIG.replace("drain_seconds: 5", "drain_seconds: 5, header_seconds: 0.3, body_seconds: 0.3")
    async with open_house(config) as house:
        assert (await raw(house, b"GET / HTTP/1.1\r\nhost")).startswith(b"HTTP/1.1 408 ")
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.key}\r\n"
        for begun in (b"{", b""):
            answer = await raw(house, head.encode() + b"content-length: 1000\r\n\r\n" + begun)
            assert answer.startswith(b"HTTP/1.1 408 ")
            assert b'"code":"body_late"' in answer


async def test_a_thousand_wrong_keys_write_nothing_each(house: House) -> None:
    answers = [
        await house.client.get("/v1/models", headers={"authorization": f"Bearer ecl_{i:038d}"}) for i in range(1_000)
    ]
    statuses = {a.status_code for a in answers}
    assert statuses == {401, 429}
    runtime = house.gateway.runtime
    await runtime.ledger.flush()
    folder = runtime.epoch.pair.settings.ledger_dir
    size = sum(f.stat().st_size for f in folder.iterdir())
    assert size < 10_000
    assert (await house.chat("Bonjour")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/uploads", 404),
        ("PUT", "/v1/files", 404),
        ("POST", "/v1/responses/resp_1/cancel", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/v1/chat/completions", 404),
    ],
)
async def test_paths_that_are_not_served(house: House, method: str, path: str, status: int) -> None:
    answer = await house.client.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == status
    assert "message" in answer.json()["error"]


async def test_head_and_websockets(house: House) -> None:
    assert (await house.client.head("/")).status_code == 200
    answer = await house.client.get(
        "/v1/responses", headers={"connection": "upgrade", "upgrade": "websocket", "sec-websocket-key": "x"}
    )
    assert answer.status_code == 426


@pytest.mark.parametrize(
    "fields",
    [{"previous_response_id": "resp_1"}, {"background": True}, {"conversation": "conv_1"}],
    ids=["previous", "background", "conversation"],
)
async def test_references_to_what_a_vendor_holds(house: House, fields: dict[str, object]) -> None:
    answer = await house.client.post("/v1/responses", json={"model": "gpt-4o-mini", "input": "Bonjour", **fields})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "vendor_held"
    assert not list(house.received)
