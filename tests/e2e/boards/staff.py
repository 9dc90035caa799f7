"""What the staff ask all day: calls of every kind, each team at its own pace, until they are told to stop."""

from __future__ import annotations

import asyncio
import base64
import itertools
import ssl
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from tests.gateway.reading import paper

_IBAN = "FR76 3000 6000 0112 3456 7890 189"
_KEY = "ghp_wZ8mJ4Kq1bV6tN3xR7cY5dH2sL9fG0aP4eQu"
_FILE = base64.b64encode(paper.pages("Bonjour")).decode()


class Ask(NamedTuple):
    """One kind of call. every: seconds between two of them, of one client."""

    team: str
    text: str
    model: str = "gpt-4o"
    stream: bool = True
    every: float = 0.5
    file: bool = False


DAY = (
    Ask("development", "[[sim:words=30]] Explain this loop", every=0.25),
    Ask("development", "[[sim:words=60,drip=0.05]] Review this change", "claude-sonnet-5", every=0.5),
    Ask("development", f"[[sim:words=5]] Why does {_KEY} not work?", every=3),
    Ask("finance", f"[[sim:words=12]] Verify the account {_IBAN}", every=0.7),
    Ask("finance", "[[sim:words=12]] Son salaire annuel brut est de 45 000 euros : quelle prime ?", every=1.5),
    Ask("support", "[[sim:words=20]] Answer this customer", "gpt-4o-mini", every=0.2),
    Ask("support", "[[sim:words=15]] Write to marcel.durand@exemple.fr", "gpt-4o-mini", stream=False, every=0.8),
    Ask("support", "[[sim:words=10]] Summarise", "gpt-4o-mini", every=2, file=True),
    Ask("hr", "[[sim:echo]] Écris à Mme Nadège Kervella que sa candidature est retenue.", "gpt-4o-mini", every=0.8),
    Ask("hr", "[[sim:words=40,drip=0.03]] Write the letter", "maison", every=0.4),
    Ask("hr", "[[sim:words=40,drip=0.03]] Write the other letter", "maison", every=0.4),
    Ask("hr", "[[sim:words=40,drip=0.03]] Write one more", "maison", every=0.4),
    Ask("legal", "[[sim:words=50]] Compare the two contracts", every=1.0),
    Ask("finance", "[[sim:words=20,no_usage]] Shorten this", every=2),
    Ask("legal", "[[sim:words=400,chunk=200]] Compare them at length", "gpt-4o-mini", every=3),
)
"""An ordinary day, with what rules have to do in it."""


@dataclass
class Staff:
    """Everybody at once. ends: what became of calls, by team and status."""

    url: str
    keys: Mapping[str, str]
    trust: ssl.SSLContext
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def client(self) -> httpx.AsyncClient:
        """A client that knows the gateway by its certificate."""
        return httpx.AsyncClient(base_url=self.url, timeout=30, verify=self.trust)

    async def work(self, asks: tuple[Ask, ...] = DAY) -> None:
        """Calls until `stop`; each client waits for its answer before it goes on."""
        async with self.client() as client:
            await asyncio.gather(*(self._go_on(client, ask) for ask in asks))

    async def _go_on(self, client: httpx.AsyncClient, ask: Ask) -> None:
        while not self.stop.is_set():
            self.ends[ask.team, await self.call(client, ask)] += 1
            try:
                await asyncio.wait_for(self.stop.wait(), ask.every)
            except TimeoutError:
                continue

    async def served(self) -> bool:
        """Whether everybody's calls are served by all workers: so many at once meet each of them."""
        asks = [Ask(team, "[[sim:words=1]] Hello", model) for team in self.keys for model in ("gpt-4o", "gpt-4o-mini")]
        async with self.client() as client:
            return {"200"} == set(await asyncio.gather(*(self.call(client, ask) for ask in asks)))

    async def call(self, client: httpx.AsyncClient, ask: Ask) -> str:
        """One call; its status, "cut" for half an answer, or the kind of what was raised."""
        content: Any = f"{ask.text} ({next(self._numbers)})"
        if ask.file:
            data = {"filename": "n.pdf", "file_data": f"data:application/pdf;base64,{_FILE}"}
            content = [{"type": "text", "text": content}, {"type": "file", "file": data}]
        body = {"model": ask.model, "messages": [{"role": "user", "content": content}], "stream": ask.stream}
        headers = {"authorization": f"Bearer {self.keys[ask.team]}"}
        try:
            answer = await client.post("/v1/chat/completions", json=body, headers=headers)
        except httpx.TransportError as error:
            return type(error).__name__
        if answer.status_code == 200 and ask.stream and '"error"' in answer.text:
            return "cut"
        return str(answer.status_code)
