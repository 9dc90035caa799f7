"""What receivers are told of a whole gateway: a vendor that fails, a stop, a change that is refused, a full disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from gateway.cli.main import main
from gateway.webhooks.notices import Message
from observability.ledger import Ledger
from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.test_budgets import receiver

Until = Callable[[str], Any]

CANARY = "canary-5d0e"


class Got:
    """What two receivers got: one of our own, and one as Slack would be."""

    def __init__(self, ours: asyncio.Queue[Any], slack: asyncio.Queue[Any]) -> None:
        self._ours, self._slack = ours, slack
        self.raw: list[bytes] = []

    async def until(self, event: str) -> dict[str, Any]:
        """The next message about an event, at the first receiver."""
        async with asyncio.timeout(20):
            while True:
                headers, raw = await self._ours.get()
                self.raw.append(raw)
                message = dict(orjson.loads(raw))
                assert "x-ecluse-signature" in headers
                if message["event"] == event:
                    return message

    async def slack(self) -> str:
        """The next text at the second."""
        headers, raw = await asyncio.wait_for(self._slack.get(), 20)
        assert "x-ecluse-signature" not in headers
        self.raw.append(raw)
        return str(orjson.loads(raw)["text"])


@asynccontextmanager
async def told(open_house: OpenHouse, folder: Path) -> AsyncIterator[tuple[House, Got]]:
    (folder / "ours").mkdir()
    (folder / "slack").mkdir()
    async with receiver(folder / "ours") as (ours, got), receiver(folder / "slack") as (theirs, slack):
        url = theirs.split("url: '")[1].split("'")[0]
        (folder / "url").write_text(f"{url}?token=hush")
        chat = (
            f"  chat: {{format: slack, address: 'file:{folder / 'url'}', language: fr, events: [breaker.*, stop.*]}}\n"
        )
        async with open_house(CONFIG + ours + chat) as house:
            yield house, Got(got, slack)


async def test_a_vendor_that_fails_is_told_of_and_that_it_answers_again(open_house: OpenHouse, tmp_path: Path) -> None:
    async with told(open_house, tmp_path) as (house, got):
        await house.fault("alpha", "status=500")
        for _ in range(12):
            assert (await house.chat(f"Bonjour {CANARY}")).status_code == 200
        opened = await got.until("breaker.opened")
        assert (opened["destination"], opened["level"]) == ("alpha/gpt-4o-mini", "warning")
        assert "alpha/gpt-4o-mini is left alone" in opened["text"]["en"]
        assert (await got.slack()).startswith("breaker.opened: alpha/gpt-4o-mini est mise à l'écart")
        assert not any(CANARY.encode() in raw for raw in got.raw)


async def test_a_stop_and_a_refused_change_are_told_of(open_house: OpenHouse, tmp_path: Path) -> None:
    async with told(open_house, tmp_path) as (house, got):
        transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
            order = {"kind": "user", "name": "anne", "reason": f"{CANARY} of m.durand"}
            assert (await control.post("/stops", json=order)).status_code == 201
            ordered = await got.until("stop.ordered")
            assert ordered["scope"] == "user" and ordered["name"].startswith("p_")
            assert "a suspendu l'utilisateur p_" in await got.slack()
            await control.delete("/stops/user/anne")
            assert (await got.until("stop.ended"))["level"] == "info"
            (house.folder / "bundle" / "broken.yaml").write_text("kind: [")
            assert (await control.post("/reload")).status_code != 200
            refused = await got.until("reload.refused")
            assert refused["problems"] == 1 and refused["reason"] == "control"
            await control.post("/stops", json={**order, "kind": "use_case", "name": "sandbox"})
            ended, second = await got.slack(), await got.slack()
            assert ended.startswith("stop.ended") and second.startswith("stop.ordered"), "it wants no events of reloads"
        assert not any(CANARY.encode() in raw or b"anne" in raw for raw in got.raw)


async def test_a_ledger_that_can_not_be_written_is_told_of(
    open_house: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with told(open_house, tmp_path) as (house, got):
        monkeypatch.setattr(Ledger, "ready", property(lambda self: False))
        failed = await got.until("ledger.not_ready")
        assert failed["worker"] == house.gateway.runtime.ledger.worker and failed["level"] == "error"
        monkeypatch.undo()
        assert (await got.until("ledger.ready"))["level"] == "info"


async def test_receivers_can_be_tried(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with told(open_house, tmp_path) as (house, got):

        async def tried(*name: str) -> tuple[int, str]:
            capsys.readouterr()
            command = ["webhooks", "test", *name, "--config", str(house.folder / "config.yaml")]
            code = await asyncio.to_thread(main, command)
            return code, "".join(capsys.readouterr())

        assert await tried() == (0, "chat: sent\nops: sent\n")
        assert (await got.until("webhook.test"))["text"]["en"].startswith("This is a test.")
        assert "Ceci est un essai" in await got.slack(), "though it waits for other events"
        assert await tried("chatt") == (1, "there is no webhook chatt (did you mean chat?)\n")
        config = house.folder / "config.yaml"
        gone = "  gone: {url: 'http://127.0.0.1:1/', secret: 'file:url'}\n  mute: {url: 'http://127.0.0.1:1/'}\n"
        (house.folder / "url").write_text("hush")
        config.write_text(config.read_text() + gone)
        assert await asyncio.to_thread(main, ["reload", "--untested", "--config", str(config)]) == 0
        code, said = await tried()
        assert code == 1 and "gone: failed" in said and "mute: nothing is sent" in said and "chat: sent" in said


def test_words_are_a_persons() -> None:
    ordered = Message("stop.ordered", datetime.now(UTC), {"scope": "use_case", "name": "letters"})
    assert ordered.words("en").startswith("Operators have stopped use case letters.")
    assert ordered.words("fr").startswith("L'exploitation a suspendu le cas d'usage letters.")
    opened = Message("breaker.opened", datetime.now(UTC), {"destination": "a", "reason": "server", "seconds": 30.0})
    assert "for 30 s" in opened.words("en")
