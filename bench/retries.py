"""How many calls a vendor gets while it answers 503 and clients ask again and again.

    .venv/bin/python bench/retries.py

Clients are OpenAI's SDK, which asks six times for one prompt and keeps our `retry-after`, and a crude one that asks
thirty times without a pause. Each line is a gateway of its own, with one or two simulated vendors that answer 503 for
ever. Takes two minutes, most of them waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import httpx
import openai

from gateway.bundle.bundle import STARTER
from gateway.identity.keys import KeyGrant
from gateway.serve import Gateway, gateway

CONFIG = """\
server: {data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock}
limits: {drain_seconds: 1}
simulator: {enabled: true, names: [alpha, beta]}
vendors: {alpha: {kind: simulator}, beta: {kind: simulator}}
destinations:
  alpha/m: {vendor: alpha, model: m, contract: alpha-us}
  beta/m: {vendor: beta, model: m, contract: beta-eu}
models: {m: {destinations: [DESTINATIONS]}}
"""
ASKS = 6
CRUDE = 30


class Case(NamedTuple):
    """vendors: how many stand behind the model. clients: at once. crude: whether they ask without a pause."""

    vendors: int
    clients: int
    crude: bool = False


CASES = (
    Case(1, 1), Case(2, 1), Case(1, 10), Case(2, 10), Case(1, 1, crude=True), Case(2, 1, crude=True),
    Case(2, 20, crude=True),
)  # fmt: skip


async def main() -> None:
    """Prints calls of clients, calls at vendors and their ratio."""
    rows = await asyncio.gather(*(measured(case) for case in CASES))
    print("vendors  clients  client               asked  at vendors  ratio")
    for case, (asked, got) in zip(CASES, rows, strict=True):
        client = f"crude, {CRUDE} times" if case.crude else f"OpenAI's SDK, {ASKS}"
        print(f"{case.vendors:>7}  {case.clients:>7}  {client:<19}  {asked:>5}  {got:>10}  {got / asked:>5.2f}")


async def measured(case: Case) -> tuple[int, int]:
    """Requests that clients made, and requests that vendors got."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        names = ["alpha/m", "beta/m"][: case.vendors]
        (folder / "config.yaml").write_text(CONFIG.replace("DESTINATIONS", ", ".join(names)))
        shutil.copytree(STARTER, folder / "bundle")
        async with gateway(folder / "config.yaml", development=True) as serving:
            assert serving.simulator is not None
            async with httpx.AsyncClient() as operator:
                for name in serving.simulator.names:
                    fault = {"fault": "status=503", "seconds": 3600}
                    await operator.post(f"{serving.simulator.url(name)}/sim/fault", json=fault)
            run = crude if case.crude else with_sdk
            asked = await asyncio.gather(*(run(serving) for _ in range(case.clients)))
            return sum(asked), len(list(serving.simulator.recorder))


async def with_sdk(serving: Gateway) -> int:
    """One prompt of the SDK, as often as it asks."""
    asked = 0

    async def count(_: httpx.Request) -> None:
        nonlocal asked
        asked += 1

    async with httpx.AsyncClient(event_hooks={"request": [count]}) as http:
        client = openai.AsyncOpenAI(
            api_key=key(serving), base_url=f"{url(serving)}/v1", max_retries=ASKS - 1, http_client=http
        )
        with contextlib.suppress(openai.APIStatusError):
            await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Bonjour"}])
    return asked


async def crude(serving: Gateway) -> int:
    """A client that asks again at once, whatever it is told."""
    ask = {"model": "m", "messages": [{"role": "user", "content": "Bonjour"}]}
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {key(serving)}"}, timeout=60) as client:
        for _ in range(CRUDE):
            answer = await client.post(f"{url(serving)}/v1/chat/completions", json=ask)
            assert answer.status_code == 503, answer.text
    return CRUDE


def key(serving: Gateway) -> str:
    """A key of its own."""
    return serving.runtime.keys.issue(KeyGrant(user="bench", team="development"), serving.runtime.now())[1]


def url(serving: Gateway) -> str:
    """Where it listens."""
    return f"http://127.0.0.1:{serving.data.port}"


if __name__ == "__main__":
    asyncio.run(main())
