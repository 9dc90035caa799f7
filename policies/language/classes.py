"""DataClass documents, read and compiled: what makes a call be of a class, and what a rule asks about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from policies.asks import FindingsTest
from policies.classes import Criteria, DataClass, Given, either
from policies.language.conditions import ConditionReader
from policies.language.model import Bound, ClassText, Names
from policies.language.problems import Doc, Path, Problem, Reading, nearest
from policies.ruling import CallFacts

CLASS: Final = ("kind", "id", "level", "title", "description", "findings", "labels", "use_cases")

# A rule that permits asks for at most a class, any other for at least one: what a text adds can then only tighten.
_AT_LEAST: Final = (">=", ">")
_AT_MOST: Final = ("<=", "<")


def read_class(doc: Doc, reading: Reading, conditions: ConditionReader) -> ClassText:
    """One DataClass document."""
    path: Path = (doc.file,)
    value = reading.mapping(doc.value, path, CLASS, ("id", "level"))
    labels, use_cases = value.get("labels"), value.get("use_cases")
    return ClassText(
        id=reading.text(value["id"], (*path, "id"), name=True) if "id" in value else "",
        path=path,
        level=reading.whole(value.get("level", 0), (*path, "level")),
        title=reading.words(value.get("title"), (*path, "title")),
        description=reading.words(value.get("description"), (*path, "description")),
        findings=_findings(value, path, conditions),
        labels=None if labels is None else conditions.names(labels, (*path, "labels"), "labels"),
        use_cases=None if use_cases is None else conditions.names(use_cases, (*path, "use_cases"), "use_cases"),
    )


def _findings(value: Mapping[str, Any], path: Path, conditions: ConditionReader) -> tuple[FindingsTest, ...]:
    given, path = value.get("findings"), (*path, "findings")
    if given is None:
        return ()
    if isinstance(given, list):
        return tuple(conditions.findings(one, (*path, index)) for index, one in enumerate(given))
    return (conditions.findings(given, path),)


def faults(classes: Sequence[ClassText]) -> Iterable[Problem]:
    """Classes that can't be told apart, and those that nothing makes a call be of."""
    classes = [one for one in classes if one.id and one.level >= 0]
    lowest = min((one.level for one in classes), default=0)
    ids: dict[str, str | int] = {}
    levels: dict[int, str] = {}
    for one in classes:
        if one.id in ids:
            yield Problem((*one.path, "id"), f"there is a data class {one.id} already, in {ids[one.id]}")
        elif one.level in levels:
            yield Problem((*one.path, "level"), f"{levels[one.level]} has this level already")
        elif one.level > lowest and not (one.findings or one.labels or one.use_cases):
            yield Problem(one.path, "needs findings, labels or use_cases: what makes a call be of this class")
        ids.setdefault(one.id, one.path[0])
        levels.setdefault(one.level, one.id)


def read_bound(value: object, path: Path, reading: Reading, levels: Mapping[str, int], *, loosens: bool) -> Bound:
    """`data_class: ">=C3"`."""
    operators = _AT_MOST if loosens else _AT_LEAST
    said = value.strip() if isinstance(value, str) else ""
    operator = next((o for o in sorted(operators, key=len, reverse=True) if said.startswith(o)), None)
    if operator is None:
        why = "a rule that permits asks for at most a class" if loosens else "a rule asks for at least a class"
        reading.fault(path, f'must be {" or ".join(operators)} and a data class, in quotes ("{operators[0]}C2"): {why}')
        return Bound(operators[0], "", 0)
    name = said[len(operator) :].strip()
    if name not in levels:
        reading.fault(path, f"{name} is none of the data classes", nearest(name, levels))
    return Bound(operator, name, levels.get(name, 0))


def compile_classes(texts: Iterable[ClassText], markers: frozenset[str]) -> tuple[DataClass, ...]:
    """The data classes, highest first. markers: the detectors that find labels."""
    given = sorted(texts, key=lambda one: -one.level)
    return tuple(
        DataClass(t.id, t.level, _criteria(t, markers, lowest=t is given[-1]), t.title, t.description, t.path)
        for t in given
    )


def bounded(classes: Sequence[DataClass], bound: Bound) -> Criteria:
    """What a call meets that is of a class within the bound; for an upper bound, what it meets beyond it."""
    return either(str(bound), [one for one in classes if bound.asks(one.level)])


@lru_cache(maxsize=256)  # rules that ask alike share one question, and with it what they match
def marked(names: Names, markers: frozenset[str]) -> Criteria:
    """What a call meets that bears one of these labels, in its texts or by its caller's word."""
    marks = (FindingsTest(markers, labels=names),) if markers else ()

    def declared(call: CallFacts) -> bool:
        return bool(call.labels) and any(label in names for label in call.labels)

    return Criteria("labels", f"labels in {names}", marks=marks, given=(declared,))


def _criteria(text: ClassText, markers: frozenset[str], *, lowest: bool) -> Criteria:
    by_label = marked(text.labels, markers) if text.labels is not None else Criteria("labels", "")
    given = list(by_label.given)
    if text.use_cases is not None:
        given.append(_is_for(text.use_cases))
    if lowest:
        given.append(_is_anything)
    return Criteria("data_class", text.id, text.findings, by_label.marks, tuple(given))


def _is_for(use_cases: Names) -> Given:
    def is_for(call: CallFacts) -> bool:
        return call.use_case is None or call.use_case in use_cases

    return is_for


def _is_anything(call: CallFacts) -> bool:
    return True
