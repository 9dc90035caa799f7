"""The case that is missing: one that a surviving mutant would decide otherwise than the bundle, found by trying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

from policies.language.mutants import Mutant
from policies.language.mutation import Bench
from policies.language.trials import Outcome, Stage
from policies.language.vocabulary import Vocabulary
from policies.rules import InlineTest, Rule

# How many cases like the one that is missing are tried: what a person does in a minute.
_TRIED: Final = 800
_BASES: Final = 3
_CALLER: Final = {
    "use_cases": "use_case", "teams": "team", "groups": "groups", "users": "user", "organisations": "organisation",
    "models": "model",
}  # fmt: skip
_PLACES: Final = (
    {"direction": "request", "role": "user"},
    {"direction": "tool_results", "role": "tool"},
    {"direction": "tool_arguments", "role": "tool_arguments"},
    {"direction": "response", "role": "assistant"},
)
_ELSEWHERE: Final = ({"external": True}, {"external": False, "trust": "internal", "region": "internal"})
_REGISTERED: Final = ("use_cases", "teams", "groups", "models")
_PLAIN: Final = "Bonjour."
_MONDAY: Final = datetime(2026, 1, 5, tzinfo=UTC)
_STRANGER: Final = "somebody-else"


class Suggestion(NamedTuple):
    """A case that would notice. like: the case to begin with, "" for none. changes: keys of a case. expect: as now."""

    like: str
    changes: Mapping[str, Any]
    expect: Mapping[str, Any]


def suggest(bench: Bench, mutant: Mutant, stage: Stage, examples: Mapping[str, Sequence[str]]) -> Suggestion | None:
    """A case that this mutant decides otherwise; None where trying some finds none. examples: texts by detector."""
    change = bench.change(mutant)
    if change is None:
        return None
    for like, changes in islice(_candidates(bench, mutant, stage, examples), _TRIED):
        trial = stage.trial(_with(like, changes))
        if trial is None:
            continue
        now, then = bench.outcomes(trial, change)
        if now.noticed != then.noticed:
            made_up = {} if like.name else {"text": like.text, "to": like.to}
            return Suggestion(like.name, {**made_up, **changes}, _expected(now, then))
    return None


def _expected(now: Outcome, then: Outcome) -> dict[str, Any]:
    shadow = {"shadow": list(now.shadow)} if now.shadow != then.shadow else {}
    to = {"to": now.to} if now.to != then.to and now.to else {}
    return {"verdict": now.verdict, "rules": list(now.rules), **shadow, **to}


def _with(like: InlineTest, changes: Mapping[str, Any]) -> InlineTest:
    renamed = {"as": "caller"}
    return replace(like, **{renamed.get(key, key): value for key, value in changes.items()})


def _candidates(
    bench: Bench, mutant: Mutant, stage: Stage, examples: Mapping[str, Sequence[str]]
) -> Iterator[tuple[InlineTest, Mapping[str, Any]]]:
    rules = _concerned(bench, mutant)
    texts = [*(text for rule in rules for text in _texts(rule, examples)), _PLAIN]
    parts = _parts(rules)
    to: list[str | dict[str, Any]] = [*stage.vocabulary.facts, *(dict(facts) for facts in _ELSEWHERE)]
    for like in _bases(bench, mutant, rules, stage, texts):
        yield from ((like, {"to": name}) for name in to)
        yield from ((like, {"as": caller}) for caller in _callers(like, bench, mutant, stage.vocabulary))
        yield like, {"history": not like.history}
        yield from ((like, {"at": at}) for at in _times(mutant))
        yield from ((like, dict(place)) for place in _PLACES)
        yield from ((like, {"text": text}) for text in texts)
        yield from ((like, {"part": part}) for part in parts)
        yield from ((like, {"part": part, "to": name}) for name in to for part in parts)
        yield from ((like, {"text": text, "to": name}) for name in to for text in texts)


def _concerned(bench: Bench, mutant: Mutant) -> list[Rule]:
    """The rules that a mutant changes, or an exception of it lifts."""
    what, _, name = mutant.subject.partition(" ")
    if what in ("policy", "table"):
        return [r for r in bench.policies.rules if r.policy == name.partition(" ")[0]]
    if what == "data":
        return [r for r in bench.policies.rules if r.criteria or r.bar]
    if what == "exception":
        return [r for r in bench.policies.rules if any(lift.exception == name for lift in r.lifts)]
    return [r for r in bench.policies.rules if r.id == name]


def _bases(
    bench: Bench, mutant: Mutant, rules: Sequence[Rule], stage: Stage, texts: Sequence[str]
) -> Iterator[InlineTest]:
    """The cases to begin with: those that these rules decide, else those beside them, else one made up."""
    ids = {r.id for r in rules}
    fired = [t.case for t, o, _ in bench.green if ids & {*o.rules, *o.shadow, *o.lifted}]
    beside = [t.case for t, _, _ in bench.green if t.case.path[0] == mutant.document.file]
    if fired or beside:
        yield from (fired or beside)[:_BASES]
        return
    places: tuple[str | Mapping[str, Any], ...] = (*stage.vocabulary.facts, *_ELSEWHERE)
    for to in places[:_BASES]:
        yield InlineTest("", (), next(iter(texts), "text"), to, {}, "allow", None)


def _texts(rule: Rule, examples: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Texts with what a rule looks for: one example of each detector, and as many as it counts, one less, one more."""
    tests = [rule.findings] if rule.findings is not None else []
    bars = (rule.bar,) if rule.bar is not None else ()
    tests += [test for criteria in (*rule.criteria, *bars) for test in criteria.asked]
    for detector, test in sorted({(d, t) for t in tests for d in t.detectors}, key=lambda one: one[0]):
        for example in examples.get(detector, ())[:2]:
            yield example
            yield from ("\n".join([example] * n) for n in (test.count - 1, test.count, test.count + 1) if n > 1)


def _times(mutant: Mutant) -> Iterator[datetime]:
    """The hours of a week, and the first and last days that the document asks for, where it asks for a time at all."""
    asked = list(_spans(mutant.document.value))
    days = [day for span in asked for day in (span.get("from"), span.get("until")) if isinstance(day, date)]
    for day in [d + timedelta(days=n) for d in days for n in (-1, 0, 1)]:
        yield datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    if asked:
        yield from (_MONDAY + timedelta(hours=hour) for hour in range(7 * 24))


def _spans(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (span for one in value for span in _spans(one))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from [inner] if key == "time" and isinstance(inner, Mapping) else _spans(inner)


def _parts(rules: Sequence[Rule]) -> list[str]:
    """What stands in the place of a text that these rules look for."""
    classes = sorted({d for r in rules if r.findings for d in r.findings.detectors if d.startswith("class.")})
    return [name.removeprefix("class.") for name in classes]


def _callers(like: InlineTest, bench: Bench, mutant: Mutant, vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """The caller with another name in the place of each that the document asks about, and nobody's name: the others as
    they are, then all as they are asked for."""
    named = list(_named(_asked(bench, mutant)))
    every: dict[str, Any] = {}
    others: list[dict[str, Any]] = []
    for key, name in named:
        fact, known = _CALLER[key], vocabulary.register(key) if key in _REGISTERED else None
        asked = [n for k, n in named if k == key]
        strangers = [k for k in sorted(known or ()) if not any(_fits(k, n) for n in asked)][:1]
        own = [k for k in sorted(known) if _fits(k, name)][:1] if known else [name.replace("*", "x")]
        values = [(v,) if fact == "groups" else v for v in (*own, *(strangers if known else [_STRANGER]))]
        others += [{fact: value} for value in values]
        if own:
            every.setdefault(fact, values[0])
    seen: list[dict[str, Any]] = []
    for caller in (*({**like.caller, **one} for one in others), *({**like.caller, **every, **one} for one in others)):
        if caller not in seen:
            seen.append(caller)
            yield caller


def _asked(bench: Bench, mutant: Mutant) -> list[Any]:
    """What asks about callers: the exception that a mutant changes, else its file."""
    documents = [d.value for d in (*bench.documents, mutant.document) if d.file == mutant.document.file]
    what, _, name = mutant.subject.partition(" ")
    if what != "exception":
        return documents
    return [one for d in documents for one in d.get("exceptions") or () if one.get("id") == name]


def _fits(name: str, pattern: str) -> bool:
    head, star, tail = pattern.partition("*")
    return name.startswith(head) and name.endswith(tail) if star else name == pattern


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Every name that a document asks a caller for, with the key that it stands under."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _CALLER:
                yield from ((key, name) for name in _flat(inner))
            else:
                yield from _named(inner)


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, Mapping)):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _flat(one)
