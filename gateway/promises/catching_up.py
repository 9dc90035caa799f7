"""At a start: how this month went for the promises of contracts before it, asked of a process that reads the ledger."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import observability
from observability.promises.recount import Job, answered, writers

if TYPE_CHECKING:
    from gateway.runtime import Runtime
    from gateway.workers.station import Station

_ROOT = Path(observability.__file__).parents[1]
_MAIN = "import sys; sys.path.insert(0, sys.argv[1]); from observability.promises.recount import main; main()"

AFTER = 10.0
"""Seconds after a start: calls come first, and a gateway that is started again and again doesn't read its ledger each
time."""


async def catch_up(runtime: Runtime, began: float) -> None:
    """Runs once, beside the calls, for as long as reading takes. What can't be read is counted from this start on.

    began: when calls were let in (Unix seconds).
    """
    await asyncio.sleep(AFTER)
    ledger, contracts = runtime.epoch.pair.settings.ledger_dir, runtime.measure.contracts
    try:
        workers = share(runtime.station, await asyncio.to_thread(writers, ledger))
        job = contracts.asked(ledger, workers, began)
        if workers and job.contracts:
            contracts.told(job, answered(await _asked(job)))
    except (OSError, ValueError):
        runtime.measure.log.event("promises.not_recounted")


def share(station: Station, writers: Counter[str]) -> list[str]:
    """Whose segments a worker reads: those of its predecessors, and the first one's those of workers that there are no
    more. writers: how many segments each has; one of this worker's is its own, and new."""
    others = {f"w{slot}" for slot in range(station.of)} - {station.name}
    older = writers - Counter([station.name])
    return sorted(older.keys() - others if station.first else older.keys() & {station.name})


async def _asked(job: Job) -> bytes:
    """The answer of the process; empty where it failed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", _MAIN, str(_ROOT),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        said, _ = await process.communicate(job.written())
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return said
