"""Cases of policies (`tests:`), read into the typed model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from policies.findings import PART_CLASSES
from policies.language.conditions import ConditionReader
from policies.language.facts import DESTINATION
from policies.language.model import ROLES
from policies.language.problems import Path, Reading, nearest
from policies.rules import InlineTest, Said
from policies.ruling import DIRECTIONS, EGRESS

SAID: Final = ("role", "text", "direction", "history", "tool", "part")
TEST: Final = ("name", "text", "texts", "messages", "to", "as", "at", "expect", *SAID[:1], *SAID[2:])
EXPECT: Final = ("verdict", "rules", "shadow", "to", "class")
VERDICTS: Final = ("allow", "pseudonymise", "redact", "reroute", "repair", "deny")
PARTS: Final = ("text", *PART_CLASSES, "identity", "schema_invalid")
# What a case says of its caller, each with the register that its name stands in.
CALLER: Final[Mapping[str, str | None]] = {
    "user": None, "team": "teams", "groups": "groups", "use_case": "use_cases", "organisation": None, "model": "models",
    "key": None, "dialect": None, "labels": "labels", "size": None,
}  # fmt: skip
# Where a text of each role stands, if a message doesn't say; any other is what is asked.
_STANDS: Final = {"tool": "tool_results", "tool_arguments": "tool_arguments"}


class CaseReader:
    """Reads cases; every fault goes to `reading`. levels: of the data classes, by id."""

    def __init__(self, reading: Reading, conditions: ConditionReader, levels: Mapping[str, int]) -> None:
        self.reading, self.conditions, self.levels = reading, conditions, levels

    def cases(self, given: object, path: Path) -> Iterator[InlineTest]:
        """The cases of one entry: one for each of its texts."""
        value = self.reading.mapping(given, path, TEST, ("name", "to", "expect"))
        expect = self.reading.mapping(value.get("expect", {}), (*path, "expect"), EXPECT, ("verdict",))
        case = InlineTest(
            name=self.reading.text(value.get("name", "?"), (*path, "name")),
            path=path,
            text="",
            to=self._to(value.get("to", {}), (*path, "to")),
            caller=self._caller(value.get("as", {}), (*path, "as")),
            at=self.reading.moment(value["at"], (*path, "at")) if "at" in value else None,
            verdict=self.reading.choice(expect.get("verdict", "allow"), (*path, "expect", "verdict"), VERDICTS),
            rules=self._expected(expect, "rules", path),
            shadow=self._expected(expect, "shadow", path),
            reroute=self.conditions.target(expect["to"], (*path, "expect", "to")) if "to" in expect else None,
            data_class=self._class(expect["class"], (*path, "expect", "class")) if "class" in expect else None,
        )
        for index, said in enumerate(self._texts(value, path)):
            name = f"{case.name} ({index + 1})" if index else case.name
            yield replace(case, name=name, before=said[:-1], **said[-1]._asdict())

    def _texts(self, value: Mapping[str, Any], path: Path) -> list[tuple[Said, ...]]:
        """What is said in each case of an entry, the last of it what is judged as answer or request."""
        ways = [key for key in ("text", "texts", "messages") if key in value]
        if len(ways) > 1:
            self.reading.fault((*path, ways[1]), f"{' or '.join(ways)}, one of these")
        if "messages" in value:
            return [self._messages(value, path)]
        one = self._said(value, path, "request", DIRECTIONS, texts="texts" in value)
        if "texts" in value:
            return [(one._replace(text=text),) for text in self.reading.texts(value["texts"], (*path, "texts"))]
        return [(one,)]

    def _messages(self, value: Mapping[str, Any], path: Path) -> tuple[Said, ...]:
        for key in SAID:
            if key in value and key != "text":
                self.reading.fault((*path, key), f"each message has its own {key}")
        path = (*path, "messages")
        given = self.reading.items(value["messages"], path)
        if isinstance(value["messages"], list) and not given:
            self.reading.fault(path, "must not be empty")
        said = []
        for index, one in enumerate(given):
            at = (*path, index)
            members = self.reading.mapping(one, at, SAID, ("role",))
            stands = _STANDS.get(members["role"], "request") if isinstance(members.get("role"), str) else "request"
            said.append(self._said(members, at, stands, EGRESS))
        return tuple(said) or (Said(""),)

    def _said(
        self, value: Mapping[str, Any], path: Path, stands: str, directions: frozenset[str], *, texts: bool = False
    ) -> Said:
        part, note = self._part(value.get("part", "text"), (*path, "part"))
        if "text" not in value and part == "text" and not texts:
            self.reading.fault(path, "text is missing")
        return Said(
            text=self.reading.text(value["text"], (*path, "text")) if "text" in value else "",
            role=self.reading.choice(value.get("role", "user"), (*path, "role"), ROLES),
            direction=self.reading.choice(value.get("direction", stands), (*path, "direction"), sorted(directions)),
            history=self.reading.flag(value.get("history", False), (*path, "history")),
            part=part,
            note=note,
            tool=self.reading.text(value["tool"], (*path, "tool")) if "tool" in value else None,
        )

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
                found[key] = self.conditions.name(given, at, register)
            else:
                several = enumerate(self.reading.texts(given, at))
                found[key] = tuple(
                    self.conditions.name(g, (*at, i) if isinstance(given, list) else at, register) for i, g in several
                )
        return found

    def _to(self, value: object, path: Path) -> str | Mapping[str, Any]:
        """A destination's name, or facts of one: `{external: true, region: us}`; what isn't said is missing."""
        if isinstance(value, str):
            return self.conditions.name(value, path, "destinations")
        facts = self.reading.mapping(value, path, DESTINATION)
        for key, fact in facts.items():
            if DESTINATION[key].kind == "name":
                self.conditions.name(fact, (*path, key), DESTINATION[key].register)
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
