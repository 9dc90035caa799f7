"""What a policy file says, typed, before it is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from policies.asks import FindingsTest
from policies.findings import IDENTITY_CLASS
from policies.language.facts import Fact
from policies.language.problems import COMPARE, Comparison, Path
from policies.language.times import Span
from policies.rules import InlineTest
from policies.samples import ReviewSample
from policies.structured import SCHEMA_INVALID

ACTIONS: Final = ("allow", "warn", "pseudonymise", "redact", "reroute", "repair", "deny")
FORMS: Final = ("token", "surrogate")
ROLES: Final = ("system", "user", "assistant", "tool", "tool_definition", "tool_arguments", "reasoning", "other")
CLASSES: Final = (
    "class.not_inspectable", "class.remote_url", "class.server_tool", "class.vendor_state", IDENTITY_CLASS,
    SCHEMA_INVALID,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """A set of names and simple patterns (`hr-*`, `*@example.org`)."""

    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()

    def __contains__(self, name: object) -> bool:
        if name in self.exact:
            return True
        return isinstance(name, str) and (name.startswith(self.prefixes) or name.endswith(self.suffixes))

    def __str__(self) -> str:
        shown = [*self.exact, *(f"{p}*" for p in self.prefixes), *(f"*{s}" for s in self.suffixes)]
        return "[" + ", ".join(sorted(shown)) + "]"


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact and what it must be: in a set of names, a flag, a comparison, a time. where: the key a reader knows."""

    where: str
    fact: Fact
    wanted: Names | bool | Comparison | Span
    negate: bool = False

    def __str__(self) -> str:
        if isinstance(self.wanted, Names):
            return f"{self.where} {'not in' if self.negate else 'in'} {self.wanted}"
        if isinstance(self.wanted, bool):
            return f"{self.where} is {str(self.wanted).lower()}"
        return f"{self.where} {self.wanted}"


@dataclass(frozen=True, slots=True)
class Where:
    """Which passages count for a rule; None: all."""

    directions: frozenset[str]
    roles: frozenset[str] | None = None
    tools: Names | None = None
    hosts: Names | None = None
    server_tools: Names | None = None


class Bound(NamedTuple):
    """`>=C3` and its like, of a data class. level: the class's own."""

    operator: str
    name: str
    level: int

    def __str__(self) -> str:
        return f"data_class {self.operator} {self.name}"

    @property
    def upper(self) -> bool:
        """Whether it is the most that is permitted."""
        return self.operator in ("<=", "<")

    def asks(self, level: int) -> bool:
        """Whether the bound asks about that class: those within it, or those beyond it where it is an upper one."""
        return COMPARE[self.operator](level, self.level) is not self.upper


@dataclass(frozen=True, slots=True)
class ClassText:
    """One DataClass document. findings, labels, use_cases: any one of them makes a call be of it."""

    id: str
    path: Path
    level: int
    title: Mapping[str, str]
    description: Mapping[str, str]
    findings: tuple[FindingsTest, ...]
    labels: Names | None
    use_cases: Names | None


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule as written, with the policy's `applies_to` already joined to its `when`.

    unless: where these hold, it doesn't match. permits: a call that it lets go is permitted, as by an allow rule.
    """

    id: str
    policy: str
    path: Path
    action: str
    when: tuple[Condition, ...]
    data_class: tuple[Bound, ...]
    where: Where
    findings: FindingsTest | None = None
    unless: tuple[Condition, ...] = ()
    in_history: str = "redact"
    message: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None
    overridable: bool = False
    mode: str = "enforce"
    shadow_until: date | None = None
    to: str | None = None
    surrogate: bool = False
    permits: bool = False
    review_sample: ReviewSample | None = None

    @property
    def loosens(self) -> bool:
        """Whether matching this rule permits more: what such a rule asks must not be self-declared."""
        return self.action == "allow"


@dataclass(frozen=True, slots=True)
class ExceptionText:
    """Rules lifted for some callers until a day, that day included (UTC)."""

    id: str
    path: Path
    lifts: tuple[str, ...]
    who: tuple[Condition, ...]
    owner: str
    reason: str
    expires: date


@dataclass(frozen=True, slots=True)
class PolicyText:
    """One EgressPolicy document."""

    id: str
    path: Path
    owner: str
    rules: tuple[RuleText, ...]
    exceptions: tuple[ExceptionText, ...]
    tests: tuple[InlineTest, ...]


@dataclass(frozen=True, slots=True)
class DefaultsText:
    """What becomes of a call that no allow rule permits, inside and outside the company.

    samples: whether rules may keep review samples.
    """

    path: Path
    internal: str = "deny"
    external: str = "deny"
    samples: bool = False
