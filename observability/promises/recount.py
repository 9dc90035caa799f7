"""What promises of contracts came to before a process began.

`main` reads the ledger in a process of its own, since that takes seconds of CPU that calls would wait for. The job
comes in as one JSON object, the answer leaves as one.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from observability.promises.attempts import attempts
from observability.promises.judging import kept_by, verdict
from observability.scribe.segments import begun, segments

_POLITE = 19  # the lowest priority: whatever else runs goes first

Counts = dict[str, Counter[tuple[str, str]]]
"""By contract: how many kept or broke which promise."""


@dataclass(frozen=True, slots=True)
class Latency:
    """A promise of how long answers take, as in `judging`."""

    name: str
    measure: str
    percentile: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Contract:
    """What is counted of one contract. since: of its month (Unix seconds). available: availability is promised."""

    since: float
    available: bool
    faults: tuple[str, ...]
    latency: tuple[Latency, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """workers: whose segments, by the names of their writers. until: when the process began (Unix seconds)."""

    ledger: str
    workers: tuple[str, ...]
    until: float
    contracts: Mapping[str, Contract]

    def written(self) -> bytes:
        """As the process takes it."""
        return orjson.dumps(self)

    @classmethod
    def read(cls, raw: bytes) -> Job:
        """What `written` wrote."""
        said = orjson.loads(raw)
        contracts = {
            name: Contract(
                one["since"], one["available"], tuple(one["faults"]), tuple(Latency(**each) for each in one["latency"])
            )
            for name, one in said["contracts"].items()
        }
        return cls(**{**said, "contracts": contracts})


def writers(folder: Path) -> Counter[str]:
    """How many segments of a ledger each writer began."""
    return Counter(first.worker for path in segments(folder) if (first := begun(path)) is not None)


def recount(job: Job) -> Counts:
    """The attempts that ended before the process began, of each contract's own month."""
    found: Counts = {name: Counter() for name in job.contracts}
    since = min((contract.since for contract in job.contracts.values()), default=job.until)
    for one in attempts([Path(job.ledger)], since, job.until, of=frozenset(job.workers)):
        contract = job.contracts.get(one.contract or "")
        if contract is None or one.contract is None or one.began < contract.since or one.ended >= job.until:
            continue
        said = verdict(one.error, one.fault, contract.faults)
        for promise, kept in kept_by(said, contract, one):
            found[one.contract][promise, "kept" if kept else "broken"] += 1
    return found


def answer(counts: Counts) -> bytes:
    """As the process gives it."""
    return orjson.dumps({name: [[*key, n] for key, n in of.items()] for name, of in counts.items()})


def answered(raw: bytes) -> Counts:
    """What `answer` wrote. Raises ValueError."""
    return {name: Counter({(p, r): int(n) for p, r, n in of}) for name, of in orjson.loads(raw).items()}


def main() -> None:
    """Does the job on standard input; the answer goes to standard output."""
    os.nice(_POLITE)
    sys.stdout.buffer.write(answer(recount(Job.read(sys.stdin.buffer.read()))))
