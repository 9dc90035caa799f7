"""kill -9 under load, fifty times: whatever a vendor received is in the ledger, and the next start serves."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from observability.ledger import read
from tests.e2e.conftest import CONFIG, Serving, Vendors, serve, vendors_started
from tests.e2e.several import left_behind

pytestmark = pytest.mark.e2e

KILLS = 50
CLIENTS = 10
SEED = 20_26

# Answers of every length and kind, so that a kill meets calls at every point of their way.
ASKS = ("[[sim:words=5]]", "[[sim:words=200,drip=0.002]]", "[[sim:delay=0.05]]", "[[sim:words=40,hold=0.03]]")


class Load:
    """Clients that ask until nobody answers. `answers`: how many calls ended well."""

    def __init__(self, serving: Serving, kill_after: int) -> None:
        self._serving, self._kill_after = serving, kill_after
        self.answers = 0
        self.reached = asyncio.Event()

    async def ask_until_dead(self, client: httpx.AsyncClient, number: int) -> None:
        """One client's life."""
        for turn in itertools.count(number):
            ask = {"role": "user", "content": f"{ASKS[turn % len(ASKS)]} question {number}.{turn}"}
            body = {"model": "gpt-4o-mini", "messages": [ask], "stream": turn % 3 != 0}
            try:
                await client.post("/v1/chat/completions", json=body)
            except httpx.TransportError:
                return
            self.answers += 1
            if self.answers >= self._kill_after:
                self.reached.set()

    async def run(self, kill_group: bool) -> None:
        """Load, the kill in the middle of it, and the end of every client."""
        headers = {"authorization": f"Bearer {self._serving.key}"}
        async with httpx.AsyncClient(base_url=self._serving.url, headers=headers, timeout=20) as client:
            lives = [asyncio.create_task(self.ask_until_dead(client, number)) for number in range(CLIENTS)]
            await asyncio.wait_for(self.reached.wait(), 60)
            self._serving.started.kill(group=kill_group)
            await asyncio.gather(*lives)


def attempts(vendors: Vendors) -> Iterator[tuple[str, str]]:
    """(call id, destination) of everything that the vendors received; each must say which call it is."""
    for one in vendors.received():
        assert one["call_id"] and one["attempt"], one["path"]
        destination, _, _ = one["attempt"].partition("#")
        assert destination.startswith(one["destination"] + "/")
        yield one["call_id"], destination


def test_fifty_kills(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with vendors_started(tmp_path) as vendors:
        (folder := tmp_path / "gateway").mkdir()
        (folder / "config.yaml").write_text(CONFIG.format(vendors=vendors.url))
        received: set[tuple[str, str]] = set()
        answers, key = 0, ""
        for kill in range(KILLS):
            vendors.fault("alpha", "status=503" if kill % 3 == 1 else "none")
            serving = serve(folder, key=key)
            key = serving.key
            load = Load(serving, chance.randint(1, 60))
            asyncio.run(load.run(kill_group=kill % 2 == 0))
            answers += load.answers
            new = set(attempts(vendors)) - received
            assert len(new) < 900, "the vendors keep the last thousand: none may have fallen off"
            received |= new
        last = serve(folder, key=key)
        answer = httpx.post(
            last.url + "/v1/chat/completions",
            headers={"authorization": f"Bearer {key}"},
            json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]},
        )
        assert answer.status_code == 200
        received |= set(attempts(vendors))
        assert last.started.stop() == 0
    records = list(read(folder / "state" / "ledger"))
    written = {(r["call"], r["destination"]) for r in records if r["record"] in ("INTENT", "ATTEMPT-START")}
    kinds = Counter(r["record"] for r in records)
    events = Counter(r["event"] for r in records if r["record"] == "EVENT")
    print(
        f"\n{KILLS} kills, {answers} calls answered, {len(received)} attempts received by vendors "
        f"({Counter(name for _, name in received)}), {len(received - written)} of them not in the ledger; "
        f"ledger: {dict(kinds)}, events: {dict(events)}"
    )
    assert not received - written
    assert len(received) > 10 * KILLS
    assert {name for _, name in received} == {"alpha/gpt", "beta/gpt"}, "failover was met too"
    assert events["start"] == KILLS + 1
    assert not left_behind(folder), "a killed gateway leaves no process behind"
