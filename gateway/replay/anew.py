"""A recorded call as a ruling looks at one: passages without text, and findings in them, made from what was kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from adapters.registry import MAKERS
from gateway.facts import Call
from gateway.features import NAMED_PARTS
from gateway.replay.recorded import Recorded
from observability.ledger import Terms
from policies.findings import Finding
from policies.ruling import DestinationFacts, PassageFacts

_NAMELESS = "\0"  # a name that no rule can ask for
_LONG = 1 << 20

UserOf = Callable[[str, str], str]


@dataclass(slots=True)
class Passage:
    """A place in a request. edits: what can be done to the finding that begins at a character."""

    role: str
    part: str
    direction: str
    history: bool
    message: int | None = None
    tool: str | None = None
    note: str = ""
    issuer: str | None = None
    edits: dict[int, str] = field(default_factory=dict)
    text: str = ""
    path: str = ""
    file: str = ""

    def rewritable(self, start: int, end: int) -> bool:
        """Whether anything can stand in the place of the finding."""
        return self.edits.get(start, "any") == "any"

    def renamable(self, start: int, end: int) -> bool:
        """Whether a token can."""
        return self.edits.get(start, "any") == "pseudonymise"


class Findings(NamedTuple):
    """What detection said."""

    findings: tuple[Finding, ...]
    failed: str | None


@dataclass(frozen=True, slots=True)
class Anew:
    """A call to be ruled on again. refused: passages that this caller was refused before. lifted: rules that
    the caller had lifted for a value. placed: findings stand as far apart as they did. without: destinations for which
    what other vendors sealed was left out.
    """

    call: Call
    passages: tuple[Passage, ...]
    findings: tuple[Finding, ...]
    failed: str | None
    refused: frozenset[int]
    lifted: Mapping[tuple[str, bytes], str]
    placed: bool
    without: frozenset[str] = frozenset()

    def classification(self, without: frozenset[str] = frozenset()) -> Findings:
        """The findings but those of some detectors."""
        kept = tuple(f for f in self.findings if f.detector not in without) if without else self.findings
        return Findings(kept, self.failed)


def anew(one: Recorded, user_of: UserOf, *, placed: bool = True) -> Anew:
    """The call as it was. user_of: gives whom a rule would have to name, from organisation and pseudonym.

    placed: where findings stand matters; calls that differ in nothing else are alike without it.
    """
    intent, pair = one.intent, one.pair or {}
    who = intent["who"]
    call = Call(
        organisation=who["organisation"],
        team=who["team"],
        groups=tuple(who["groups"]),
        user=user_of(who["organisation"], who["person"]),
        key=who["key"],
        use_case=who["use_case"],
        dialect=MAKERS.get(intent["dialect"], intent["dialect"]),
        model=intent["model"],
        labels=tuple(intent["labels"]),
        size=intent["bytes_in"],
        now=one.at,
    )
    placed = placed and all(found.get("at") for found in intent["findings"])
    return _Making(pair.get("names", {}), placed).made(call, intent)


def issued_by(call: Anew, destination: DestinationFacts) -> Callable[[PassageFacts], bool]:
    """Tells of a passage whether the destination's vendor wrote it; any vendor, where it was left out for this one."""
    if destination.name in call.without:
        return lambda passage: getattr(passage, "issuer", None) is not None
    return lambda passage: getattr(passage, "issuer", None) == destination.vendor


def terms(value: Mapping[str, Any]) -> Terms:
    """A destination as it was recorded; what a later version adds is left out."""
    return Terms(**{key: value[key] for key in Terms.__dataclass_fields__ if key in value})


class _Making:
    """The passages and findings of one call while they are made."""

    def __init__(self, asked: Mapping[str, Iterable[str]], placed: bool) -> None:
        """asked: by key, the names that rules asked for then."""
        self._asked, self._placed = asked, placed
        self._passages: list[Passage] = []
        self._findings: list[Finding] = []
        self._refused: set[int] = set()
        self._known: dict[tuple[str, int], int] = {}
        self._lifted: dict[tuple[str, bytes], str] = {}

    def made(self, call: Call, intent: Mapping[str, Any]) -> Anew:
        last: dict[int, int] = {}
        for found in intent["findings"] if self._placed else ():
            last[found["overlap"]] = max(last.get(found["overlap"], 0), *(start for _, start in found["at"]))
        for number, found in enumerate(intent["findings"]):
            self._add(number, found, last)
        for place in intent["places"]:
            self._passages.append(self._passage(place))
        self._findings.sort(key=lambda one: (one.passage, one.start))
        return Anew(
            call, tuple(self._passages), tuple(self._findings), intent["failed"], frozenset(self._refused),
            self._lifted, self._placed,
            frozenset(one["destination"] for one in intent.get("rulings", ()) if one.get("left_out")),
        )  # fmt: skip

    def _add(self, number: int, found: Mapping[str, Any], last: Mapping[int, int]) -> None:
        """Add the findings of one group. last: where the last finding of each overlapping stretch begins."""
        overlap, lifted = found["overlap"], found.get("lifted", ())
        digest = " ".join(lifted).encode()
        self._lifted.update({(rule, digest): "on record" for rule in lifted})
        sure = found["sure"] or ((found["confidence"], found["count"]),)
        for i, confidence in enumerate(c for c, count in sure for _ in range(count)):
            if self._placed:
                text, start = found["at"][i]
                index, end = self._place(found, ("text", text)), (last[overlap] if overlap else start) + 1
            else:
                alone = found["part"] != "text"
                key = ("", -1) if alone else ("overlap", overlap) if overlap else ("group", number)
                index = self._place(found, key)
                start = 2 * len(self._passages[index].edits)
                end = _LONG if overlap else start + 1
            passage = self._passages[index]
            passage.edits[start] = found["edit"] if passage.edits.get(start, "any") == "any" else passage.edits[start]
            passage.issuer = passage.issuer or found["issuer"]
            label = found.get("label", "")
            self._findings.append(Finding(found["detector"], start, end, confidence, index, "", digest, label))

    def _place(self, found: Mapping[str, Any], key: tuple[str, int]) -> int:
        """The passage for a finding: that of the same key, a new one where the key says nothing."""
        if key in self._known:
            return self._known[key]
        index = len(self._passages)
        self._passages.append(self._passage(found))
        if key[0]:
            self._known[key] = index
        if found["refused"]:
            self._refused.add(index)
        return index

    def _passage(self, place: Mapping[str, Any]) -> Passage:
        part, names = place["part"], place["names"]
        key = NAMED_PARTS.get(part)
        return Passage(
            place["role"],
            part,
            place["direction"],
            place["history"],
            place.get("message"),
            self._name("tools", names),
            (self._name(key, names) or "") if key else "",
            place.get("issuer"),
        )

    def _name(self, key: str, names: Iterable[str]) -> str | None:
        """A name that the same of the names asked for then fit, and no other; None where it had no name."""
        if key not in self._asked:
            return _NAMELESS
        fit = [name.partition(":")[2] for name in names if name.partition(":")[0] == key]
        if not fit:
            return None
        exact = next((name for name in fit if name and "*" not in name), None)
        if exact is not None:
            return exact
        begin = max((name[:-1] for name in fit if name[-1:] == "*"), key=len, default="")
        end = max((name[1:] for name in fit if name[:1] == "*"), key=len, default="")
        return begin + _NAMELESS + end
