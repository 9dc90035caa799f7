"""A refusal that comes after the answer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from adapters.errors import BodyRefused
from gateway import refusals
from gateway.http import Responder

CALL: Any = SimpleNamespace(
    pair=SimpleNamespace(settings=SimpleNamespace(server=SimpleNamespace(language="en"))), dialect=None
)


async def test_after_an_answer_that_is_whole_there_is_its_end_and_no_error() -> None:
    """A cut may come while the client is so slow that the end waits for it."""
    sent: list[bytes] = []
    reads = asyncio.Event()

    async def send(message: Any) -> None:
        await reads.wait()
        sent.append(message.get("body"))

    responder = Responder({"ecluse.whole": None}, send)
    reads.set()
    await responder.start(200, [])
    await responder.part(b"data: [DONE]\n\n")
    reads.clear()
    ending = asyncio.create_task(responder.end())
    await asyncio.sleep(0)
    ending.cancel()
    with suppress(asyncio.CancelledError):
        await ending
    reads.set()
    await refusals.send(CALL, responder, refusals.cut("drain"))
    await refusals.send(CALL, responder, refusals.internal())
    assert sent == [None, b"data: [DONE]\n\n", b""]


def test_what_a_vendor_holds_is_refused_in_french_too() -> None:
    refused = BodyRefused("vendor_held", "input[0].file_id refers to something.", param="input[0].file_id")
    said = refusals.unreadable(refused).message("fr")
    assert said.startswith("input[0].file_id renvoie à quelque chose que le fournisseur conserve")
    assert "refers" not in said
