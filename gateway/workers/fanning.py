"""What is asked of an installation, asked of all its workers: their status as one, and a reload of all or none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import orjson

from gateway.workers.asking import Silent, ask
from gateway.workers.status import merged

if TYPE_CHECKING:
    from gateway.workers.station import Station


class Worker(Protocol):
    """One that is asked. revision: of the pair that it serves."""

    @property
    def station(self) -> Station: ...

    @property
    def revision(self) -> str: ...


STATUS_SECONDS = 5.0
BUILD_SECONDS = 110.0
"""To build a pair: below what `ecluse reload` waits."""


class Told(NamedTuple):
    """status: of HTTP; 0 where a worker didn't answer. value: plain."""

    status: int
    value: dict[str, Any]


async def status(children: Sequence[Worker]) -> dict[str, Any]:
    """The status of all workers that answer, as one. silent: the others."""
    answers = await _all(children, "GET", "/status", seconds=STATUS_SECONDS)
    told = {c.station.name: a.value for c, a in zip(children, answers, strict=True) if a.status == 200}
    silent = [c.station.name for c, a in zip(children, answers, strict=True) if a.status != 200]
    found = merged(told)
    found["silent"] = silent or None
    return found


async def top(children: Sequence[Worker]) -> dict[str, Any]:
    """What each worker that answers has counted, by its name."""
    answers = await _all(children, "GET", "/top", seconds=STATUS_SECONDS)
    told = [answer.value for answer in answers if answer.status == 200]
    seen = {name: one for value in told for name, one in value["workers"].items()}
    return {"workers": seen, "currency": told[0]["currency"] if told else ""}


async def reload(children: Sequence[Worker], by: str) -> Told:
    """Has all workers take the files, or none: all build the pair before any takes it."""
    built = await _all(children, "POST", "/reload", {"step": "prepare", "by": by}, seconds=BUILD_SECONDS)
    revisions = {answer.value.get("revision") for answer in built}
    refused = [one for one in zip(children, built, strict=True) if one[1].status != 200]
    if refused or len(revisions) > 1:
        await _all(children, "POST", "/reload", {"step": "drop"}, seconds=STATUS_SECONDS)
        return _refusal(refused, len(children)) if refused else Told(422, {"refused": _CHANGED})
    step = {"step": "take", "revision": revisions.pop(), "by": by}
    taken = await _all(children, "POST", "/reload", step, seconds=BUILD_SECONDS)
    failed = [one for one in zip(children, taken, strict=True) if one[1].status != 200]
    return _refusal(failed, len(children)) if failed else taken[0]


def _refusal(refused: Sequence[tuple[Worker, Told]], of: int) -> Told:
    """In the words of one; of which worker, where others took it."""
    child, answer = refused[0]
    words = str(answer.value.get("refused") or f"no answer ({answer.value.get('silent', answer.status)})")
    if len(refused) < of:
        words = f"{', '.join(one.station.name for one, _ in refused)} of {of} workers: {words}"
    return Told(422, {"refused": words, "revision": child.revision})


async def _all(
    children: Sequence[Worker], method: str, path: str, body: dict[str, Any] | None = None, *, seconds: float
) -> list[Told]:
    raw = orjson.dumps(body) if body is not None else b""
    return await asyncio.gather(*(_one(child, method, path, raw, seconds) for child in children))


async def _one(child: Worker, method: str, path: str, raw: bytes, seconds: float) -> Told:
    assert child.station.control_socket is not None
    try:
        answer = await ask(child.station.control_socket, method, path, raw, seconds=seconds)
        return Told(answer.status, orjson.loads(answer.body))
    except Silent as silent:
        return Told(0, {"silent": str(silent)})
    except ValueError:
        return Told(0, {"silent": "no JSON"})


_CHANGED = "the files changed while the workers read them: reload again"
