"""EgressPolicy and Defaults documents, read into the typed model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from policies.findings import PART_CLASSES
from policies.language.classes import read_bound
from policies.language.conditions import APPLIES_TO, UNLESS, WHEN, WHO, ConditionReader
from policies.language.facts import DESTINATION
from policies.language.manners import MANNER, read_action, read_manner
from policies.language.model import (
    ROLES,
    Bound,
    DefaultsText,
    ExceptionText,
    PolicyText,
    RuleText,
)
from policies.language.problems import Doc, Path, Reading, nearest
from policies.rules import InlineTest
from policies.ruling import DIRECTIONS, EGRESS

POLICY: Final = ("kind", "policy", "owner", "basis", "applies_to", "rules", "exceptions", "tests")
RULE: Final = ("id", "title", "when", "unless", "action", *MANNER)
EXCEPTION: Final = ("id", "lifts", "who", "reason", "owner", "expires")
TEST: Final = ("name", "text", "texts", "part", "to", "as", "direction", "role", "tool", "history", "expect")
EXPECT: Final = ("verdict", "rules", "shadow", "class")
VERDICTS: Final = ("allow", "pseudonymise", "redact", "reroute", "repair", "deny")
PARTS: Final = ("text", *PART_CLASSES, "identity", "schema_invalid")
# What a case says of its caller, each with the register that its name stands in.
CALLER: Final[Mapping[str, str | None]] = {
    "user": None, "team": "teams", "groups": "groups", "use_case": "use_cases", "organisation": None, "model": "models",
    "key": None, "dialect": None, "labels": "labels", "size": None,
}  # fmt: skip


class PolicyReader:
    """Reads the documents of one bundle; every fault goes to `reading`. levels: of the data classes, by id."""

    def __init__(self, reading: Reading, conditions: ConditionReader, levels: Mapping[str, int]) -> None:
        self.reading = reading
        self.conditions = conditions
        self.levels = levels

    def policy(self, doc: Doc) -> PolicyText:
        """One EgressPolicy document."""
        path: Path = (doc.file,)
        value = self.reading.mapping(doc.value, path, POLICY, ("policy", "owner", "rules"))
        name, owner = self.head(value, path, "policy")
        scope = (*path, "applies_to")
        applies = self.reading.mapping(value.get("applies_to", {}), scope, APPLIES_TO)
        rules = [
            self._rule(rule, (*path, "rules", i), name, applies, scope)
            for i, rule in enumerate(self._list(value, "rules", path))
        ]
        exceptions, tests = self.tail(value, path)
        return PolicyText(name, path, owner, tuple(rules), exceptions, tests)

    def head(self, value: Mapping[str, Any], path: Path, kind: str) -> tuple[str, str]:
        """The name and the owner of a document."""
        name = self.reading.text(value.get(kind), (*path, kind), name=True) if kind in value else ""
        owner = self.reading.text(value["owner"], (*path, "owner")) if "owner" in value else ""
        if "basis" in value:
            self.reading.text(value["basis"], (*path, "basis"))
        return name, owner

    def tail(self, value: Mapping[str, Any], path: Path) -> tuple[tuple[ExceptionText, ...], tuple[InlineTest, ...]]:
        """The exceptions and the cases of a document."""
        exceptions = [
            self._exception(e, (*path, "exceptions", i)) for i, e in enumerate(self._list(value, "exceptions", path))
        ]
        tests = [t for i, g in enumerate(self._list(value, "tests", path)) for t in self._tests(g, (*path, "tests", i))]
        return tuple(exceptions), tuple(tests)

    def defaults(self, doc: Doc) -> DefaultsText:
        """The Defaults document."""
        path: Path = (doc.file,)
        value = self.reading.mapping(doc.value, path, ("kind", "when_no_rule_matches"), ("when_no_rule_matches",))
        path = (*path, "when_no_rule_matches")
        given = self.reading.mapping(value.get("when_no_rule_matches", {}), path, ("internal", "external", "unknown"))
        found = {k: self.reading.choice(v, (*path, k), ("deny", "allow")) for k, v in given.items()}
        if found.get("unknown") == "allow":
            self.reading.fault((*path, "unknown"), "an unknown destination is always denied: only deny can stand here")
        return DefaultsText(path, found.get("internal", "deny"), found.get("external", "deny"))

    def _list(self, value: Mapping[str, Any], key: str, path: Path) -> list[Any]:
        return self.reading.items(value[key], (*path, key)) if key in value else []

    def _rule(self, given: object, path: Path, policy: str, applies: Mapping[str, Any], scope: Path) -> RuleText:
        value = self.reading.mapping(given, path, RULE, ("id", "action"))
        action = read_action(value.get("action"), (*path, "action"), self.reading)
        loosens = action == "allow"
        when = self.reading.mapping(value.get("when", {}), (*path, "when"), WHEN)
        unless = self.reading.mapping(value.get("unless", {}), (*path, "unless"), UNLESS)
        directions = EGRESS
        if "directions" in applies:
            directions = self.conditions.directions(applies["directions"], (*scope, "directions"))
        if "title" in value:
            self.reading.text(value["title"], (*path, "title"))
        if "as" in value and action != "pseudonymise":
            self.reading.fault((*path, "as"), "as is for action: pseudonymise only")
        return RuleText(
            id=self._id(value, path),
            policy=policy,
            path=path,
            action=action,
            when=self.conditions.facts(applies, scope, loosens=loosens)
            + self.conditions.facts(when, (*path, "when"), loosens=loosens),
            unless=self.conditions.facts(unless, (*path, "unless"), loosens=not loosens),
            findings=self.conditions.findings(when["findings"], (*path, "when", "findings"))
            if "findings" in when
            else None,
            data_class=self._data_class(when, path, loosens=loosens),
            where=self.conditions.where(directions, when, (*path, "when")),
            **read_manner(value, path, self.reading, self.destination),
        )

    def _data_class(self, when: Mapping[str, Any], path: Path, *, loosens: bool) -> tuple[Bound, ...]:
        if "data_class" not in when:
            return ()
        path = (*path, "when", "data_class")
        return (read_bound(when["data_class"], path, self.reading, self.levels, loosens=loosens),)

    def _id(self, value: Mapping[str, Any], path: Path) -> str:
        found = self.reading.text(value["id"], (*path, "id"), name=True) if "id" in value else ""
        if found.startswith("built-in"):
            self.reading.fault((*path, "id"), "names that begin with built-in are taken")
        return found

    def destination(self, value: object, path: Path) -> str:
        """The name of a destination that exists."""
        return self._single(value, path, "destinations")

    def _single(self, value: object, path: Path, register: str | None) -> str:
        name = self.reading.text(value, path)
        known = self.conditions.names(name, path, register) if name else None
        if known is not None and not known.exact:
            self.reading.fault(path, "must be one name, not a pattern")
        return name

    def _exception(self, given: object, path: Path) -> ExceptionText:
        value = self.reading.mapping(given, path, EXCEPTION, EXCEPTION)
        who = self.reading.mapping(value.get("who", {}), (*path, "who"), WHO)
        if not who:
            self.reading.fault((*path, "who"), "must name whom the exception is for")
        return ExceptionText(
            id=self._id(value, path),
            path=path,
            lifts=self.reading.texts(value.get("lifts", []), (*path, "lifts")),
            who=self.conditions.facts(who, (*path, "who"), loosens=True),
            owner=self.reading.text(value.get("owner", "?"), (*path, "owner")),
            reason=self.reading.text(value.get("reason", "?"), (*path, "reason")),
            expires=self.reading.day(value.get("expires"), (*path, "expires")),
        )

    def _tests(self, given: object, path: Path) -> Iterator[InlineTest]:
        """The cases of one entry: one for each of its texts."""
        value = self.reading.mapping(given, path, TEST, ("name", "to", "expect"))
        expect = self.reading.mapping(value.get("expect", {}), (*path, "expect"), EXPECT, ("verdict",))
        part, note = self._part(value.get("part", "text"), (*path, "part"))
        case = InlineTest(
            name=self.reading.text(value.get("name", "?"), (*path, "name")),
            path=path,
            text="",
            to=self._to(value.get("to", {}), (*path, "to")),
            caller=self._caller(value.get("as", {}), (*path, "as")),
            direction=self.reading.choice(value.get("direction", "request"), (*path, "direction"), sorted(DIRECTIONS)),
            role=self.reading.choice(value.get("role", "user"), (*path, "role"), ROLES),
            history=self.reading.flag(value.get("history", False), (*path, "history")),
            verdict=self.reading.choice(expect.get("verdict", "allow"), (*path, "expect", "verdict"), VERDICTS),
            rules=self._expected(expect, "rules", path),
            shadow=self._expected(expect, "shadow", path),
            data_class=self._class(expect["class"], (*path, "expect", "class")) if "class" in expect else None,
            part=part,
            note=note,
            tool=self.reading.text(value["tool"], (*path, "tool")) if "tool" in value else None,
        )
        for index, text in enumerate(self._texts(value, path, part)):
            yield replace(case, text=text, name=f"{case.name} ({index + 1})" if index else case.name)

    def _texts(self, value: Mapping[str, Any], path: Path, part: str) -> tuple[str, ...]:
        if "texts" in value and "text" in value:
            self.reading.fault((*path, "texts"), "text or texts, one of the two")
        if "texts" in value:
            return self.reading.texts(value["texts"], (*path, "texts"))
        if "text" not in value and part == "text":
            self.reading.fault(path, "text is missing")
        return (self.reading.text(value["text"], (*path, "text")) if "text" in value else "",)

    def _part(self, value: object, path: Path) -> tuple[str, str]:
        """`text`, `remote_url`, or `{remote_url: https://docs.example.org}`: what stands there, and which one."""
        if not isinstance(value, Mapping):
            return self.reading.choice(value, path, PARTS), ""
        given = self.reading.mapping(value, path, PARTS[1:])
        if len(given) != 1:
            self.reading.fault(path, "names one part")
        return next(((k, self.reading.text(v, (*path, k))) for k, v in given.items()), ("text", ""))

    def _class(self, value: object, path: Path) -> str:
        name = self.reading.text(value, path)
        if name and name not in self.levels:
            self.reading.fault(path, f"{name} is none of the data classes", nearest(name, self.levels))
        return name

    def _caller(self, value: object, path: Path) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for key, given in self.reading.mapping(value, path, CALLER).items():
            at, register = (*path, key), CALLER[key]
            if key == "size":
                found[key] = self.reading.whole(given, at)
            elif key not in ("groups", "labels"):
                found[key] = self._single(given, at, register)
            else:
                several = enumerate(self.reading.texts(given, at))
                found[key] = tuple(
                    self._single(g, (*at, i) if isinstance(given, list) else at, register) for i, g in several
                )
        return found

    def _to(self, value: object, path: Path) -> str | Mapping[str, Any]:
        """A destination's name, or facts of one: `{external: true, region: us}`; what isn't said is missing."""
        if isinstance(value, str):
            return self.destination(value, path)
        facts = self.reading.mapping(value, path, DESTINATION)
        for key, fact in facts.items():
            if DESTINATION[key].kind == "name":
                self._single(fact, (*path, key), DESTINATION[key].register)
            elif DESTINATION[key].kind == "flag":
                self.reading.flag(fact, (*path, key))
            elif type(fact) is not int:
                self.reading.fault((*path, key), "must be a whole number")
        return facts

    def _expected(self, expect: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...] | None:
        if key not in expect:
            return None
        rules = self.reading.items(expect[key], (*path, "expect", key))
        return tuple(self.reading.text(r, (*path, "expect", key, i)) for i, r in enumerate(rules))
