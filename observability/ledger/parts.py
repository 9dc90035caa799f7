"""What records are made of: the caller, what was found and where, what was ruled, tokens. Facts, never texts.

Their field lists are part of the format, as those of `records` are, and they have no slots for the same reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
