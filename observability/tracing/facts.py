"""What a trace is made of: plain values of one call that is over. Nothing here holds a text, a value or a person."""

from __future__ import annotations

from typing import NamedTuple


class TracedAttempt(NamedTuple):
    """One attempt at one destination. started, ended: Unix nanoseconds. first_chunk: seconds to the first content.

    kind: how its vendor is spoken to. address, port: of the vendor. error: its class, "" for none; fault: whose it was.
    Tokens are None where the vendor counted none. rules: that held for it. cost: in `currency`.
    """

    number: int
    started: int
    ended: int
    operation: str
    dialect: str
    kind: str
    model: str
    destination: str
    vendor: str
    contract: str
    address: str
    port: int
    stream: bool
    status: int | None
    error: str
    fault: str
    first_chunk: float | None
    input: int | None
    output: int | None
    cached: int | None
    written: int | None
    reasoning: int | None
    cost: float
    currency: str
    verdict: str
    rules: tuple[str, ...]
    pseudonyms: int
    translated: bool
    drill: bool


class TracedCall(NamedTuple):
    """One call. trace: 32 hex digits. parent: 16 hex digits, "" where the call begins its trace. Times: Unix
    nanoseconds; overhead, queued: seconds. kept: why. route: of our table of paths. model: as metrics count it.
    """

    call: str
    trace: str
    parent: str
    started: int
    ended: int
    kept: str
    method: str
    route: str
    status: int
    outcome: str
    code: str
    team: str
    use_case: str
    model: str
    dialect: str
    data_class: str
    rules: tuple[str, ...]
    config: str
    policy: str
    overhead: float
    queued: float
    attempts: tuple[TracedAttempt, ...]

    @property
    def spans(self) -> int:
        """How many spans it makes."""
        return 1 + len(self.attempts)
