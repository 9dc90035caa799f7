"""Reads a file of objectives: what share of calls is to be good."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from gateway.config import kinds as k
from gateway.config.table import Path, build, listed, setting
from gateway.documents import Documents, DocumentsRefused, Problem, load, nearest
from observability.objectives import LATENCIES, Objective, Unfit, answered, within

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_QUOTED = re.compile(r"""(["'])(?:\\.|(?!\1).)*\1|`[^`]*`""", re.DOTALL)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_TAKEN = ("severity", "alertname")


def _named(value: object, _: k.Context) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise k.WrongValue("must be lower-case letters, digits and -")
    return value


def _labelled(value: object, context: k.Context) -> Mapping[str, str]:
    labels: Mapping[str, str] = k.OPTIONS.read(value, context)
    for label in labels:
        if not _LABEL.fullmatch(label) or label in _TAKEN or label.startswith(("sloth_", "__")):
            raise k.WrongValue(f"can't have the label {label}")
    return labels


_WORD = k.Kind("name", _named, {"type": "string", "pattern": f"^{_NAME.pattern}$"})
_LABELS = k.Kind("labels", _labelled, k.OPTIONS.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveSettings:
    """One objective as it is written."""

    name: str = setting(_WORD, "What rules and alerts call it.")
    title: str = setting(k.TEXT, "What whoever is told reads.")
    percent: float = setting(k.number(50, 99.9999), "How many of the calls are to be good.")
    what: str = setting(
        k.choice("answered", *LATENCIES, "queries"),
        "What good is: answered, or quick enough (first_token, overhead, duration), or by queries of your own.",
    )
    within: float | None = setting(
        k.SPAN, "Of what is to be quick: in which time; one of the buckets of its metric.", default=None
    )
    where: Mapping[str, str] = setting(k.OPTIONS, "Which calls, by labels of the metric.", default={}, shown="all")
    bad: str | None = setting(k.TEXT, "Of queries: bad calls a second, [{window}] as the window.", default=None)
    total: str | None = setting(k.TEXT, "Of queries: all calls a second, the same way.", default=None)
    days: int = setting(k.count(7, 90), "Over how long.", default=30)
    least: int = setting(k.count(1), "Calls in the longer window of an alert below which nobody is told.", default=50)
    labels: Mapping[str, str] = setting(_LABELS, "Labels on its rules and alerts.", default={}, shown="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectivesFile:
    """The whole file."""

    service: str = setting(_WORD, "What the objectives are of.", default="ecluse")
    objectives: tuple[ObjectiveSettings, ...] = listed(ObjectiveSettings, "The objectives.")


def load_objectives(path: FilePath) -> list[Objective]:
    """The objectives of a file; DocumentsRefused with every fault at its place."""
    documents = load(path)
    problems: list[Problem] = []
    found = [one for document in documents.items for one in _of(document.name, document.value, problems)]
    twice = [id for id, count in Counter(one.id for one in found).items() if count > 1]
    problems += [Problem((documents.items[0].name,), f"there is more than one {id}") for id in twice]
    if not found and not problems:
        problems.append(Problem((path.name,), "names no objective"))
    _refuse(documents, problems)
    return found


def _refuse(documents: Documents, problems: list[Problem]) -> None:
    if problems:
        raise DocumentsRefused(documents.render(problems))


def _of(document: str, value: object, problems: list[Problem]) -> Iterator[Objective]:
    file = build(ObjectivesFile, value, (document,), k.Context(FilePath(), {}), problems)
    for index, given in enumerate(file.objectives if file else ()):
        path: Path = (document, "objectives", index)
        before = len(problems)
        problems += _misfit(given, path)
        if len(problems) > before or file is None:
            continue
        try:
            bad, total = _queries(given)
        except Unfit as unfit:
            at = "where" if unfit.wrong in given.where else "within"
            problems.append(Problem((*path, at), str(unfit), nearest(unfit.wrong, unfit.known)))
            continue
        yield Objective(
            service=file.service, name=given.name, title=given.title, percent=given.percent, days=given.days,
            bad=bad, total=total, least=given.least, labels=given.labels,
        )  # fmt: skip


def _queries(given: ObjectiveSettings) -> tuple[str, str]:
    if given.what == "queries":
        assert given.bad is not None and given.total is not None, "looked at before"
        return given.bad, given.total
    if given.what == "answered":
        return answered(given.where)
    assert given.within is not None, "looked at before"
    return within(given.what, given.within, given.where)


def _no_query(query: str) -> Iterator[str]:
    """What keeps a text from being a query for a window, as far as that shows without Prometheus."""
    if "[{window}]" not in query:
        yield "has no [{window}]"
    opened: list[str] = []
    for sign in _QUOTED.sub("", query):
        if sign in _PAIRS.values():
            opened.append(sign)
        elif sign in _PAIRS and (not opened or opened.pop() != _PAIRS[sign]):
            yield f"has a {sign} that closes nothing"
            return
    if opened:
        yield f"has a {opened[-1]} that nothing closes"


def _misfit(given: ObjectiveSettings, path: Path) -> Iterator[Problem]:
    """What must be there for one kind of objective, and must not for another."""
    needs = {"queries": {"bad", "total"}, "answered": set[str]()}.get(given.what, {"within"})
    for name in ("bad", "total", "within"):
        value = getattr(given, name)
        if name in needs and value is None:
            yield Problem(path, f"{name} is required where what is {given.what}")
        if name not in needs and value is not None:
            yield Problem((*path, name), f"{name} says nothing where what is {given.what}")
        if name in needs and isinstance(value, str):
            yield from (Problem((*path, name), f"{name} {wrong}") for wrong in _no_query(value))
    if given.what == "queries" and given.where:
        yield Problem((*path, "where"), "where says nothing where what is queries")
