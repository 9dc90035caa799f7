"""What a careless edit could make of a bundle: documents with one thing changed.

Every mutant decides some call otherwise than the bundle, or means the same; the cases of a bundle are good where each
of the first kind turns one of them red. What only tells a reader something (titles, messages, contacts) isn't changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

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


class _Change(NamedTuple):
    """A new value for what stands at `path` below the value that was asked about."""

    value: Any
    path: Path
    says: str


def mutants(documents: Sequence[Doc]) -> Iterator[Mutant]:
    """Every mutant of a bundle's documents, in their order."""
    ladder = _ladder(documents)
    for doc in documents:
        if doc.kind == "EgressPolicy":
            yield from _policy(doc, ladder)
        elif doc.kind == "DecisionTable":
            yield from _decision_table(doc, ladder)
        elif doc.kind == "DataClass":
            yield from _data_class(doc, ladder)
        elif doc.kind == "Defaults":
            yield from _defaults(doc)


def _ladder(documents: Sequence[Doc]) -> tuple[str, ...]:
    """The data classes, lowest first."""
    classes = [d.value for d in documents if d.kind == "DataClass"]
    levels = sorted((c.get("level"), c.get("id")) for c in classes if isinstance(c.get("level"), int))
    return tuple(str(name) for _, name in levels)


def _policy(doc: Doc, ladder: Sequence[str]) -> Iterator[Mutant]:
    value = doc.value
    yield from _shared(doc, f"policy {value['policy']}", ladder)
    rules = value.get("rules") or []
    for index, rule in enumerate(rules):
        subject = f"rule {rule['id']}"
        off = {**value, "rules": [*rules[:index], *rules[index + 1 :]]}
        yield Mutant(subject, ("rules", index), "switched off", doc._replace(value=off))
        for change in _rule(rule, ladder):
            changed = {**value, "rules": [*rules[:index], change.value, *rules[index + 1 :]]}
            yield _mutant(doc, subject, changed, "rules", change._replace(path=(index, *change.path)))
    yield from _exceptions(doc)


def _shared(doc: Doc, subject: str, ladder: Sequence[str]) -> Iterator[Mutant]:
    """What all rules of a document ask."""
    for change in _conditions(doc.value.get("applies_to") or {}, ladder):
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


def _decision_table(doc: Doc, ladder: Sequence[str]) -> Iterator[Mutant]:
    value = doc.value
    name = f"table {value['table']}"
    yield from _shared(doc, name, ladder)
    columns, rows = value.get("columns") or {}, value.get("rows") or {}
    for column, members in columns.items():
        for change in _conditions(members, ladder):
            changed = {**value, "columns": {**columns, column: change.value}}
            yield _mutant(doc, f"{name} {column}", changed, "columns", change._replace(path=(column, *change.path)))
    for row, cells in rows.items():
        for column, cell in cells.items():
            for change in _cell(cell, str(value.get("mode"))):
                changed = {**value, "rows": {**rows, row: {**cells, column: change.value}}}
                subject = f"rule {value['table']}.{row}.{column}"
                yield _mutant(doc, subject, changed, "rows", change._replace(path=(row, column, *change.path)))
    yield from _exceptions(doc)


def _cell(cell: Any, usual: str) -> Iterator[_Change]:
    """A cell that lets go what it held, or holds what it let go; enforced or not. usual: the mode of the table."""
    given = cell if isinstance(cell, Mapping) else {"action": cell}
    action = str(given.get("action"))
    kept = {k: v for k, v in given.items() if k not in ("to", "as")}
    others = (*_WEAKER[action], "allow") if action in _WEAKER else ("deny",)
    for other in others:
        yield _Change({**kept, "action": other}, (), f"{other} instead of {action}")
    if (given.get("mode") or usual) == "shadow":
        forced = {k: v for k, v in given.items() if k != "shadow_until"}
        yield _Change({**forced, "mode": "enforce"}, (), "enforced instead of in shadow")
    else:
        yield _Change({**given, "mode": "shadow", "shadow_until": _EVER}, (), "in shadow instead of enforced")


def _data_class(doc: Doc, ladder: Sequence[str]) -> Iterator[Mutant]:
    """What makes a call be of a class."""
    criteria = {k: v for k, v in doc.value.items() if k in ("findings", "labels", "use_cases")}
    rest = {k: v for k, v in doc.value.items() if k not in criteria}
    for change in _conditions(criteria, ladder):
        value = {**rest, **change.value}
        yield Mutant(f"data class {rest['id']}", change.path, change.says, doc._replace(value=value))


def _mutant(doc: Doc, subject: str, value: Mapping[str, Any], key: str, change: _Change) -> Mutant:
    return Mutant(subject, (key, *change.path), change.says, doc._replace(value=value))


def _rule(rule: Mapping[str, Any], ladder: Sequence[str]) -> Iterator[_Change]:
    for weaker in _WEAKER.get(str(rule.get("action")), ()):
        kept = {k: v for k, v in rule.items() if k not in ("to", "as")}
        yield _Change({**kept, "action": weaker}, ("action",), f"{weaker} instead of {rule['action']}")
    kept = {k: v for k, v in rule.items() if k not in ("mode", "shadow_until")}
    if rule.get("mode") == "shadow":
        yield _Change(kept, ("mode",), "enforced instead of in shadow")
    else:
        yield _Change({**kept, "mode": "shadow", "shadow_until": _EVER}, (), "in shadow instead of enforced")
    if rule.get("action") == "deny" and "findings" in (rule.get("when") or {}):
        other = "redact" if rule.get("in_history") == "deny" else "deny"
        yield _Change({**rule, "in_history": other}, (), f"in_history: {other}")
    for key in ("when", "unless"):
        members = rule.get(key) or {}
        for change in _conditions(members, ladder):
            value = {**rule, key: change.value} if change.value else {k: v for k, v in rule.items() if k != key}
            says = change.says if key == "when" else f"unless {change.says}"
            yield _Change(value, (key, *change.path), says)
        if key == "unless" and len(members) > 1:
            yield _Change({k: v for k, v in rule.items() if k != key}, (key,), "unless dropped")


def _exception(exception: Mapping[str, Any]) -> Iterator[_Change]:
    for change in _fewer(exception.get("lifts")):
        yield _Change({**exception, "lifts": change.value}, ("lifts", *change.path), f"lifts {change.says}")
    who = exception.get("who") or {}
    for key, value in who.items():
        rest = {k: v for k, v in who.items() if k != key}
        widened = rest or {key: ["*"]}
        yield _Change({**exception, "who": widened}, ("who", key), f"{key} {'dropped' if rest else 'of any name'}")
        for change in _fewer(value):
            narrowed = {**who, key: change.value}
            yield _Change({**exception, "who": narrowed}, ("who", key, *change.path), f"{key} {change.says}")


def _defaults(doc: Doc) -> Iterator[Mutant]:
    given = doc.value.get("when_no_rule_matches") or {}
    for place in ("internal", "external"):
        other = _OTHERWISE[given.get(place, "deny")]
        value = {**doc.value, "when_no_rule_matches": {**given, place: other}}
        path = ("when_no_rule_matches", *((place,) if place in given else ()))
        yield Mutant("Defaults", path, f"{place}: {other}", doc._replace(value=value))


def _conditions(members: Mapping[str, Any], ladder: Sequence[str]) -> Iterator[_Change]:
    """Each condition dropped, and each made another."""
    for key, value in members.items():
        rest = {k: v for k, v in members.items() if k != key}
        if key == "destination" and isinstance(value, Mapping):
            for change in _conditions(value, ladder):
                inner = {key: change.value} if change.value else {}
                yield _Change({**rest, **inner}, (key, *change.path), f"{key}.{change.says}")
            continue
        yield _Change(rest, (key,), f"{key} dropped")
        others = _findings(value) if key == "findings" else _other(value, ladder)
        for change in others:
            yield _Change({**members, key: change.value}, (key, *change.path), f"{key} {change.says}")


def _other(value: Any, ladder: Sequence[str]) -> Iterator[_Change]:
    """A flag turned, a bound moved, a list one name shorter or turned into its contrary."""
    if isinstance(value, bool):
        yield _Change(not value, (), f"is {str(not value).lower()}")
    elif isinstance(value, str) and value[:1] in "<>":
        for moved in _moved(value, ladder):
            yield _Change(moved, (), f"{moved} instead of {value}")
    elif isinstance(value, Mapping) and len(value) == 1 and value.keys() <= {"in", "not_in"}:
        ((key, names),) = value.items()
        contrary = "in" if key == "not_in" else "not_in"
        yield _Change({contrary: names}, (), f"{contrary} instead of {key}")
        for change in _fewer(names):
            yield _Change({key: change.value}, (key, *change.path), change.says)
    elif isinstance(value, (str, list)):
        yield _Change({"not_in": value}, (), "not_in instead of in")
        yield from _fewer(value)


def _fewer(names: Any) -> Iterator[_Change]:
    """A list without each of its members, as long as one is left."""
    if isinstance(names, list) and len(names) > 1:
        for index, name in enumerate(names):
            yield _Change([*names[:index], *names[index + 1 :]], (index,), f"without {name}")


def _moved(bound: str, ladder: Sequence[str]) -> Iterator[str]:
    """`>=3` as `>=2` and `>=4`, `>=C3` as its neighbours."""
    operator = bound[:2] if bound[1:2] == "=" else bound[:1]
    limit = bound[len(operator) :].strip()
    if limit in ladder:
        at = ladder.index(limit)
        yield from (f"{operator}{ladder[i]}" for i in (at - 1, at + 1) if 0 <= i < len(ladder))
    elif limit.isdecimal():
        yield from (f"{operator}{n}" for n in (int(limit) - 1, int(limit) + 1) if n >= 0)


def _findings(value: Any) -> Iterator[_Change]:
    """What is looked for: a detector less, any for all, one finding more or less, surer or less sure."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            rest = [*value[:index], *value[index + 1 :]]
            if rest:
                yield _Change(rest, (index,), f"number {index + 1} dropped")
            for change in _findings(one):
                whole = [*value[:index], change.value, *value[index + 1 :]]
                yield _Change(whole, (index, *change.path), change.says)
        return
    if not isinstance(value, Mapping):
        return
    for key in [k for k in ("any_of", "all_of") if k in value]:
        names = value[key]
        other = "all_of" if key == "any_of" else "any_of"
        without = {k: v for k, v in value.items() if k != key}
        for change in _fewer(names):
            yield _Change({**value, key: change.value}, (key, *change.path), change.says)
        if isinstance(names, list) and len(names) > 1:
            yield _Change({**without, other: names}, (key,), f"{other} instead of {key}")
    yield from _thresholds(value)


def _thresholds(value: Mapping[str, Any]) -> Iterator[_Change]:
    count = str(value.get("count", ">=1"))
    for moved in _moved(count, ()):
        if not moved.endswith("=0"):
            path = ("count",) if "count" in value else ()
            yield _Change({**value, "count": moved}, path, f"count {moved} instead of {count}")
    given = str(value.get("confidence", ""))
    operator = given[:2] if given[1:2] == "=" else given[:1]
    try:
        sure = float(given[len(operator) :])
    except ValueError:
        return
    for other in (sure - 0.25, sure + 0.1):
        if 0 < other <= 1:
            said = f"{operator}{other:.2f}"
            yield _Change({**value, "confidence": said}, ("confidence",), f"confidence {said} instead of {given}")
