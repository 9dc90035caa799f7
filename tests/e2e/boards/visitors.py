"""What happens beside the staff's ordinary calls: people who read, report, leave, have no key, or come all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import httpx

from tests.e2e.boards.staff import Ask, Staff

_RUSH = Ask("hr", "[[sim:words=20,drip=0.05]] Everybody at once", "maison")
_KEPT = Ask("development", "[[sim:words=5]] Why does ghp_wZ8mJ4Kq1bV6tN3xR7cY5dH2sL9fG0aP4eQu fail?")
_LONG = {
    "model": "gpt-4o",
    "stream": True,
    "messages": [{"role": "user", "content": "[[sim:words=200,drip=0.05]] A story"}],
}


async def visit(staff: Staff) -> None:
    """All of them, again and again until the staff goes home."""
    async with staff.client() as client:
        while not staff.stop.is_set():
            await asyncio.gather(*(_though_a_worker_is_lost(one(client, staff)) for one in _VISITORS))
            await asyncio.sleep(1)


async def rush(staff: Staff, many: int = 16) -> None:
    """More at once than one server of our own can take."""
    async with staff.client() as client:
        await asyncio.gather(*(staff.call(client, _RUSH) for _ in range(many)))


async def _though_a_worker_is_lost(visit: Awaitable[None]) -> None:
    with suppress(httpx.TransportError):
        await visit


def _as(staff: Staff, team: str) -> dict[str, str]:
    return {"authorization": f"Bearer {staff.keys[team]}"}


async def _read(client: httpx.AsyncClient, staff: Staff) -> None:
    """The charter, a list of files, and an API that isn't served."""
    for path, team in (("/charter", "hr"), ("/v1/files", "legal"), ("/v1/threads", "development")):
        await client.get(path, headers=_as(staff, team))


async def _stray(client: httpx.AsyncClient, staff: Staff) -> None:
    """Somebody without a key of ours, and somebody who forgot the s of https."""
    await client.get("/v1/models", headers={"authorization": "Bearer ecl_of_somebody_else"})
    await client.get(staff.url.replace("https:", "http:"))


async def _leave(client: httpx.AsyncClient, staff: Staff) -> None:
    """Somebody who closes the window in the middle of an answer."""
    async with client.stream("POST", "/v1/chat/completions", json=_LONG, headers=_as(staff, "support")) as answer:
        async for _ in answer.aiter_raw():
            return


async def _report(client: httpx.AsyncClient, staff: Staff) -> None:
    """Somebody who was refused and says that the rule is wrong."""
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": _KEPT.text}]}
    answer = await client.post("/v1/chat/completions", json=body, headers=_as(staff, "development"))
    said = {"kind": "false_positive", "reason": "an example"}
    call = answer.headers.get("x-ecluse-call-id", "none")
    await client.post(f"/ecluse/report/{call}", json=said, headers=_as(staff, "development"))


_VISITORS = (_read, _stray, _leave, _report)
