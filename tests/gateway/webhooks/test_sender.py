"""Webhooks over real sockets: signed, tried again, bounded, never followed elsewhere."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.transport import Transport
from gateway.config.secret import Secret
from gateway.config.webhooks import WebhookSettings
from gateway.webhooks import sender
from gateway.webhooks.sender import Webhooks
from gateway.webhooks.signing import signature


@dataclass
class Receiver:
    """Answers with one status after the other, the last one for ever; keeps what came."""

    statuses: list[int]
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    got: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
                body = await reader.readexactly(int(headers["content-length"]))
                self.came.append((headers | {"line": lines[0]}, body))
                status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
                elsewhere = b"location: http://127.0.0.1:1/\r\n" if 300 <= status < 400 else b""
                writer.write(b"HTTP/1.1 %d X\r\n%scontent-length: 2\r\n\r\nok" % (status, elsewhere))
                await writer.drain()
                self.got.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Told:
    def __init__(self) -> None:
        self.results: Counter[str] = Counter()
        self.changed = asyncio.Event()

    def webhook(self, name: str, result: str) -> None:
        self.results[result] += 1
        self.changed.set()

    async def until(self, result: str, count: int = 1) -> None:
        async with asyncio.timeout(10):
            while self.results[result] < count:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncIterator[tuple[Webhooks, Receiver, Told]]:
    receiver, told = Receiver(list(statuses)), Told()
    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks/quota"
    hooks = Webhooks(Transport(), told, now=lambda: 1_800_000_000.0, pause=lambda _: 0.0)
    hooks.use({"ops": settings(receiver.url)})
    try:
        yield hooks, receiver, told
    finally:
        await hooks.close()
        server.close()


def settings(url: str) -> WebhookSettings:
    return WebhookSettings(name="ops", url=url, secret=Secret.resolve("${KEY}", Path(), {"KEY": "hush"}))


async def test_a_message_is_posted_with_a_signature_that_its_receiver_can_check() -> None:
    async with receiving(202) as (hooks, receiver, told):
        hooks.send(lambda _: b'{"event":"quota.soft"}')
        await told.until("sent")
        ((headers, body),) = receiver.came
        assert headers["line"] == "POST /hooks/quota HTTP/1.1" and body == b'{"event":"quota.soft"}'
        signed = headers["x-ecluse-timestamp"].encode() + b"." + body
        expected = hmac.new(b"hush", signed, hashlib.sha256).hexdigest()
        assert headers["x-ecluse-signature"] == f"v1={expected}"
        assert headers["x-ecluse-timestamp"] == "1800000000"


async def test_what_fails_is_tried_again_in_order_and_then_given_up() -> None:
    async with receiving(500, 429, 200) as (hooks, receiver, told):
        hooks.send(lambda _: b"1")
        hooks.send(lambda _: b"2")
        await told.until("sent", 2)
        assert [body for _, body in receiver.came] == [b"1", b"1", b"1", b"2"]
        assert told.results["failed"] == 2
    async with receiving(503) as (hooks, receiver, told):
        hooks.send(lambda _: b"1")
        await told.until("given_up")
        assert len(receiver.came) == sender.TRIES


async def test_a_receiver_that_refuses_or_sends_elsewhere_is_not_tried_again() -> None:
    for status in (400, 404, 302):
        async with receiving(status) as (hooks, receiver, told):
            hooks.send(lambda _: b"1")
            await told.until("refused")
            assert len(receiver.came) == 1


async def test_a_receiver_that_is_gone_fails_and_the_queue_stays_bounded() -> None:
    told = Told()
    hooks = Webhooks(Transport(), told, pause=lambda _: 3600.0)
    hooks.use({"ops": settings("http://127.0.0.1:1/")})
    for _ in range(sender.MOST_WAITING + 5):
        hooks.send(lambda _: b"x")
    assert told.results["given_up"] == 5
    await told.until("failed")
    hooks.use({})
    assert told.results["given_up"] == sender.MOST_WAITING + 5
    hooks.send(lambda _: b"nobody")
    await hooks.close()


async def test_a_receiver_that_stays_keeps_its_queue_over_a_reload() -> None:
    async with receiving(500, 200) as (hooks, receiver, told):
        hooks.send(lambda _: b"1")
        hooks.use({"ops": settings(receiver.url)})
        await told.until("sent")
        hooks.send(lambda _: b"2")
        hooks.use({"ops": settings(receiver.url + "/other")})
        assert told.results["given_up"] == 1


async def test_a_secret_address_is_shown_nowhere_and_may_be_renewed_in_its_place(tmp_path: Path) -> None:
    async with receiving(200) as (hooks, receiver, told):
        address = tmp_path / "address"
        address.write_text("http://127.0.0.1:1/services/hush")
        secret = Secret.resolve(f"file:{address}", tmp_path, {})
        hooks.use({"ops": WebhookSettings(name="ops", format="slack", address=secret)})
        hooks.send(lambda _: b"1")
        await told.until("failed")
        assert "hush" not in repr(hooks._receivers["ops"].endpoint)
        for bad in ("http://[hush/", "http://127.0.0.1:99999/hush", "hush", "http:///hush", "http://a b/hush"):
            address.write_text(bad)
            os.utime(address, ns=(1, len(bad)))
            assert hooks._receivers["ops"].endpoint.base_url == "http://127.0.0.1:1/services/hush"
        address.write_text(f"{receiver.url}?sig=hush")
        await told.until("sent")
        assert [headers["line"] for headers, _ in receiver.came] == ["POST /hooks/quota?sig=hush HTTP/1.1"]


async def test_a_bad_ca_bundle_leaves_all_as_it_was(tmp_path: Path) -> None:
    async with receiving(200) as (hooks, _, told):
        bad = WebhookSettings(
            name="new", url="https://127.0.0.1:1", secret=settings("").secret, ca_bundle=tmp_path / "none"
        )
        with pytest.raises(OSError):
            hooks.use({"new": bad})
        hooks.send(lambda _: b"1")
        await told.until("sent")


def test_a_signature_is_of_time_and_body() -> None:
    made = {signature("k", 1, b"a"), signature("k", 2, b"a"), signature("k", 1, b"b"), signature("l", 1, b"a")}
    assert len(made) == 4 and all(len(one) == 3 + 64 for one in made)
