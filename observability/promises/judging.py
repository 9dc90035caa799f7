"""What one attempt says of its vendor: nothing but what the contract's own definition makes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final, Literal, Protocol

CAPACITY: Final = ("rate_limit", "ramp")
"""Kinds of errors by which a vendor says that there is no room for more of our calls (429): no fault of the service."""

AVAILABILITY: Final = "availability"

Verdict = Literal["good", "failed", "uncounted", "throttled", "aside"]
GOOD: Final = "good"
FAILED: Final = "failed"
UNCOUNTED: Final = "uncounted"
THROTTLED: Final = "throttled"
ASIDE: Final = "aside"


class Latency(Protocol):
    """A promise of how long answers take. measure: first_token | total. percentile: of the answers, in percent."""

    @property
    def name(self) -> str: ...
    @property
    def measure(self) -> str: ...
    @property
    def percentile(self) -> float: ...
    @property
    def seconds(self) -> float: ...


def verdict(error: str | None, fault: str | None, faults: Collection[str]) -> Verdict:
    """What an attempt counts as, given how its record says that it ended. faults: kinds that the contract counts.

    good: answered. failed: the vendor's fault, by the contract's definition. uncounted: the vendor's fault, but of a
    kind that the contract doesn't count; it stays among the requests, as one that didn't fail. throttled: a 429.
    aside: our mistake, the client's, or nobody's (the client left, we cut the answer): as if it had not been sent.
    """
    if error is None:
        return GOOD
    if error in CAPACITY:
        return THROTTLED
    if fault != "vendor":
        return ASIDE
    return FAILED if error in faults else UNCOUNTED


def keeps(promise: Latency, first_token: float | None, total: float, *, streamed: bool) -> bool | None:
    """Whether an attempt that was answered kept the promise, by its seconds; None where it isn't about such answers."""
    if promise.measure == "total":
        return total <= promise.seconds
    return first_token <= promise.seconds if streamed and first_token is not None else None


class Promises(Protocol):
    """What a contract promises. available: whether it promises availability."""

    @property
    def available(self) -> bool: ...
    @property
    def latency(self) -> Sequence[Latency]: ...


class Took(Protocol):
    """What an attempt took, in seconds; first_token: None where no first word came."""

    @property
    def first_token(self) -> float | None: ...
    @property
    def total(self) -> float: ...
    @property
    def streamed(self) -> bool | None: ...


def kept_by(said: Verdict, promises: Promises, took: Took) -> Iterator[tuple[str, bool]]:
    """Which promises an attempt is about, and whether it kept each. said: its verdict."""
    if promises.available and said in (GOOD, UNCOUNTED, FAILED):
        yield AVAILABILITY, said != FAILED
    for promise in promises.latency if said == GOOD else ():
        kept = keeps(promise, took.first_token, took.total, streamed=bool(took.streamed))
        if kept is not None:
            yield promise.name, kept
