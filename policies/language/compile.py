"""From the documents of a bundle to policies that can judge, or to every fault in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

import orjson

from policies.classes import Criteria, DataClass
from policies.decide import Policies
from policies.language.classes import bounded, compile_classes, marked, read_class
from policies.language.classes import faults as class_faults
from policies.language.conditions import ConditionReader
from policies.language.facts import LABELS, Read
from policies.language.lint import faults
from policies.language.model import (
    Bound,
    ClassText,
    Condition,
    DefaultsText,
    ExceptionText,
    Names,
    PolicyText,
    RuleText,
    Where,
)
from policies.language.problems import COMPARE, Comparison, Doc, Problem, Reading, TooManyFaults
from policies.language.read import PolicyReader
from policies.language.said import reads, revision
from policies.language.tables import read_table
from policies.language.times import Span
from policies.language.vocabulary import Vocabulary
from policies.rules import Holds, Lift, Rule, Test, conjunction
from policies.ruling import EGRESS, CallFacts, DestinationFacts, PassageFacts

_OF_TOOLS: Final = ("tool", "tool_arguments", "tool_definition")

KINDS: Final = ("EgressPolicy", "DecisionTable", "DataClass", "Defaults")


def compile(documents: Iterable[Doc], vocabulary: Vocabulary) -> Policies | list[Problem]:
    """Policies from the documents of a bundle that are of these KINDS; those of other kinds are left alone.

    Whatever is wrong anywhere refuses the whole: the answer is then every problem found, in the order of the documents.
    The order of files and rules changes nothing, the revision included.
    """
    given = [d for d in documents if d.kind in KINDS]
    texts = read(given, vocabulary)
    if texts.problems:
        return texts.problems
    lifts: dict[str, list[ExceptionText]] = {}
    for exception in (e for policy in texts.policies for e in policy.exceptions):
        for rule_id in exception.lifts:
            lifts.setdefault(rule_id, []).append(exception)
    classes = compile_classes(texts.classes, vocabulary.markers)
    questions = _Questions(texts.classes, classes, vocabulary.markers)
    rules = [_rule(r, lifts.get(r.id, ()), questions) for policy in texts.policies for r in policy.rules]
    return Policies(
        tuple(sorted(rules, key=lambda r: (r.policy, r.id))),
        internal=texts.defaults.internal == "allow",
        external=texts.defaults.external == "allow",
        samples_allowed=texts.defaults.samples,
        confidential=vocabulary.confidential,
        revision=_revision(given, vocabulary),
        tests=tuple(case for policy in texts.policies for case in policy.tests),
        classes=classes,
    )


class Texts(NamedTuple):
    """The typed documents of a bundle, and every problem in them, cross references included."""

    policies: list[PolicyText]
    classes: list[ClassText]
    defaults: DefaultsText
    problems: list[Problem]


def read(documents: Sequence[Doc], vocabulary: Vocabulary) -> Texts:
    """The documents of these KINDS, read."""
    reading = Reading()
    try:
        return _read(documents, vocabulary, reading)
    except TooManyFaults:
        return Texts([], [], DefaultsText(()), reading.problems)


def _read(documents: Sequence[Doc], vocabulary: Vocabulary, reading: Reading) -> Texts:
    conditions = ConditionReader(reading, vocabulary)
    classes = [read_class(d, reading, conditions) for d in documents if d.kind == "DataClass"]
    reader = PolicyReader(reading, conditions, {one.id: one.level for one in classes})
    policies = [reader.policy(d) for d in documents if d.kind == "EgressPolicy"]
    policies += [read_table(d, reader) for d in documents if d.kind == "DecisionTable"]
    defaults = [reader.defaults(d) for d in documents if d.kind == "Defaults"]
    for extra in defaults[1:]:
        reading.fault(extra.path, f"there is a Defaults document already, in {defaults[0].path[0]}")
    problems = [*reading.problems, *class_faults(classes), *faults(policies)]
    return Texts(policies, classes, defaults[0] if defaults else DefaultsText(()), problems)


class _Questions:
    """What rules ask about data classes and labels; those that ask alike share one question, and what they match."""

    def __init__(self, texts: Sequence[ClassText], classes: Sequence[DataClass], markers: frozenset[str]) -> None:
        self._texts = sorted(texts, key=lambda one: one.level)
        self._classes = classes
        self._markers = markers
        self._bounds: dict[Bound, Criteria] = {}

    def bounded(self, bound: Bound) -> Criteria:
        if bound not in self._bounds:
            self._bounds[bound] = bounded(self._classes, bound)
        return self._bounds[bound]

    def asked(self, bounds: Sequence[Bound]) -> tuple[ClassText, ...]:
        """The classes that bounds ask about."""
        return tuple(one for one in self._texts if any(bound.asks(one.level) for bound in bounds))

    def labels(self, conditions: Iterable[Condition]) -> tuple[Criteria, ...]:
        asked = [c.wanted for c in conditions if c.fact.key == LABELS]
        return tuple(marked(names, self._markers) for names in asked if isinstance(names, Names))


def _rule(text: RuleText, exceptions: Iterable[ExceptionText], questions: _Questions) -> Rule:
    tests = tuple(_test(c, missing=not text.loosens) for c in text.when if c.fact.key != LABELS)
    exceptions = sorted(exceptions, key=lambda e: e.id)
    asked = questions.asked(text.data_class)
    unless = tuple(_test(c, missing=text.loosens) for c in text.unless)
    return Rule(
        id=text.id,
        policy=text.policy,
        action=text.action,
        directions=text.where.directions,
        tests=tests,
        unless=unless,
        findings=text.findings,
        where=_where(text.where, loosens=text.loosens),
        criteria=(
            *(questions.bounded(b) for b in text.data_class if not b.upper),
            *questions.labels(text.when),
        ),
        bar=next((questions.bounded(b) for b in text.data_class if b.upper), None),
        permits=_permits(text),
        in_history=text.in_history,
        message=text.message,
        contact=text.contact,
        overridable=text.overridable,
        mode=text.mode,
        shadow_until=text.shadow_until,
        to=text.to,
        surrogate=text.surrogate,
        review_sample=text.review_sample,
        lifts=tuple(_lift(e) for e in exceptions),
        holds=_holds(tests, unless),
        path=text.path,
        reads=reads(text, exceptions, asked),
        revision=revision(text, exceptions, asked),
    )


def _permits(text: RuleText) -> Holds | None:
    """What must hold of a call for a rule to permit it: nothing that is missing counts."""
    return conjunction(_test(c, missing=False) for c in text.when) if text.permits else None


def _holds(tests: tuple[Test, ...], unless: tuple[Test, ...]) -> Holds:
    when = conjunction(tests)
    if not unless:
        return when
    spared = conjunction(unless)
    return lambda call, destination: when(call, destination) and not spared(call, destination)


def _lift(exception: ExceptionText) -> Lift:
    who = tuple(_test(c, missing=False) for c in exception.who)
    return Lift(exception.id, exception.expires, conjunction(who), exception.path)


def _test(condition: Condition, *, missing: bool) -> Test:
    """One condition as a closure. missing: what it says of a fact that isn't there."""
    last_day = condition.wanted.last if isinstance(condition.wanted, Span) else None
    return Test(str(condition), _closure(condition, missing), condition.fact.read, condition.where, last_day)


def _closure(condition: Condition, missing: bool) -> Holds:
    read, wanted, negate = condition.fact.read, condition.wanted, condition.negate
    if isinstance(wanted, Comparison):
        return _number(read, wanted, missing)
    if isinstance(wanted, Span):
        counts = wanted.holds()
        return lambda call, destination: counts(call.now)
    if isinstance(wanted, bool):

        def is_flag(call: CallFacts, destination: DestinationFacts) -> bool:
            value = read(call, destination)
            return missing if value is None else value is wanted

        return is_flag
    make = _set if condition.fact.kind == "names" else _name
    return make(read, wanted, negate, missing)


def _name(read: Read, wanted: Names, negate: bool, missing: bool) -> Holds:
    names, prefixes, suffixes = wanted.exact, wanted.prefixes, wanted.suffixes

    def is_named(call: CallFacts, destination: DestinationFacts) -> bool:
        value = read(call, destination)
        return missing if value is None else (value in names) is not negate

    def is_like(call: CallFacts, destination: DestinationFacts) -> bool:
        value = read(call, destination)
        if not isinstance(value, str):
            return missing
        return (value in names or value.startswith(prefixes) or value.endswith(suffixes)) is not negate

    return is_like if prefixes or suffixes else is_named


def _set(read: Read, wanted: Names, negate: bool, missing: bool) -> Holds:
    names = wanted.exact

    def names_one(call: CallFacts, destination: DestinationFacts) -> bool:
        values = read(call, destination)
        if not isinstance(values, (frozenset, set, tuple, list)):
            return missing
        return names.isdisjoint(values) is negate

    def overlaps(call: CallFacts, destination: DestinationFacts) -> bool:
        values = read(call, destination)
        if not isinstance(values, (frozenset, set, tuple, list)):
            return missing
        return any(v in wanted for v in values) is not negate

    return overlaps if wanted.prefixes or wanted.suffixes else names_one


def _number(read: Read, wanted: Comparison, missing: bool) -> Holds:
    compare, bound = COMPARE[wanted.operator], wanted.number

    def compares(call: CallFacts, destination: DestinationFacts) -> bool:
        value = read(call, destination)
        return compare(value, bound) if isinstance(value, (int, float)) else missing

    return compares


@lru_cache(maxsize=4096)  # rules that ask alike share one closure, and with it what they match
def _where(where: Where, *, loosens: bool) -> Callable[[PassageFacts], bool] | None:
    """The passages that count as one closure; None where all do. An unnamed tool or host counts unless that loosens."""
    tests: list[Callable[[PassageFacts], bool]] = []
    directions, roles, tools = where.directions, where.roles, where.tools
    hosts, server_tools, missing = where.hosts, where.server_tools, not loosens
    if not directions >= EGRESS:
        tests.append(lambda p: p.direction in directions)
    if roles is not None:
        tests.append(lambda p: p.role in roles)
    if tools is not None:
        tests.append(lambda p: p.tool in tools if p.tool else missing and p.role in _OF_TOOLS)
    if hosts is not None:
        tests.append(lambda p: p.part == "remote_url" and (p.note in hosts if p.note else missing))
    if server_tools is not None:
        tests.append(lambda p: p.part == "server_tool" and (p.note in server_tools if p.note else missing))
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda passage: all(test(passage) for test in tests)


def _revision(documents: Iterable[Doc], vocabulary: Vocabulary) -> str:
    """A hash of what the documents say and of the names they could mean, whatever the order of files and keys."""
    said = sorted(orjson.dumps(_plain(d.value), option=orjson.OPT_SORT_KEYS) for d in documents)
    digest = blake2b(digest_size=8)
    for value in said:
        digest.update(len(value).to_bytes(4, "big") + value)
    digest.update(orjson.dumps(sorted(vocabulary.confidential)))
    digest.update(orjson.dumps(sorted(vocabulary.detectors or ())))
    return digest.hexdigest()


def _plain(value: object) -> object:
    """The value with lists whose order means nothing sorted, and without what only tells a reader something."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return sorted((_plain(v) for v in value), key=_in_one_order)
    return value.isoformat() if isinstance(value, date) else value


def _in_one_order(value: object) -> bytes:
    """What a list is sorted by: the same however the keys of its mappings stand."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
