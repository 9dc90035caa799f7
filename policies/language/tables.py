"""DecisionTable documents: what becomes of each data class at each kind of destination, read as the rules they are.

A cell counts for calls of its class and of higher ones: since no higher class has a weaker cell, what the lower rows
ask holds beside what the higher ones do. A cell that lets a call go permits it too, however much it replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from policies.language.facts import CALL
from policies.language.manners import MANNER, SHARED, read_action, read_manner
from policies.language.model import Bound, Condition, PolicyText, RuleText, Where
from policies.language.problems import Doc, Path, nearest
from policies.language.read import PolicyReader
from policies.ruling import EGRESS

TABLE: Final = (
    "kind", "table", "owner", "basis", "applies_to", "columns", "rows", *SHARED, "exceptions", "tests",
)  # fmt: skip
TABLE_APPLIES_TO: Final = ("directions", *(key for key, fact in CALL.items() if not fact.declared))
CELL: Final = ("action", *MANNER)

# From what lets most go to what lets least.
SEVERITY: Final = ("allow", "warn", "pseudonymise", "redact", "reroute", "deny")
# A call that is sent elsewhere has been let go; whether it may go there is that destination's ruling.
_LETS_GO: Final = ("warn", "pseudonymise", "redact", "reroute")
_PERMITS: Final = ("allow", *_LETS_GO)
_REPLACES: Final = ("pseudonymise", "redact")


def read_table(doc: Doc, reader: PolicyReader) -> PolicyText:
    """One DecisionTable document as a policy, with a rule for each cell: `TABLE.ROW.COLUMN`."""
    path: Path = (doc.file,)
    value = reader.reading.mapping(doc.value, path, TABLE, ("table", "owner", "columns", "rows"))
    name, owner = reader.head(value, path, "table")
    table = _Table(reader, path, name, value)
    exceptions, tests = reader.tail(value, path)
    return PolicyText(name, path, owner, tuple(table.rules()), exceptions, tests)


class _Table:
    """One table while it is read. usual: what its cells share; applies: to which calls."""

    def __init__(self, reader: PolicyReader, path: Path, name: str, value: Mapping[str, Any]) -> None:
        self.reader, self.path, self.name = reader, path, name
        reading, scope = reader.reading, (*path, "applies_to")
        self.usual = read_manner(
            {k: v for k, v in value.items() if k in SHARED}, path, reading, reader.conditions.target
        )
        applies = reading.mapping(value.get("applies_to", {}), scope, TABLE_APPLIES_TO)
        self.applies = reader.conditions.facts(applies, scope, loosens=False)
        self.directions = self._directions(applies, (*scope, "directions"))
        self.columns = self._columns(value.get("columns", {}), (*path, "columns"))
        self.rows = self._rows(value.get("rows", {}), (*path, "rows"))

    def rules(self) -> list[RuleText]:
        """The rule of each cell, the rows from the least sensitive class on."""
        found: list[RuleText] = []
        strictest: dict[str, tuple[str, str]] = {}
        watched: dict[str, str] = {}
        for row in sorted(self.rows, key=lambda one: self.reader.levels[one]):
            for column, cell in self.rows[row].items():
                rule = self._rule(row, column, cell)
                found.append(rule)
                before, by = strictest.get(column, (rule.action, row))
                if SEVERITY.index(rule.action) < SEVERITY.index(before):
                    weaker = f"{row} is more sensitive than {by}, but {rule.action} is weaker than {before}"
                    self.reader.reading.fault(rule.path, weaker)
                else:
                    strictest[column] = rule.action, row
                self._unwatched(rule, row, watched.get(column))
                if rule.mode == "shadow" and rule.action in _PERMITS:
                    watched.setdefault(column, row)
        return found

    def _unwatched(self, rule: RuleText, row: str, watched: str | None) -> None:
        """A cell that permits, above one that is only watched: a finding or a mark would then open what is closed."""
        if watched is not None and rule.mode == "enforce" and rule.action in _PERMITS:
            said = f"{row} would be let go and {watched}, less sensitive, not: {watched} is in shadow"
            self.reader.reading.fault(rule.path, said)

    def _directions(self, applies: Mapping[str, Any], path: Path) -> frozenset[str]:
        """Which texts the table is about: what is sent, or some of it."""
        if "directions" not in applies:
            return EGRESS
        found = self.reader.conditions.directions(applies["directions"], path)
        if not found <= EGRESS:
            self.reader.reading.fault(path, "a table is about what is sent: rules on answers stand in policies")
        return found & EGRESS

    def _columns(self, value: object, path: Path) -> dict[str, tuple[Condition, ...]]:
        reading = self.reader.reading
        given = value if isinstance(value, Mapping) else {}
        reading.mapping(value, path, tuple(map(str, given)))
        if not given:
            reading.fault(path, "must name kinds of destinations, each with its conditions")
        for name, conditions in given.items():
            reading.text(name, (*path, name), name=True)
            if conditions == {}:
                reading.fault((*path, name), "must ask something of the destination")
        return {
            str(name): self.reader.conditions.destination(conditions, (*path, name))
            for name, conditions in given.items()
        }

    def _rows(self, value: object, path: Path) -> dict[str, Mapping[str, Any]]:
        reading, levels = self.reader.reading, self.reader.levels
        given = value if isinstance(value, Mapping) else {}
        reading.mapping(value, path, tuple(map(str, given)))
        for name in given:
            if name not in levels:
                reading.fault((*path, name), f"{name} is none of the data classes", nearest(str(name), levels))
        for name in levels:
            if name not in given:
                reading.fault(path, f"needs a row for {name}: what isn't said of a class would be left to other rules")
        return {
            name: reading.mapping(cells, (*path, name), self.columns, self.columns)
            for name, cells in given.items()
            if name in levels
        }

    def _rule(self, row: str, column: str, cell: object) -> RuleText:
        reading, path = self.reader.reading, (*self.path, "rows", row, column)
        value = cell if isinstance(cell, Mapping) else {"action": cell}
        value = reading.mapping(value, path, CELL, ("action",))
        action = read_action(value.get("action"), (*path, "action") if isinstance(cell, Mapping) else path, reading)
        if action not in SEVERITY:
            reading.fault(path, f"{action} can't stand in a table")
            action = "deny"
        level = self.reader.levels[row]
        if action in _REPLACES and level == min(self.reader.levels.values()):
            reading.fault(path, f"nothing makes a call be of the lowest class, so there is nothing to {action}")
        if "as" in value and action != "pseudonymise":
            reading.fault((*path, "as"), "as is for action: pseudonymise only")
        own = read_manner(value, path, reading, self.reader.conditions.target)
        usual = {k: v for k, v in self.usual.items() if "mode" not in own or k not in ("mode", "shadow_until")}
        bounds = (Bound(">=", row, level), *((Bound("<=", row, level),) if action == "allow" else ()))
        return RuleText(
            id=f"{self.name}.{row}.{column}",
            policy=self.name,
            path=path,
            action=action,
            when=(*self.applies, *self.columns[column]),
            data_class=bounds,
            # Which texts there are is up to the caller: what permits a call looks at all of them.
            where=Where(EGRESS if action == "allow" else self.directions),
            permits=action in _LETS_GO and self.directions >= EGRESS,
            **{**usual, **own},
        )
