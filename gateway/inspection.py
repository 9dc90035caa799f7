"""What stands in an ask: its files read, all of its text classified, in steps between which other calls go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gateway import refusals
from gateway.reading.pool import Busy

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from adapters.ask import Ask, Passage
    from gateway.exchange import Exchange
    from gateway.runtime import Runtime
    from policies.classify import Classification


async def read_files(runtime: Runtime, exchange: Exchange, ask: Ask) -> Ask:
    """The ask with what stands in its files; a file that can't be read stays what it is, not inspectable."""
    if not ask.files:
        return ask
    runtime.capacity.work.end(exchange)
    try:
        ask, reads = await runtime.files.read(exchange.caller.organisation, ask)
    except Busy:
        runtime.measure.shed("files")
        raise refusals.files_busy() from None
    await runtime.capacity.begin(exchange)
    for read in reads:
        runtime.measure.file(read.contents.kind, read.contents.reason, read.seconds)
        exchange.unread = exchange.unread or read.contents.reason
    # A document can be as long as a book: its passages are scanned one at a time, so that other calls go on, and what
    # is found is remembered for the scan of the whole.
    for passage in ask.passages:
        if passage.file:
            await classified(exchange, (passage,))
            await asyncio.sleep(0)
    return ask


async def classified(exchange: Exchange, passages: Sequence[Passage]) -> Classification:
    """The findings in some passages; between the steps other calls go on."""
    steps: Generator[None, None, Classification]
    steps = exchange.pair.classifier.steps(exchange.caller.organisation, passages)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Classification = end.value
            return found
        await asyncio.sleep(0)
