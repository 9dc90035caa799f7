"""The journal of one call: what becomes its records. Stages write into it and never decide from it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from adapters.reply import Usage
from gateway.deadline import Deadline
from gateway.pricing.rates import NOTHING, Used
from gateway.quota.units import NOTHING as NO_AMOUNTS

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.dialects.base import Dialect
    from adapters.wire.edits import Edit
    from gateway.bundle.destinations import Destination
    from gateway.bundle.pair import Pair
    from gateway.capacity.bodies import Body
    from gateway.capacity.queue import Place
    from gateway.drills.running import Drill
    from gateway.epoch import Epoch
    from gateway.errors import Refusal, Value
    from gateway.gate import Gate
    from gateway.identity.callers import Caller
    from gateway.pinned import Pinned
    from gateway.quota.quotas import Grant
    from gateway.quota.steps import Steps
    from gateway.quota.units import Amounts
    from gateway.routes import Route
    from gateway.routing.budget import RetryBudget
    from gateway.routing.fare import Turn
    from gateway.routing.health import Health
    from gateway.routing.order import Plan
    from observability.tracing.traceparent import Parent
    from policies.classify import Classification
    from policies.decide import RuleHit, Ruling


class Candidate(NamedTuple):
    """A destination that the call could go to, with its ruling. known: a contract in force covered it then. larger: it
    is asked only since the ask was too long for the others. dialect: the one it is asked in, where it isn't the
    client's. left_out: the edits that take out what other vendors sealed (gateway.sealed)."""

    destination: Destination
    ruling: Ruling
    rerouted_from: str | None = None
    known: bool = True
    larger: bool = False
    dialect: str = ""
    left_out: tuple[Edit, ...] = ()


@dataclass(slots=True)
class Attempt:
    """One try at one destination. Times are monotonic seconds; 0.0 means that it didn't happen. sent: bytes.

    lost: what of the ask couldn't be said in the destination's dialect.

    used, cost, price_version: what it spent, once it is closed. cost: nanos. error, fault: what went wrong, then too.
    """

    number: int
    candidate: Candidate
    turn: Turn
    started: float
    sent: int = 0
    status: int | None = None
    first_byte: float = 0.0
    first_content: float = 0.0
    vendor_request: str | None = None
    drill: str | None = None
    gate: Gate | None = None
    closed: bool = False
    used: Used = NOTHING
    cost: int = 0
    price_version: str = ""
    grant: Grant | None = None
    lost: tuple[str, ...] = ()
    ended: float = 0.0
    error: str | None = None
    fault: str | None = None


@dataclass(slots=True, eq=False)
class Exchange:
    """Everything known of one call so far. parameters: what its path says in the places of the route's template.
    keeping: the kind of object that its vendor keeps of it, until it is on record whose that is. model: the public one
    that is asked. entry: its name in the configuration. retired: the one asked for, in whose place it answers. counted:
    what metrics and accounts call it; both are bounded where clients can make up names. parent: the span of another
    system that it belongs to."""

    call: str
    at: datetime
    arrived: float
    route: Route
    parameters: Mapping[str, str]
    dialect: Dialect
    caller: Caller
    epoch: Epoch
    pair: Pair
    task: asyncio.Task[None]
    health: Health
    retries: RetryBudget
    parent: Parent | None = None
    deadline: Deadline = field(default_factory=Deadline)
    drill: Drill | None = None
    use_case: str = ""
    rank: int = 1
    place: Place | None = None
    at_work: Place | None = None
    body: Body | None = None
    bytes_in: int = 0
    ask: Ask | None = None
    model: str = ""
    entry: str = ""
    retired: str = ""
    counted: str = ""
    unread: str = ""
    classification: Classification | None = None
    refused_before: frozenset[int] = frozenset()
    lifted: Mapping[tuple[str, bytes], str] = field(default_factory=dict)
    data_class: str = ""
    candidates: list[Candidate] = field(default_factory=list)
    pinned: Pinned | None = None
    keeping: str = ""
    plan: Plan[Candidate] | None = None
    grants: list[Grant] = field(default_factory=list)
    used_before: list[Amounts] = field(default_factory=list)
    held_again: Amounts = NO_AMOUNTS
    at_destination: Grant | None = None
    bound: Amounts | None = None
    no_room: Refusal | None = None
    reserved: int = 0
    most_cost: int = 0
    cap: int = 0
    steps: Steps | None = None
    intended: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    waited: float = 0.0
    queued: float = 0.0
    first_content: float = 0.0
    edits_out: int = 0
    restored: int = 0
    streamed: bool = False
    longest_gap: float = 0.0
    held_seconds: float = 0.0
    outcome: str = "failed"
    code: str | None = None
    failure: str = "none"
    because: Mapping[str, Value] = field(default_factory=dict)
    refused_by: Ruling | None = None
    form_hits: tuple[RuleHit, ...] = ()
    left: bool = False
    reads_on: bool = False
    cutting: str = ""
    outdated: float = 0.0

    @property
    def trace(self) -> str:
        """The trace that it belongs to, 32 hex digits: its own, which is its id, or that of a trusted caller."""
        return self.parent.trace if self.parent is not None else self.call.replace("-", "")

    def was_queued(self, seconds: float) -> None:
        """It waited for its turn, in our queues."""
        self.waited += seconds
        self.queued += seconds

    def leave(self) -> None:
        """The client has gone: stop everything at once, unless the vendor is to be read to its end."""
        self.left = True
        if not self.reads_on:
            self.task.cancel()

    def cut(self, reason: str) -> None:
        """The gateway ends this call (`reason`: drain | policy_age | stopped)."""
        if not self.cutting and not self.left:
            self.cutting = reason
            self.task.cancel()
