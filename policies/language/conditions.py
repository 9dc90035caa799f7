"""`when`, `unless`, `who` and `applies_to`: facts, findings and places, read into typed conditions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from policies.asks import DEFAULT_CONFIDENCE, FindingsTest
from policies.language.facts import CALL, DESTINATION, Fact
from policies.language.model import CLASSES, ROLES, Condition, Names, Where
from policies.language.problems import Path, Reading, nearest
from policies.language.times import read_span
from policies.language.vocabulary import Vocabulary
from policies.ruling import DIRECTIONS

PLACES: Final = ("roles", "tools", "hosts", "server_tools")
WHEN: Final = ("findings", "data_class", "destination", *CALL, *PLACES)
FINDINGS: Final = ("any_of", "all_of", "confidence", "count", "within")
UNLESS: Final = ("destination", *CALL)
WHO: Final = ("users", "groups", "teams", "use_cases", "organisations", "keys")
APPLIES_TO: Final = ("directions", *CALL)
# What a text or its sender decides: it can make a rule match, and spares nobody from one.
_SENT: Final = ("findings", "data_class", *PLACES, *(key for key, fact in CALL.items() if fact.declared))


class ConditionReader:
    """Reads conditions against one vocabulary; faults go to `reading`."""

    def __init__(self, reading: Reading, vocabulary: Vocabulary) -> None:
        self.reading = reading
        self.vocabulary = vocabulary

    def facts(self, value: Mapping[str, Any], path: Path, *, loosens: bool) -> tuple[Condition, ...]:
        """Conditions on call and destination. loosens: holding permits more, so nothing self-declared counts."""
        found = [self._fact(CALL[k], k, v, (*path, k), loosens) for k, v in value.items() if k in CALL]
        destination = value.get("destination")
        if destination is not None:
            found += self.destination(destination, (*path, "destination"))
        return tuple(found)

    def destination(self, value: object, path: Path) -> tuple[Condition, ...]:
        """Conditions on the destination: nothing of it is self-declared."""
        members = self.reading.mapping(value, path, DESTINATION)
        return tuple(
            self._fact(DESTINATION[k], f"destination.{k}", v, (*path, k), loosens=False) for k, v in members.items()
        )

    def sparing(self, value: object, path: Path, known: Iterable[str]) -> Mapping[str, Any]:
        """The mapping of an `unless` or a `who`, which say where a rule doesn't count."""
        names = tuple(known)
        if isinstance(value, Mapping):
            sent = [key for key in value if key in _SENT and key not in names]
            for key in sent:
                self.reading.fault((*path, key), f"{key} is what the caller says or sends: it can't loosen a ruling")
            value = {k: v for k, v in value.items() if k not in sent}
        return self.reading.mapping(value, path, names)

    def findings(self, value: object, path: Path) -> FindingsTest:
        """`findings: {any_of: [...], confidence: ">=0.75", count: ">=1"}`; more findings can only make it match."""
        members = self.reading.mapping(value, path, FINDINGS)
        if ("any_of" in members) == ("all_of" in members):
            self.reading.fault(path, "needs any_of or all_of, one of the two")
        key = "all_of" if "all_of" in members else "any_of"
        given = self.reading.texts(members.get(key, []), (*path, key)) if key in members else ()
        confidence, count = DEFAULT_CONFIDENCE, 1
        if "confidence" in members:
            asked = self.reading.comparison(members["confidence"], (*path, "confidence"), (">=", ">"))
            confidence = asked.number if asked.operator == ">=" else math.nextafter(asked.number, 2.0)
        if "count" in members:
            asked = self.reading.comparison(members["count"], (*path, "count"), (">=", ">"))
            count = max(1, math.ceil(asked.number) if asked.operator == ">=" else math.floor(asked.number) + 1)
        within = self.reading.whole(members["within"], (*path, "within")) if "within" in members else 0
        test = FindingsTest(self._detectors(given, (*path, key)), key == "all_of", confidence, count, within=within)
        if "within" in members and (within == 0 or test.single):
            self.reading.fault(
                (*path, "within"), "is how far several findings stand apart: all_of, or a count above one"
            )
        return test

    def where(self, directions: frozenset[str], value: Mapping[str, Any], path: Path) -> Where:
        """Which passages count."""
        roles = None
        if "roles" in value:
            given = self.reading.texts(value["roles"], (*path, "roles"))
            roles = frozenset(self.reading.choice(r, (*path, "roles"), ROLES) for r in given)
        patterns = {k: self.names(value[k], (*path, k), None) for k in ("tools", "hosts", "server_tools") if k in value}
        return Where(directions, roles, patterns.get("tools"), patterns.get("hosts"), patterns.get("server_tools"))

    def directions(self, value: object, path: Path) -> frozenset[str]:
        order = sorted(DIRECTIONS)
        return frozenset(self.reading.choice(d, path, order) for d in self.reading.texts(value, path))

    def names(self, value: object, path: Path, register: str | None) -> Names:
        """Names and patterns with one `*` at either end; each must be, or match, a name that exists."""
        known = self.vocabulary.register(register) if register else None
        exact, prefixes, suffixes = set(), [], []
        for index, name in enumerate(self.reading.texts(value, path)):
            at = (*path, index) if isinstance(value, list) else path
            self._known(name, at, register or "", known)
            if "*" not in name:
                exact.add(name)
            elif name.endswith("*") and "*" not in name[:-1]:
                prefixes.append(name[:-1])
            elif name.startswith("*") and "*" not in name[1:]:
                suffixes.append(name[1:])
            else:
                self.reading.fault(at, "a pattern has one * at its beginning or its end")
        return Names(frozenset(exact), tuple(sorted(prefixes)), tuple(sorted(suffixes)))

    def name(self, value: object, path: Path, register: str | None) -> str:
        """One name that exists, no pattern."""
        name = self.reading.text(value, path)
        known = self.names(name, path, register) if name else None
        if known is not None and not known.exact:
            self.reading.fault(path, "must be one name, not a pattern")
        return name

    def target(self, value: object, path: Path) -> str:
        """The name of a destination that exists."""
        return self.name(value, path, "destinations")

    def _fact(self, fact: Fact, where: str, value: object, path: Path, loosens: bool) -> Condition:
        if fact.declared and loosens:
            self.reading.fault(path, f"{fact.key} is what the caller says about itself: it can't loosen a ruling")
        if fact.kind == "flag":
            return Condition(where, fact, self.reading.flag(value, path))
        if fact.kind == "number":
            # A declared number grows with what the caller adds: only "at least" is sure to tighten.
            operators = (">=", ">") if fact.declared else (">=", ">", "<=", "<")
            return Condition(where, fact, self.reading.comparison(value, path, operators))
        if fact.kind == "time":
            return Condition(where, fact, read_span(value, path, self.reading))
        return self._membership(fact, where, value, path)

    def _membership(self, fact: Fact, where: str, value: object, path: Path) -> Condition:
        if not isinstance(value, Mapping):
            return Condition(where, fact, self.names(value, path, fact.register))
        members = self.reading.mapping(value, path, ("in", "not_in"))
        if len(members) != 1:
            self.reading.fault(path, "needs in or not_in, one of the two")
            return Condition(where, fact, Names())
        ((key, names),) = members.items()
        if key == "not_in" and fact.declared:
            self.reading.fault(path, f"{fact.key} is what the caller says about itself: it can't be asked with not_in")
        return Condition(where, fact, self.names(names, (*path, key), fact.register), negate=key == "not_in")

    def _detectors(self, given: tuple[str, ...], path: Path) -> frozenset[str]:
        known = self.vocabulary.detectors
        every = None if known is None else known | frozenset(CLASSES)
        found: set[str] = set()
        for index, name in enumerate(given):
            self._known(name, (*path, index), "detectors", every)
            if "*" not in name:
                found.add(name)
            elif name.find("*") != len(name) - 1 or name == "*" or every is None:
                self.reading.fault((*path, index), "a pattern of detectors is a prefix and one * (secret.*)")
            else:
                found.update(d for d in every if d.startswith(name[:-1]))
        return frozenset(found)

    def _known(self, name: str, path: Path, register: str, known: frozenset[str] | None) -> None:
        if known is None or not name:
            return
        if "*" in name:
            if not any(_meet(name, one) for one in known):
                self.reading.fault(path, f"{name} matches none of the {plain(register)}")
        elif name not in known and not any("*" in one and _meet(name, one) for one in known):
            self.reading.fault(path, f"{name} is none of the {plain(register)}", nearest(name, known))


def _meet(one: str, other: str) -> bool:
    """Whether a name can be both: of names, or patterns with one asterisk, that a register has too."""
    (pre, star, post), (before, wild, after) = one.partition("*"), other.partition("*")
    if not star:
        return len(one) > len(before) + len(after) and one.startswith(before) and one.endswith(after)
    if not wild:
        return other.startswith(pre) and other.endswith(post)
    return (pre.startswith(before) or before.startswith(pre)) and (post.endswith(after) or after.endswith(post))


def plain(register: str) -> str:
    """A register as messages call it."""
    return {"trusts": "trust levels", "vendor_models": "vendors' models"}.get(register, register.replace("_", " "))
