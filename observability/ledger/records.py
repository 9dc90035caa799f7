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

NANOS = 1_000_000_000
"""Records write a cost as a decimal number that is exact to this part of the currency's unit; sums are whole numbers
of these parts."""

Value = str | int | float | bool | None
Result = Literal["served", "refused", "failed", "cut", "left"]


@dataclass(frozen=True)
class Who:
    """The caller. `person` is a keyed pseudonym, never a name or an address; `key` is the key's id, not the key."""

    organisation: str
    team: str
    groups: tuple[str, ...]
    person: str
    key: str
    use_case: str


@dataclass(frozen=True)
class Found:
    """What one detector found in one kind of place: type, how often, how sure, where. Never the value.

    confidence: the highest, 0 to 1. part: text | not_inspectable | remote_url | server_tool | vendor_state | identity.
    message: number of the message in the request (0 first), None outside messages. sure: how many were how sure, the
    surest first; empty where all were as sure. refused: this caller was refused the text before. edit: what could be
    done to it: any | pseudonymise | none. issuer: the vendor that wrote the text in a call through this gateway, where
    that matters. names: which names of the bundle's rules fit the tool or host. overlap: findings of one text with the
    same number here overlap; 0: none does. label: the mark that it is, "" where it is none.
    lifted: the rules that the caller had lifted for the value. at: number of the text and first character of each, the
    surest first; empty for a call with very many findings.
    """

    detector: str
    count: int
    confidence: float
    part: str
    role: str
    direction: str
    history: bool = False
    message: int | None = None
    sure: tuple[tuple[float, int], ...] = ()
    refused: bool = False
    edit: str = "any"
    issuer: str | None = None
    names: tuple[str, ...] = ()
    overlap: int = 0
    label: str = ""
    lifted: tuple[str, ...] = ()
    at: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Place:
    """One kind of place of which the request has some, whether anything was found there or not. names: as in Found."""

    role: str
    direction: str
    part: str
    history: bool
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleFired:
    """A rule that matched for one destination. mode: enforce | shadow | lifted (neither of these changed anything).

    lifted_by: the exception, or the report by which the caller lifted it for an hour (its EVENT says who).
    """

    rule: str
    policy: str
    action: str
    mode: str
    detectors: tuple[str, ...] = ()
    count: int = 0
    place: str = ""
    lifted_by: str = ""


@dataclass(frozen=True)
class Ruled:
    """The ruling for one candidate destination. verdict: allow | reroute | deny. edits: stretches of text replaced.

    pseudonyms: how many of them by tokens that come back in the answer, by detector. known: a contract in force covered
    it. rerouted_from: the candidate that a rule sent here instead. model: the vendor's, where the name that was asked
    for tells it. left_out: parts that another vendor sealed, which are left out of what goes there.
    """

    destination: str
    verdict: str
    rules: tuple[RuleFired, ...] = ()
    edits: int = 0
    reroute: str | None = None
    pseudonyms: Mapping[str, int] = field(default_factory=dict)
    known: bool = True
    rerouted_from: str | None = None
    model: str | None = None
    left_out: int = 0


@dataclass(frozen=True)
class Tokens:
    """Tokens as the vendor counted them; None where it said nothing.

    input: with what was read from the vendor's cache (cached) and put into it (written; kept: for hours). reasoning:
    the part of output that the model keeps to itself.
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None
    written: int | None = None
    kept: int | None = None


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
    tokens: Tokens = Tokens()
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
    tokens: Tokens = Tokens()
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
