"""The records of the ledger: what is written down of a call. Facts about texts, never the texts.

The field lists are the format: a reader of a later version must read them all. A new field gets a default; none is
renamed or reused. `docs/reference/ledger.md` explains each for people.

Without slots: orjson writes an INTENT in 2 us from instances with a `__dict__`, in 10 us from slotted ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

import orjson

from observability.ledger.parts import Found, Place, Ruled, RuleFired, Tokens, Who

NANOS = 1_000_000_000
"""Records write a cost as a decimal number that is exact to this part of the currency's unit; sums are whole numbers
of these parts."""

Value = str | int | float | bool | None
Result = Literal["served", "refused", "failed", "cut", "left"]
_UNCOUNTED = Tokens()


@dataclass(frozen=True)
class Record:
    """What all records share: to what call they belong (None for an EVENT outside any call) and when."""

    kind: ClassVar[str] = "RECORD"

    def to_bytes(self) -> bytes:
        """One JSON object, its kind first, then the fields in their order. TypeError where a value is not JSON."""
        return b'{"record":"' + self.kind.encode() + b'",' + orjson.dumps(self)[1:]


@dataclass(frozen=True)
class Intent(Record):
    """INTENT: who wants to send what where, and what was ruled. Durable before the first byte leaves.

    model: as asked. classes: data classes of the call. destination, contract, digest, edits: of the first attempt.
    digest: keyed hash (hex) of the bytes to be sent. bytes_in: as received; bytes_out: to be sent. edits: how many of
    each kind of the closed list changed the bytes. reserved: tokens held against the quotas. places, failed (why
    detection did) and the findings are what rulings were made from; kept: whether they are all of it, so that the call
    can be judged anew: 0 no, 1 yes. route, split, why: which route ordered the permitted destinations, the split that
    took the call, and what else decided. drill: the drill that the call belongs to. retired: the model that was asked
    for, where `model` answers in its place.
    """

    kind: ClassVar[str] = "INTENT"
    call: str
    at: datetime
    who: Who
    dialect: str
    operation: str
    model: str
    stream: bool
    bytes_in: int
    passages: int = 0
    classes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    findings: tuple[Found, ...] = ()
    rulings: tuple[Ruled, ...] = ()
    policy_revision: str = ""
    detection_revision: str = ""
    config_revision: str = ""
    destination: str | None = None
    contract: str | None = None
    digest: str | None = None
    bytes_out: int = 0
    edits: Mapping[str, int] = field(default_factory=dict)
    reserved: int = 0
    places: tuple[Place, ...] = ()
    failed: str | None = None
    kept: int = 0
    route: str = ""
    split: str = ""
    why: str = ""
    drill: str | None = None
    retired: str | None = None


@dataclass(frozen=True)
class AttemptStart(Record):
    """ATTEMPT-START: a further attempt goes to `destination` because of `reason`. Durable before its first byte.

    attempt: 2 for the second try. reason: the error kind of the attempt before.
    """

    kind: ClassVar[str] = "ATTEMPT-START"
    call: str
    at: datetime
    attempt: int
    destination: str
    contract: str | None
    reason: str
    digest: str
    bytes_out: int = 0
    edits: Mapping[str, int] = field(default_factory=dict)
    ruling: Ruled | None = None


@dataclass(frozen=True)
class Attempt(Record):
    """ATTEMPT: how one attempt ended. Times in milliseconds from the start of the attempt.

    status: HTTP status of the vendor, None where none came. error: kind of the error, None where it went well.
    fault: vendor | ours | client. committed: content had already been passed on when it ended.
    cost: in `currency`, exact to a thousand millionth; of estimated tokens where the vendor counted none.
    price_version: where the price is from. charged: the input and output tokens that were priced and settled.
    cost: in the currency of the price list, None where no price is known. drill: the drill that made it fail; what it
    says of the vendor is then made up. credential: number (0 first) of ours that it went with, where there are several.
    translated: the client's dialect > the vendor's, where they differ. lost: names of what couldn't be carried.
    streamed: whether the vendor answered in a stream, None where it didn't answer.
    """

    kind: ClassVar[str] = "ATTEMPT"
    call: str
    at: datetime
    attempt: int
    destination: str
    vendor: str
    contract: str | None
    model: str
    status: int | None = None
    error: str | None = None
    fault: str | None = None
    committed: bool = False
    retry_after: float | None = None
    first_byte_ms: float | None = None
    first_content_ms: float | None = None
    total_ms: float = 0.0
    tokens: Tokens = _UNCOUNTED
    cost: float | None = None
    vendor_request: str | None = None
    price_version: str | None = None
    currency: str | None = None
    charged: tuple[int, int] = (0, 0)
    drill: str | None = None
    credential: int | None = None
    translated: str | None = None
    lost: tuple[str, ...] = ()
    streamed: bool | None = None


@dataclass(frozen=True)
class Outcome(Record):
    """OUTCOME: how the call ended for the caller. Written whatever happens. Times in milliseconds from its arrival.

    outcome: served | refused | failed | cut (we broke the answer off) | left (the client went). status: HTTP status
    given to the client. code: code of the refusal or error. rules: of the ruling that refused. edits: changes made to
    the answer, by kind. restored: tokens in it that became the caller's values again. findings, rulings: of the answer.
    cost, price_version: of all attempts; None where there was none. extended: output tokens held beyond the INTENT's
    `reserved` while the answer streamed. overhead_ms: total less all waits. waited_ms: in our queues, for its turn
    to be inspected and for slots at destinations.
    intent: for a call that was refused before its INTENT, what that would have said, so that one record tells all.
    because: what the refusal rests on beside rules; of a quota the limit and how much of it was used.
    """

    kind: ClassVar[str] = "OUTCOME"
    call: str
    at: datetime
    outcome: Result
    status: int
    code: str | None = None
    rules: tuple[RuleFired, ...] = ()
    destination: str | None = None
    attempts: int = 0
    tokens: Tokens = _UNCOUNTED
    cost: float | None = None
    price_version: str | None = None
    first_content_ms: float | None = None
    total_ms: float = 0.0
    overhead_ms: float = 0.0
    edits: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Found, ...] = ()
    bytes_out: int = 0
    digest: str | None = None
    intent: Intent | None = None
    restored: int = 0
    currency: str | None = None
    extended: int = 0
    waited_ms: float = 0.0
    because: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Event(Record):
    """EVENT: something that happened beside the calls (start, stop, reload, key issued or revoked, recovery ...).

    event: dotted name, such as `ledger.recovery`. actor: pseudonym or role of who did it. detail: plain values only.
    """

    kind: ClassVar[str] = "EVENT"
    at: datetime
    event: str
    actor: str | None = None
    call: str | None = None
    detail: Mapping[str, Value] = field(default_factory=dict)
