"""One ruling per call and destination.

All rules are asked, in no order that matters. Verdicts: deny > reroute > allow. What isn't known, can't be inspected or
isn't permitted by any rule is denied here, not by a rule that somebody may forget to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from policies.asks import by_detector
from policies.classes import Classed, DataClass, classed
from policies.explain import Explained, explain
from policies.judging import NOTHING_LIFTED, Case, Lifted
from policies.rules import InlineTest, Matched, Rule
from policies.ruling import (
    EGRESS,
    CallFacts,
    ClassificationFacts,
    DestinationFacts,
    FindingFacts,
    Notice,
    PassageFacts,
    Place,
    Rewrite,
    RuleHit,
    Ruling,
    facts_key,
)
from policies.structured import asks_for_schema
from policies.transform.guard import Guard, Outlook, ScanEngine
from policies.transform.redact import CONFIDENTIAL

__all__ = [
    "CallFacts", "ClassificationFacts", "DestinationFacts", "Explained", "FindingFacts", "Notice", "PassageFacts",
    "Place", "Policies", "Rewrite", "RuleHit", "Ruling", "facts_key",
]  # fmt: skip

# Keys by which rules ask for names that clients or vendors gave to a place.
NAMED_PLACES = ("tools", "hosts", "server_tools")

# Sets of rules on answers, and how each counts, that are kept ready.
_OUTLOOKS = 256


# Stands for rules that ask for no findings: it is present in every call.
_ALWAYS = 1


class _Asked(NamedTuple):
    """A rule on what leaves. mask: the bits of the detectors that it names.

    alike: one number for rules that would match the same findings if they named the same detectors.
    """

    mask: int
    rule: Rule
    alike: int


def _never(passage: PassageFacts) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Policies:
    """Every rule of a bundle, compiled. Make one with `policies.language.compile`.

    rules: sorted by policy and id, so the order of files and rules changes nothing. internal, external: whether a call
    is permitted where no allow rule matches. confidential: detectors whose name is never shown. revision: a hash of
    everything that rules. samples_allowed: whether rules may keep review samples. tests: the cases that the policies
    bring along. classes: the data classes, highest first.
    """

    rules: tuple[Rule, ...]
    internal: bool = False
    external: bool = False
    confidential: frozenset[str] = frozenset()
    revision: str = ""
    samples_allowed: bool = False
    tests: tuple[InlineTest, ...] = field(default=(), repr=False)
    classes: tuple[DataClass, ...] = ()
    _asked: tuple[_Asked, ...] = field(init=False, repr=False)
    _bits: Mapping[str, int] = field(init=False, repr=False)
    _answers: tuple[Rule, ...] = field(init=False, repr=False)
    _forms: tuple[Rule, ...] = field(init=False, repr=False)
    _sampled: tuple[Rule, ...] = field(init=False, repr=False)
    _place_names: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _outlooks: dict[tuple[ScanEngine, tuple[tuple[int, str], ...]], Outlook] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        asked = [r for r in self.rules if r.directions & EGRESS]
        named = sorted({d for r in asked for d in r.woken_by or ()})
        bits = {detector: _ALWAYS << number for number, detector in enumerate(named, 1)}
        alike: dict[object, int] = {}
        object.__setattr__(self, "_bits", bits)
        object.__setattr__(self, "_asked", tuple(_asked(rule, bits, alike) for rule in asked))
        answers = [r for r in self.rules if "response" in r.directions]
        object.__setattr__(self, "_answers", tuple(r for r in answers if not asks_for_schema(r)))
        object.__setattr__(self, "_forms", tuple(r for r in answers if asks_for_schema(r)))
        sampled = [r for r in self.rules if r.review_sample is not None and self.samples_allowed]
        object.__setattr__(self, "_sampled", tuple(sampled))
        said = {key: {name for r in asked for name in r.reads.get(key, ())} for key in NAMED_PLACES}
        names = {key: tuple(sorted(found)) for key, found in said.items() if found}
        object.__setattr__(self, "_place_names", names)

    def judge(
        self,
        call: CallFacts,
        passages: Sequence[PassageFacts],
        classification: ClassificationFacts,
        destination: DestinationFacts,
        *,
        refused: frozenset[int] = frozenset(),
        vendor_state_ok: Callable[[PassageFacts], bool] = _never,
        lifted: Lifted = NOTHING_LIFTED,
    ) -> Ruling:
        """The ruling on a request at one destination.

        refused: indexes of passages that this caller was already refused, treated like history. vendor_state_ok:
        whether a `vendor_state` passage was issued by this destination's vendor in a call through this gateway. lifted:
        (rule, digest of a value) -> who says so, for values that this caller may send under overridable rules.
        """
        found = by_detector(classification.findings)
        case = Case(call, passages, destination, refused, found, self.shown, lifted)
        present = _ALWAYS
        for detector in found:
            present |= self._bits.get(detector, 0)
        for mask, rule, alike in self._asked:
            if (named := mask & present) and rule.holds(call, destination):
                case.ask(rule, (alike, named))
        permitted = self.external if destination.external else self.internal
        case.built_in(classification.failed, permitted, vendor_state_ok)
        return case.ruling(self.revision)

    def guard(
        self, call: CallFacts, destination: DestinationFacts, engine: ScanEngine, stopped: Set[str] = frozenset()
    ) -> Guard | None:
        """The guard of one answer; None where no rule looks at this caller's answers from this destination.

        stopped: rules and exceptions that operators stopped: what they match is refused.
        """
        forced = tuple(
            [
                (i, r.force_now(call, destination, stopped))
                for i, r in enumerate(self._answers)
                if r.holds(call, destination)
            ]
        )
        if not forced:
            return None
        outlook = self._outlooks.get((engine, forced))
        if outlook is None:
            rules = [self._answers[i].counted_as(force) for i, force in forced]
            outlook = Outlook(rules, engine, shown=self.shown, revision=self.revision)
            if len(self._outlooks) >= _OUTLOOKS:
                self._outlooks.clear()
            self._outlooks[engine, forced] = outlook
        return Guard(outlook)

    def structured(
        self, call: CallFacts, destination: DestinationFacts, stopped: Set[str] = frozenset()
    ) -> tuple[tuple[Rule, str], ...]:
        """The rules on the form of this caller's answers from this destination, each with how it counts now."""
        if not self._forms:
            return ()
        holding = [rule for rule in self._forms if rule.holds(call, destination)]
        return tuple([rule.counted_as(rule.force_now(call, destination, stopped)) for rule in holding])

    @property
    def place_names(self) -> Mapping[str, tuple[str, ...]]:
        """Names and patterns by which rules tell places apart (`tools`, `hosts`, `server_tools`); {} where none do."""
        return self._place_names

    def explain(
        self,
        call: CallFacts,
        passages: Sequence[PassageFacts],
        classification: ClassificationFacts,
        destination: DestinationFacts,
    ) -> tuple[Explained, ...]:
        """For each rule whether it matches a request, or the first condition that doesn't hold, with its value."""
        return explain(self.rules, self.classes, self.shown, call, passages, classification, destination)

    def data_class(
        self, call: CallFacts, passages: Sequence[PassageFacts], classification: ClassificationFacts
    ) -> Classed | None:
        """The data class of a call, and what makes it so; None where the bundle has no classes.

        A text that could not be inspected counts as the highest.
        """
        if not self.classes:
            return None
        if classification.failed is not None:
            return Classed(self.classes[0])
        return classed(self.classes, call, by_detector(classification.findings), passages)

    def rule(self, name: str) -> Rule | None:
        """The rule of that id."""
        return next((rule for rule in self.rules if rule.id == name), None)

    @property
    def sampled(self) -> tuple[Rule, ...]:
        """The rules of which review samples are kept."""
        return self._sampled

    def matching(
        self, rule: Rule, passages: Sequence[PassageFacts], classification: ClassificationFacts
    ) -> Sequence[FindingFacts]:
        """The findings of a request that make a rule match, in the order of the text."""
        return rule.counted(by_detector(classification.findings), passages)

    def left(
        self,
        rule: Rule,
        call: CallFacts,
        passages: Sequence[PassageFacts],
        classification: ClassificationFacts,
        digests: Set[bytes],
    ) -> Matched | None:
        """How a rule would match a request without the values of these digests; None where it wouldn't."""
        found = by_detector(one for one in classification.findings if one.digest not in digests)
        return rule.matched(call, found, passages)

    def shown(self, detectors: Iterable[str]) -> tuple[str, ...]:
        """Names of detectors as they may be shown, sorted."""
        hidden = self.confidential
        return tuple(sorted({CONFIDENTIAL if d in hidden else d for d in detectors}))


def _asked(rule: Rule, bits: Mapping[str, int], numbers: dict[object, int]) -> _Asked:
    if rule.findings is None and not rule.criteria:
        return _Asked(_ALWAYS, rule, 0)
    mask = _ALWAYS if rule.woken_by is None else sum(bits[detector] for detector in rule.woken_by)
    test = rule.findings
    # Which of its detectors found something is told by the bits.
    named = test if test is None or test.every else replace(test, detectors=frozenset())
    alike = (rule.where, rule.criteria, named)
    return _Asked(mask, rule, numbers.setdefault(alike, len(numbers)))
