"""EgressPolicy and Defaults documents, read into the typed model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from policies.language.cases import CaseReader
from policies.language.classes import read_bound
from policies.language.conditions import APPLIES_TO, UNLESS, WHEN, WHO, ConditionReader
from policies.language.manners import MANNER, read_action, read_manner
from policies.language.model import (
    Bound,
    DefaultsText,
    ExceptionText,
    PolicyText,
    RuleText,
)
from policies.language.problems import Doc, Path, Reading
from policies.rules import InlineTest
from policies.ruling import EGRESS

POLICY: Final = ("kind", "policy", "owner", "basis", "applies_to", "rules", "exceptions", "tests")
DEFAULTS: Final = ("kind", "when_no_rule_matches", "review_samples")
SAMPLES: Final = ("allow", "owner", "basis")
RULE: Final = ("id", "title", "when", "unless", "action", *MANNER)
EXCEPTION: Final = ("id", "lifts", "who", "reason", "owner", "expires")


class PolicyReader:
    """Reads the documents of one bundle; every fault goes to `reading`. levels: of the data classes, by id."""

    def __init__(self, reading: Reading, conditions: ConditionReader, levels: Mapping[str, int]) -> None:
        self.reading = reading
        self.conditions = conditions
        self.levels = levels
        self.cases = CaseReader(reading, conditions, levels)

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
        tests = enumerate(self._list(value, "tests", path))
        return tuple(exceptions), tuple(case for i, t in tests for case in self.cases.cases(t, (*path, "tests", i)))

    def defaults(self, doc: Doc) -> DefaultsText:
        """The Defaults document."""
        path: Path = (doc.file,)
        value = self.reading.mapping(doc.value, path, DEFAULTS, ("when_no_rule_matches",))
        samples = "review_samples" in value and self._samples(value["review_samples"], (*path, "review_samples"))
        path = (*path, "when_no_rule_matches")
        given = self.reading.mapping(value.get("when_no_rule_matches", {}), path, ("internal", "external", "unknown"))
        found = {k: self.reading.choice(v, (*path, k), ("deny", "allow")) for k, v in given.items()}
        if found.get("unknown") == "allow":
            self.reading.fault((*path, "unknown"), "an unknown destination is always denied: only deny can stand here")
        return DefaultsText(path, found.get("internal", "deny"), found.get("external", "deny"), samples)

    def _samples(self, value: object, path: Path) -> bool:
        """Whether rules may keep review samples; whoever allows it says who he is and on what ground."""
        given = self.reading.mapping(value, path, SAMPLES, SAMPLES)
        for key in ("owner", "basis"):
            if key in given:
                self.reading.text(given[key], (*path, key))
        return "allow" in given and self.reading.flag(given["allow"], (*path, "allow"))

    def _list(self, value: Mapping[str, Any], key: str, path: Path) -> list[Any]:
        return self.reading.items(value[key], (*path, key)) if key in value else []

    def _rule(self, given: object, path: Path, policy: str, applies: Mapping[str, Any], scope: Path) -> RuleText:
        value = self.reading.mapping(given, path, RULE, ("id", "action"))
        action = read_action(value.get("action"), (*path, "action"), self.reading)
        loosens = action == "allow"
        when = self.reading.mapping(value.get("when", {}), (*path, "when"), WHEN)
        unless = self.conditions.sparing(value.get("unless", {}), (*path, "unless"), UNLESS)
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
            **read_manner(value, path, self.reading, self.conditions.target),
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

    def _exception(self, given: object, path: Path) -> ExceptionText:
        value = self.reading.mapping(given, path, EXCEPTION, EXCEPTION)
        who = self.conditions.sparing(value.get("who", {}), (*path, "who"), WHO)
        if not value.get("who", "?"):
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
