"""JSON Schemas (draft 7) of what policies are written in, for editors: completion, hover text and errors.

They are made from the tables that the reader goes by, so a key that the reader takes and nobody described is a KeyError
here. What a schema refuses, the reader refuses; what only the reader knows (names across files), `check` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from policies.language import described
from policies.language.agreements import DECLARED, LOOKS, OF_A_RULE, ON_ANSWERS, PSEUDONYMISED, REROUTED, SHADOWED
from policies.language.cases import CALLER, EXPECT, PARTS, SAID, TEST, VERDICTS
from policies.language.classes import CLASS
from policies.language.conditions import APPLIES_TO, UNLESS, WHEN, WHO, plain
from policies.language.facts import CALL, DESTINATION, LABELS, Fact
from policies.language.manners import REVIEW_SAMPLE, SHARED
from policies.language.model import ACTIONS, CLASSES, FORMS, ROLES
from policies.language.pieces import (
    DAY,
    FLAG,
    OPEN_NAME,
    OWN_WORD,
    PATTERN,
    PREFIX,
    TEXT,
    WORD,
    Schema,
    comparison,
    has,
    one_of,
    some,
    thing,
    where,
    with_some,
    without,
)
from policies.language.problems import MOST
from policies.language.read import DEFAULTS, EXCEPTION, POLICY, RULE, SAMPLES
from policies.language.tables import CELL, SEVERITY, TABLE, TABLE_APPLIES_TO
from policies.language.times import DAYS, TIME
from policies.ruling import DIRECTIONS

# The registers of names that an editor can complete from; the data classes are the bundle's own.
DATA_CLASSES: Final = "data_classes"
REGISTERS: Final = ("detectors", *sorted({f.register for f in (*CALL.values(), *DESTINATION.values()) if f.register}))

_FEW: Final = 12


class Offered(NamedTuple):
    """Names of one register as an editor offers them. closed: any other is wrong. said: what each means, if known."""

    names: Sequence[str]
    closed: bool = True
    said: Mapping[str, str] = {}


_WORDS: Final[Schema] = thing(("en", "fr"), described.MESSAGE, {"en": TEXT, "fr": TEXT})


_TIMES: Final[Schema] = {
    **thing(
        TIME,
        described.TIME,
        {
            "days": some({**TEXT, "pattern": f"^({'|'.join(DAYS)})(-({'|'.join(DAYS)}))?$"}),
            "hours": {
                "type": "string",
                "pattern": r"^\s*[0-9]{2}:[0-9]{2}\s*-\s*[0-9]{2}:[0-9]{2}\s*$",
                "patternErrorMessage": 'must be two times of a day in quotes, such as "08:00-19:00"',
            },
            "zone": {**TEXT, "examples": ["Europe/Paris"]},
            "from": DAY,
            "until": DAY,
        },
    ),
    "anyOf": [{"required": [key]} for key in TIME if key != "zone"],
    "dependencies": {"days": ["zone"], "hours": ["zone"]},
}


class PolicySchemas:
    """The schemas against the names that exist. offered: names by register; of one that isn't there any name goes."""

    def __init__(self, offered: Mapping[str, Offered] | None = None) -> None:
        self.offered = offered or {}

    def documents(self) -> dict[str, Schema]:
        """One schema for each kind of document."""
        made = {
            "EgressPolicy": self._policy(),
            "DecisionTable": self._table(),
            "DataClass": self._class(),
            "Defaults": self._defaults(),
        }
        return {kind: {**form, "description": described.KINDS[kind]} for kind, form in made.items()}

    def definitions(self) -> dict[str, Schema]:
        """What the schemas refer to as `#/definitions/NAME`: one name of each register."""
        found = {register: self._name(register) for register in REGISTERS}
        return {**found, "detectors": self._detector()}

    def _policy(self) -> Schema:
        forms = {
            "kind": {"const": "EgressPolicy"},
            "policy": WORD,
            "owner": TEXT,
            "basis": TEXT,
            "applies_to": self._conditions(APPLIES_TO),
            "rules": {"type": "array", "items": self._rule()},
            "exceptions": {"type": "array", "items": self._exception()},
            "tests": {"type": "array", "items": self._test()},
        }
        found = thing(POLICY, described.POLICY, forms, ("kind", "policy", "owner", "rules"))
        allows = {"properties": {"rules": {"contains": has("action", {"const": "allow"})}}, "required": ["rules"]}
        answers = has("applies_to", has("directions", with_some("response")))
        unmarked = {"allOf": [answers, has("applies_to", without(LABELS))]}
        found["allOf"] = [
            where(allows, {"properties": {"applies_to": without(*DECLARED)}}),
            where(answers, {"properties": {"rules": {"items": ON_ANSWERS}}}),
            where(unmarked, {"properties": {"rules": {"items": LOOKS}}}),
        ]
        return found

    def _table(self) -> Schema:
        conditions = thing(DESTINATION, described.DESTINATION, {k: self._fact(f) for k, f in DESTINATION.items()})
        action = one_of(SEVERITY, described.ACTIONS)
        manner = self._manner()
        cell = {
            **thing(CELL, {**described.RULE, **described.CELL}, {"action": action, **manner}, ("action",)),
            "allOf": [REROUTED, PSEUDONYMISED, SHADOWED],
        }
        classes = self.offered.get(DATA_CLASSES, Offered((), closed=False))
        named = _names(classes, DATA_CLASSES) if classes.closed else TEXT
        bare = one_of([a for a in SEVERITY if a != "reroute"], described.ACTIONS)
        row = {"type": "object", "propertyNames": WORD, "additionalProperties": {"anyOf": [bare, cell]}}
        forms = {
            "kind": {"const": "DecisionTable"},
            "table": WORD,
            "owner": TEXT,
            "basis": TEXT,
            "applies_to": self._conditions(TABLE_APPLIES_TO),
            "columns": {
                "type": "object",
                "propertyNames": WORD,
                "minProperties": 1,
                "additionalProperties": {**conditions, "minProperties": 1},
            },
            "rows": {"type": "object", "propertyNames": named, "additionalProperties": row},
            **{key: manner[key] for key in SHARED},
            "exceptions": {"type": "array", "items": self._exception()},
            "tests": {"type": "array", "items": self._test()},
        }
        said = {**described.POLICY, **described.RULE, **described.TABLE}
        found = thing(TABLE, said, forms, ("kind", "table", "owner", "columns", "rows"))
        return {**found, "allOf": [SHADOWED]}

    def _class(self) -> Schema:
        findings = self._findings()
        forms = {
            "kind": {"const": "DataClass"},
            "id": WORD,
            "level": {"type": "integer", "minimum": 0, "maximum": MOST},
            "title": _WORDS,
            "description": _WORDS,
            "findings": {"anyOf": [findings, {"type": "array", "items": findings}]},
            "labels": some({"$ref": "#/definitions/labels"}),
            "use_cases": some({"$ref": "#/definitions/use_cases"}),
        }
        return thing(CLASS, described.CLASS, forms, ("kind", "id", "level"))

    def _defaults(self) -> Schema:
        what = one_of(("deny", "allow"))
        forms = {"internal": what, "external": what, "unknown": one_of(("deny",))}
        inner = {
            "kind": {"const": "Defaults"},
            "when_no_rule_matches": thing(forms, described.NO_RULE, forms),
            "review_samples": thing(SAMPLES, described.SAMPLES, {"allow": FLAG, "owner": TEXT, "basis": TEXT}, SAMPLES),
        }
        return thing(DEFAULTS, described.DEFAULTS, inner, ("kind", "when_no_rule_matches"))

    def _rule(self) -> Schema:
        forms = {
            "id": OWN_WORD,
            "title": TEXT,
            "when": self._conditions(WHEN),
            "unless": self._conditions(UNLESS),
            "action": one_of(ACTIONS, described.ACTIONS),
            **self._manner(),
        }
        return {**thing(RULE, described.RULE, forms, ("id", "action")), "allOf": OF_A_RULE}

    def _manner(self) -> dict[str, Schema]:
        return {
            "in_history": one_of(("redact", "deny")),
            "message": _WORDS,
            "contact": TEXT,
            "overridable": FLAG,
            "mode": one_of(("enforce", "shadow")),
            "shadow_until": DAY,
            "to": self._destination(),
            "as": one_of(FORMS),
            "review_sample": self._review_sample(),
        }

    def _review_sample(self) -> Schema:
        forms = {key: {"type": "integer", "minimum": 1, "maximum": most} for key, most in REVIEW_SAMPLE.items()}
        return thing(REVIEW_SAMPLE, described.REVIEW_SAMPLE, forms)

    def _conditions(self, keys: Iterable[str]) -> Schema:
        known = tuple(keys)
        forms = {key: self._fact(CALL[key]) if key in CALL else self._other(key) for key in known}
        return thing(known, {**described.CALL, **described.PLACES}, forms)

    def _other(self, key: str) -> Schema:
        """What isn't a fact of the call: findings, the destination, and which texts count."""
        if key == "findings":
            return self._findings()
        if key == "data_class":
            return self._bound()
        if key == "destination":
            return thing(DESTINATION, described.DESTINATION, {k: self._fact(f) for k, f in DESTINATION.items()})
        if key == "roles":
            return some(one_of(ROLES))
        if key == "directions":
            return some(one_of(sorted(DIRECTIONS), described.DIRECTIONS))
        return some(OPEN_NAME)

    def _findings(self) -> Schema:
        names = some({"$ref": "#/definitions/detectors"})
        bound = comparison((">=", ">"))
        forms = {
            "any_of": names,
            "all_of": names,
            "confidence": {**bound, "examples": [">=0.75", ">=0.9"]},
            "count": {**bound, "examples": [">=1", ">=10"]},
            "within": {"type": "integer", "minimum": 1, "maximum": MOST},
        }
        either = {"oneOf": [{"required": ["any_of"]}, {"required": ["all_of"]}]}
        return {**thing(forms, described.FINDINGS, forms), **either}

    def _bound(self) -> Schema:
        known = self.offered.get(DATA_CLASSES, Offered((), closed=False))
        names = "|".join(name.replace(".", r"\.") for name in known.names) if known.closed else r"\S.*"
        return {
            "type": "string",
            "pattern": rf"^\s*(>=|>|<=|<)\s*({names})\s*$",
            "patternErrorMessage": 'must be a bound and a data class that exists, in quotes, such as ">=C3"',
            "examples": [f">={name}" for name in known.names],
        }

    def _fact(self, fact: Fact) -> Schema:
        if fact.kind == "flag":
            return FLAG
        if fact.kind == "time":
            return _TIMES
        if fact.kind == "number":
            return comparison((">=", ">") if fact.declared else (">=", ">", "<=", "<"))
        names = some({"$ref": f"#/definitions/{fact.register}"} if fact.register else OPEN_NAME)
        keys = ("in",) if fact.declared else ("in", "not_in")
        members = thing(keys, described.MEMBERSHIP, dict.fromkeys(keys, names))
        return {"anyOf": [*names["anyOf"], {**members, "minProperties": 1, "maxProperties": 1}]}

    def _exception(self) -> Schema:
        forms = {
            "id": OWN_WORD,
            "lifts": some(TEXT),
            "who": {**self._conditions(WHO), "minProperties": 1},
            "reason": TEXT,
            "owner": TEXT,
            "expires": DAY,
        }
        return thing(EXCEPTION, described.EXCEPTION, forms, EXCEPTION)

    def _test(self) -> Schema:
        place = {k: _stated(f, self._single(f.register)) for k, f in DESTINATION.items()}
        rules = {"type": "array", "items": TEXT}
        expect = {
            "verdict": one_of(VERDICTS), "rules": rules, "shadow": rules, "to": self._destination(), "class": TEXT,
        }  # fmt: skip
        said = self._said()
        forms = {
            "name": TEXT,
            **said,
            "texts": some(TEXT),
            "messages": {
                "type": "array",
                "items": thing(SAID, {**described.TEST, **described.SAID}, said, ("role",)),
                "minItems": 1,
            },
            "to": {"anyOf": [self._destination(), thing(DESTINATION, described.DESTINATION, place)]},
            "as": self._caller(),
            "at": {**TEXT, "examples": ["2027-02-01T20:00+01:00"]},
            "expect": thing(EXPECT, described.EXPECT, expect, ("verdict",)),
        }
        found = thing(TEST, described.TEST, forms, ("name", "to", "expect"))
        alone = without("text", "texts", *(key for key in SAID if key != "text"))
        ways = [where({"required": ["texts"]}, without("text")), where({"required": ["messages"]}, alone)]
        return {**found, "allOf": ways}

    def _said(self) -> dict[str, Schema]:
        which: Schema = {"type": "object", "properties": dict.fromkeys(PARTS[1:], TEXT), "additionalProperties": False}
        return {
            "text": TEXT,
            "part": {"anyOf": [one_of(PARTS), {**which, "minProperties": 1, "maxProperties": 1}]},
            "tool": TEXT,
            "direction": one_of(sorted(DIRECTIONS), described.DIRECTIONS),
            "role": one_of(ROLES),
            "history": FLAG,
        }

    def _caller(self) -> Schema:
        forms = {key: self._single(register) for key, register in CALLER.items()}
        forms |= {
            "groups": some(forms["groups"]),
            "labels": some(forms["labels"]),
            "size": {"type": "integer", "minimum": 0, "maximum": MOST},
        }
        return thing(CALLER, described.CALLER, forms)

    def _destination(self) -> Schema:
        return self._single("destinations")

    def _single(self, register: str | None) -> Schema:
        """One name, no pattern."""
        offered = self.offered.get(register or "")
        if offered is None or not offered.closed:
            return TEXT if register is None else {**TEXT, "pattern": r"^(?=[\s\S]*\S)[^*]+$"}
        return _names(offered, register or "names")

    def _name(self, register: str) -> Schema:
        offered = self.offered.get(register)
        return OPEN_NAME if offered is None else _either(offered, register, PATTERN, OPEN_NAME)

    def _detector(self) -> Schema:
        known = self.offered.get("detectors", Offered((), closed=False))
        every = Offered((*known.names, *CLASSES), known.closed, {**known.said, **described.CLASSES})
        return _either(every, "detectors", PREFIX, OPEN_NAME)


def _either(offered: Offered, register: str, pattern: Schema, other: Schema) -> Schema:
    return {"anyOf": [_names(offered, register), pattern if offered.closed else other]}


def _names(offered: Offered, register: str) -> Schema:
    if not offered.names:
        return {"type": "string", "maxLength": 0, "errorMessage": f"there are no {plain(register)}"}
    said = {"enumDescriptions": [offered.said.get(n, "") for n in offered.names]} if offered.said else {}
    # An editor would list all of them in its message.
    many = (
        {"errorMessage": f"is none of the {len(offered.names)} {plain(register)}"} if len(offered.names) > _FEW else {}
    )
    return {"enum": list(offered.names), **said, **many}


def _stated(fact: Fact, name: Schema) -> Schema:
    """A fact as a test states it: its value, not a condition."""
    return FLAG if fact.kind == "flag" else {"type": "integer"} if fact.kind == "number" else name
