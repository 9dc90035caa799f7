"""What a careless edit could make of a bundle: documents with one thing changed.

Every mutant decides some call otherwise than the bundle, or means the same; the cases of a bundle are good where each
of the first kind turns one of them red. What only tells a reader something (titles, messages, contacts) isn't changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from policies.language.changes import Change, conditions, fewer
from policies.language.problems import Doc, Path

# The next weaker actions; every rule is switched off, too.
_WEAKER: Final[Mapping[str, tuple[str, ...]]] = {
    "deny": ("redact", "warn"),
    "reroute": ("warn",),
    "repair": ("warn",),
    "redact": ("pseudonymise", "warn"),
    "pseudonymise": ("warn",),
}
_EVER: Final = date(9999, 12, 31)
_OTHERWISE: Final = {"allow": "deny", "deny": "allow"}


class Mutant(NamedTuple):
    """One changed document. subject: whose change it is (`rule no-iban`). path: of what was changed, in the document.

    says: what was changed, in words.
    """

    subject: str
    path: Path
    says: str
    document: Doc


class _Known(NamedTuple):
    """Names that something else may be said by. ladder: the data classes, lowest first. destinations: that exist."""

    ladder: tuple[str, ...]
    destinations: tuple[str, ...]

    def other(self, destination: object) -> str | None:
        """Another destination than this one."""
        return next((name for name in self.destinations if name != destination), None)


def mutants(documents: Sequence[Doc], destinations: Sequence[str] = ()) -> Iterator[Mutant]:
    """Every mutant of a bundle's documents, in their order. destinations: those that exist, by name."""
    known = _Known(_ladder(documents), tuple(destinations))
    for doc in documents:
        if doc.kind == "EgressPolicy":
            yield from _policy(doc, known)
        elif doc.kind == "DecisionTable":
            yield from _decision_table(doc, known)
        elif doc.kind == "DataClass":
            yield from _data_class(doc, known)
        elif doc.kind == "Defaults":
            yield from _defaults(doc)


def _ladder(documents: Sequence[Doc]) -> tuple[str, ...]:
    """The data classes, lowest first."""
    classes = [d.value for d in documents if d.kind == "DataClass"]
    levels = sorted((c.get("level"), c.get("id")) for c in classes if isinstance(c.get("level"), int))
    return tuple(str(name) for _, name in levels)


def _policy(doc: Doc, known: _Known) -> Iterator[Mutant]:
    value = doc.value
    yield from _shared(doc, f"policy {value['policy']}", known)
    rules = value.get("rules") or []
    for index, rule in enumerate(rules):
        subject = f"rule {rule['id']}"
        off = {**value, "rules": [*rules[:index], *rules[index + 1 :]]}
        yield Mutant(subject, ("rules", index), "switched off", doc._replace(value=off))
        for change in _rule(rule, known):
            changed = {**value, "rules": [*rules[:index], change.value, *rules[index + 1 :]]}
            yield _mutant(doc, subject, changed, "rules", change._replace(path=(index, *change.path)))
    yield from _exceptions(doc)


def _shared(doc: Doc, subject: str, known: _Known) -> Iterator[Mutant]:
    """What all rules of a document ask."""
    for change in conditions(doc.value.get("applies_to") or {}, known.ladder):
        yield _mutant(doc, subject, {**doc.value, "applies_to": change.value}, "applies_to", change)


def _exceptions(doc: Doc) -> Iterator[Mutant]:
    value = doc.value
    exceptions = value.get("exceptions") or []
    for index, exception in enumerate(exceptions):
        subject = f"exception {exception['id']}"
        less = {**value, "exceptions": [*exceptions[:index], *exceptions[index + 1 :]]}
        yield Mutant(subject, ("exceptions", index), "dropped", doc._replace(value=less))
        for change in _exception(exception):
            changed = {**value, "exceptions": [*exceptions[:index], change.value, *exceptions[index + 1 :]]}
            yield _mutant(doc, subject, changed, "exceptions", change._replace(path=(index, *change.path)))


def _decision_table(doc: Doc, known: _Known) -> Iterator[Mutant]:
    value = doc.value
    name = f"table {value['table']}"
    yield from _shared(doc, name, known)
    columns, rows = value.get("columns") or {}, value.get("rows") or {}
    for column, members in columns.items():
        for change in conditions(members, known.ladder):
            changed = {**value, "columns": {**columns, column: change.value}}
            yield _mutant(doc, f"{name} {column}", changed, "columns", change._replace(path=(column, *change.path)))
    for row, cells in rows.items():
        for column, cell in cells.items():
            for change in _cell(cell, str(value.get("mode")), known):
                changed = {**value, "rows": {**rows, row: {**cells, column: change.value}}}
                subject = f"rule {value['table']}.{row}.{column}"
                yield _mutant(doc, subject, changed, "rows", change._replace(path=(row, column, *change.path)))
    yield from _exceptions(doc)


def _cell(cell: Any, usual: str, known: _Known) -> Iterator[Change]:
    """A cell that lets go what it held, or holds what it let go; enforced or not. usual: the mode of the table."""
    given = cell if isinstance(cell, Mapping) else {"action": cell}
    action = str(given.get("action"))
    kept = {k: v for k, v in given.items() if k not in ("to", "as")}
    others = (*_WEAKER[action], "allow") if action in _WEAKER else ("deny",)
    for other in others:
        yield Change({**kept, "action": other}, (), f"{other} instead of {action}")
    if action == "reroute" and (target := known.other(given.get("to"))):
        yield Change({**given, "to": target}, ("to",), f"to {target} instead of {given.get('to')}")
    if (given.get("mode") or usual) == "shadow":
        forced = {k: v for k, v in given.items() if k != "shadow_until"}
        yield Change({**forced, "mode": "enforce"}, (), "enforced instead of in shadow")
    else:
        yield Change({**given, "mode": "shadow", "shadow_until": _EVER}, (), "in shadow instead of enforced")


def _data_class(doc: Doc, known: _Known) -> Iterator[Mutant]:
    """What makes a call be of a class."""
    criteria = {k: v for k, v in doc.value.items() if k in ("findings", "labels", "use_cases")}
    rest = {k: v for k, v in doc.value.items() if k not in criteria}
    for change in conditions(criteria, known.ladder):
        value = {**rest, **change.value}
        yield Mutant(f"data class {rest['id']}", change.path, change.says, doc._replace(value=value))


def _mutant(doc: Doc, subject: str, value: Mapping[str, Any], key: str, change: Change) -> Mutant:
    return Mutant(subject, (key, *change.path), change.says, doc._replace(value=value))


def _rule(rule: Mapping[str, Any], known: _Known) -> Iterator[Change]:
    for weaker in _WEAKER.get(str(rule.get("action")), ()):
        kept = {k: v for k, v in rule.items() if k not in ("to", "as")}
        yield Change({**kept, "action": weaker}, ("action",), f"{weaker} instead of {rule['action']}")
    if rule.get("action") == "reroute" and (other := known.other(rule.get("to"))):
        yield Change({**rule, "to": other}, ("to",), f"to {other} instead of {rule.get('to')}")
    kept = {k: v for k, v in rule.items() if k not in ("mode", "shadow_until")}
    if rule.get("mode") == "shadow":
        yield Change(kept, ("mode",), "enforced instead of in shadow")
    else:
        yield Change({**kept, "mode": "shadow", "shadow_until": _EVER}, (), "in shadow instead of enforced")
    if rule.get("action") == "deny" and "findings" in (rule.get("when") or {}):
        other = "redact" if rule.get("in_history") == "deny" else "deny"
        yield Change({**rule, "in_history": other}, (), f"in_history: {other}")
    for key in ("when", "unless"):
        members = rule.get(key) or {}
        for change in conditions(members, known.ladder):
            value = {**rule, key: change.value} if change.value else {k: v for k, v in rule.items() if k != key}
            says = change.says if key == "when" else f"unless {change.says}"
            yield Change(value, (key, *change.path), says)
        if key == "unless" and len(members) > 1:
            yield Change({k: v for k, v in rule.items() if k != key}, (key,), "unless dropped")


def _exception(exception: Mapping[str, Any]) -> Iterator[Change]:
    for change in fewer(exception.get("lifts")):
        yield Change({**exception, "lifts": change.value}, ("lifts", *change.path), f"lifts {change.says}")
    who = exception.get("who") or {}
    for key, value in who.items():
        rest = {k: v for k, v in who.items() if k != key}
        widened = rest or {key: ["*"]}
        yield Change({**exception, "who": widened}, ("who", key), f"{key} {'dropped' if rest else 'of any name'}")
        for change in fewer(value):
            narrowed = {**who, key: change.value}
            yield Change({**exception, "who": narrowed}, ("who", key, *change.path), f"{key} {change.says}")


def _defaults(doc: Doc) -> Iterator[Mutant]:
    given = doc.value.get("when_no_rule_matches") or {}
    for place in ("internal", "external"):
        other = _OTHERWISE[given.get(place, "deny")]
        value = {**doc.value, "when_no_rule_matches": {**given, place: other}}
        path = ("when_no_rule_matches", *((place,) if place in given else ()))
        yield Mutant("Defaults", path, f"{place}: {other}", doc._replace(value=value))
