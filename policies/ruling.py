"""What a ruling says and the plain facts it is made from.

The roof hands its own callers, destinations and passages in: the Protocols here name only what is read from them.
A fact that is None is missing, and a missing fact counts as the most sensitive value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol

from policies.findings import IDENTITY_CLASS

Verdict = Literal["allow", "reroute", "deny"]

EGRESS: Final = frozenset({"request", "tool_arguments", "tool_results"})
DIRECTIONS: Final = EGRESS | {"response"}


class CallFacts(Protocol):
    """Who calls and what for. `labels` and `size` come from the client and can only tighten a ruling."""

    @property
    def organisation(self) -> str: ...
    @property
    def team(self) -> str | None: ...
    @property
    def groups(self) -> Set[str] | tuple[str, ...] | None: ...
    @property
    def user(self) -> str | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def use_case(self) -> str | None: ...
    @property
    def dialect(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def labels(self) -> Set[str] | tuple[str, ...]: ...
    @property
    def size(self) -> int: ...
    @property
    def now(self) -> datetime: ...


class DestinationFacts(Protocol):
    """Where a call would go and under which terms. `external`: outside the company. `known`: under a live contract."""

    @property
    def name(self) -> str: ...
    @property
    def vendor(self) -> str | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def trust(self) -> str | None: ...
    @property
    def contract(self) -> str | None: ...
    @property
    def processor(self) -> str | None: ...
    @property
    def retention_days(self) -> int | None: ...
    @property
    def training(self) -> bool | None: ...
    @property
    def external(self) -> bool: ...
    @property
    def known(self) -> bool: ...


class PassageFacts(Protocol):
    """One text (or part that isn't text) of a request, with the place it stands in."""

    @property
    def role(self) -> str: ...
    @property
    def part(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def direction(self) -> str: ...
    @property
    def history(self) -> bool: ...
    @property
    def message(self) -> int | None: ...
    @property
    def tool(self) -> str | None: ...
    @property
    def note(self) -> str: ...
    @property
    def file(self) -> str: ...
    def rewritable(self, start: int, end: int) -> bool: ...
    def renamable(self, start: int, end: int) -> bool: ...


class FindingFacts(Protocol):
    """One finding of the detection engine; `passage` is an index into the passages, `digest` a keyed hash or b"".

    label: the mark that it is (`C3`), "" where it is none.
    """

    @property
    def detector(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def passage(self) -> int: ...
    @property
    def digest(self) -> bytes: ...
    @property
    def label(self) -> str: ...


class ClassificationFacts(Protocol):
    """All findings of a request, or the reason why detection failed (a failure is refused)."""

    @property
    def findings(self) -> tuple[FindingFacts, ...]: ...
    @property
    def failed(self) -> str | None: ...


class Place(NamedTuple):
    """Where a rule's first finding stands; offsets in characters of the passage. Never any text of the client's.

    file: the place in a file ("pdf, page 3"), "" outside files. passage: its number in the request, None in answers.
    """

    message: int | None
    role: str
    direction: str
    start: int
    file: str = ""
    passage: int | None = None


class Rewrite(NamedTuple):
    """Replace `text[start:end]` of passage number `passage` by `new`.

    action: redact | pseudonymise, in which case `new` is empty: the token depends on the call and is made when an
    attempt is built. surrogate: that token is to look like what it stands for. detector: as it may be shown.
    """

    passage: int
    start: int
    end: int
    new: str
    detector: str
    rule: str
    action: str = "redact"
    surrogate: bool = False


class RuleHit(NamedTuple):
    """One rule that matched. `action` is what was done: a deny that only touched history shows as `redact`.

    mode: enforce | shadow (a shadow hit changed nothing) | lifted (neither did this). detectors: sorted; confidential
    ones as `confidential`. count: findings it matched (0 for a rule about facts only). lifted_by: the exception or the
    caller's report.
    """

    rule: str
    policy: str
    action: str
    mode: str
    detectors: tuple[str, ...]
    count: int  # type: ignore[assignment] # no hit is searched as a tuple, and a frozen dataclass takes thrice as long
    place: Place | None
    lifted_by: str = ""


class Notice(NamedTuple):
    """What a `warn` rule tells the caller; the call goes on."""

    rule: str
    message: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What may become of one call at one destination.

    reason says why it isn't a plain allow: rule | default | unknown_destination | class | vendor_state |
    detection_failed | not_rewritable | "" (allow). message: words for the caller in `en` and `fr` where the verdict is
    deny, empty otherwise: those of the rule alone, which is `decided_by`. rewrites: sorted, not overlapping; to be
    applied whenever the verdict isn't deny. revision: of the policies that ruled.
    """

    verdict: Verdict
    rewrites: tuple[Rewrite, ...] = ()
    rules: tuple[RuleHit, ...] = ()
    notices: tuple[Notice, ...] = ()
    reroute: str | None = None
    message: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None
    overridable: bool = False
    revision: str = ""
    reason: str = ""
    decided_by: RuleHit | None = None

    def pseudonyms(self) -> dict[str, int]:
        """How many stretches get a token, by detector."""
        return dict(Counter(r.detector for r in self.rewrites if r.action == "pseudonymise"))

    def replaced(self, action: str) -> int:
        """How many stretches of text are redacted or pseudonymised; fields that only tell who asks don't count."""
        return sum(r.action == action and r.detector != IDENTITY_CLASS for r in self.rewrites)


def facts_key(destination: DestinationFacts) -> tuple[object, ...]:
    """All facts that a policy can see: two destinations with equal keys get equal rulings for one call."""
    d = destination
    return (
        d.name, d.vendor, d.model, d.region, d.trust, d.contract, d.processor,
        d.retention_days, d.training, d.external, d.known,
    )  # fmt: skip
