"""Which rules matched which recorded calls: the question that whoever owns a rule asks of the ledger."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from observability.ledger.came import NOTHING, done, first, of_end, of_sent
from observability.ledger.reading import records, written_since

_OPEN = 50_000  # calls whose end is waited for, and ended ones of which a second record would be noticed
_STRONGEST = ("enforce", "lifted", "shadow")

T = TypeVar("T")
Progress = Callable[[int, int], None]


class Hit(NamedTuple):
    """One rule that matched one call. destinations: at which candidates. mode: the strongest of theirs.

    lifted_by: exceptions or reports. answer: the rule matched the answer, not what was asked. came: what came of it:
    deny (the call was refused), cut (the answer was), kept (it was kept from a destination and went to another),
    reroute | redact | pseudonymise | repair | warn | allow (was done where it went), lift, shadow, "" (nothing: the
    call went elsewhere, or another rule decided).
    """

    call: str
    at: datetime
    team: str
    use_case: str
    rule: str
    policy: str
    action: str
    mode: str
    destinations: tuple[str, ...]
    lifted_by: tuple[str, ...]
    answer: bool
    came: str = NOTHING


class Reported(NamedTuple):
    """What a caller said of a rule. kind: false_positive | override."""

    at: datetime
    rule: str
    kind: str


class _Call(NamedTuple):
    """A call of which no end was read yet. hits: by rule."""

    at: datetime
    team: str
    use_case: str
    hits: dict[str, Hit]


class Hits:
    """Reads hits off a ledger, each rule of a call once, in a bounded memory.

    rules: ids of all that were in force. ends: how calls ended that arrived at `ends_since` or after it, counted.
    reports: what callers said of which rule: when, rule, kind.
    """

    def __init__(
        self, folder: Path, since: datetime, until: datetime | None = None, *, ends_since: datetime | None = None
    ) -> None:
        self._folder, self._since, self._until = folder, since, until
        self._ends_since = ends_since or since
        self._open: OrderedDict[str, _Call] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()
        self.rules: set[str] = set()
        self.ends: Counter[str] = Counter()
        self.reports: list[Reported] = []

    def read(self, progress: Progress = lambda done, of: None) -> Iterator[Hit]:
        """Every hit, as the calls ended; then those of calls of which no end is on record."""
        paths = written_since(self._folder, self._since)
        for number, path in enumerate(paths):
            progress(number, len(paths))
            for record in records(path, "INTENT", "ATTEMPT-START", "OUTCOME", "PAIR", "EVENT"):
                match record["record"]:
                    case "INTENT":
                        yield from self._asked(record)
                    case "ATTEMPT-START":
                        self._failed_over(record)
                    case "OUTCOME":
                        yield from self._over(record)
                    case "PAIR":
                        self.rules.update(record.get("rules", ()))
                    case _:
                        self._event(record)
        for call in self._open.values():
            yield from call.hits.values()
        progress(len(paths), len(paths))

    def _asked(self, intent: Mapping[str, Any]) -> Iterator[Hit]:
        """Note a call that begins; where too many wait for their end, the hits of the oldest."""
        at = datetime.fromisoformat(intent["at"])
        if intent["call"] in self._open or intent["call"] in self._ended or not self._within(at):
            return
        rulings, destination = intent["rulings"], intent["destination"]
        came: dict[str, str] = {}
        for rule, what in of_sent(rulings, destination) if destination else ():
            came[rule] = first(what, came.get(rule, NOTHING))
        call = _Call(at, intent["who"]["team"], intent["who"]["use_case"], {})
        for rule, (hits, places) in _fired(rulings).items():
            call.hits[rule] = _hit(intent["call"], call, hits, places, came.get(rule, NOTHING))
        gone = _remember(self._open, intent["call"], call)
        yield from gone.hits.values() if gone is not None else ()

    def _failed_over(self, start: Mapping[str, Any]) -> None:
        """Note what rules did at a destination that was tried after another."""
        call, ruled = self._open.get(start["call"]), start["ruling"]
        for one in ruled["rules"] if call is not None and ruled is not None else ():
            assert call is not None
            known = call.hits.get(one["rule"])
            hit = known or _hit(start["call"], call, [one], (start["destination"],), NOTHING)
            call.hits[one["rule"]] = hit._replace(came=first(hit.came, done(ruled, one)))

    def _over(self, outcome: Mapping[str, Any]) -> Iterator[Hit]:
        if outcome["call"] in self._ended:
            return
        if outcome["intent"] is not None:
            yield from self._asked(outcome["intent"])
        call = self._open.pop(outcome["call"], None)
        if call is None:
            return
        _remember(self._ended, outcome["call"], None)
        if call.at >= self._ends_since:
            self.ends[outcome["outcome"]] += 1
        destination = (outcome["destination"],) if outcome["destination"] else ()
        for one in outcome["rules"]:
            known, came = call.hits.get(one["rule"]), of_end(one, outcome)
            call.hits[one["rule"]] = (
                known._replace(came=first(came, known.came))
                if known is not None
                else _hit(outcome["call"], call, [one], destination, came, answer=outcome["intent"] is None)
            )
        yield from call.hits.values()

    def _event(self, event: Mapping[str, Any]) -> None:
        kind, _, what = event["event"].partition(".")
        at = datetime.fromisoformat(event["at"])
        if kind == "report" and "rule" in event["detail"] and self._within(at):
            self.reports.append(Reported(at, event["detail"]["rule"], what))

    def _within(self, at: datetime) -> bool:
        return at >= self._since and (self._until is None or at < self._until)


@dataclass
class Count:
    """The hits of one rule, in calls. modes: enforce, shadow, lifted. answers: that were about the answer. came: what
    came of it, as in Hit.
    """

    rule: str
    policy: str = ""
    calls: int = 0
    answers: int = 0
    modes: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    teams: Counter[str] = field(default_factory=Counter)
    use_cases: Counter[str] = field(default_factory=Counter)
    destinations: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    lifted_by: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, hit: Hit) -> None:
        """Count one hit."""
        self.policy = hit.policy
        self.calls += 1
        self.answers += hit.answer
        self.modes[hit.mode] += 1
        self.came[hit.came] += 1
        self.actions[hit.action] += 1
        self.teams[hit.team] += 1
        self.use_cases[hit.use_case] += 1
        self.destinations.update(hit.destinations)
        self.days[hit.at.astimezone(UTC).date().isoformat()] += 1
        self.lifted_by.update(hit.lifted_by)
        self.first = min(self.first or hit.at, hit.at)
        self.last = max(self.last or hit.at, hit.at)


def _fired(rulings: list[Mapping[str, Any]]) -> dict[str, tuple[list[Mapping[str, Any]], tuple[str, ...]]]:
    """By rule, its hits at the candidates, and which these are."""
    found: dict[str, tuple[list[Mapping[str, Any]], tuple[str, ...]]] = {}
    for ruled in rulings:
        for one in ruled["rules"]:
            hits, destinations = found.get(one["rule"], ([], ()))
            here = ruled["destination"]
            places = destinations if here in destinations else (*destinations, here)
            found[one["rule"]] = ([*hits, one], places)
    return found


def _hit(
    name: str,
    call: _Call,
    hits: list[Mapping[str, Any]],
    destinations: tuple[str, ...],
    came: str,
    *,
    answer: bool = False,
) -> Hit:
    strongest = min(hits, key=lambda one: _STRONGEST.index(one["mode"]))
    by = sorted({one["lifted_by"] for one in hits if one.get("lifted_by")})
    return Hit(
        name, call.at, call.team, call.use_case, strongest["rule"], strongest["policy"], strongest["action"],
        strongest["mode"], destinations, tuple(by), answer, came,
    )  # fmt: skip


def _remember(memory: OrderedDict[str, T], key: str, value: T) -> T | None:
    """Remember one more; the oldest, where it had to go."""
    memory[key] = value
    return memory.popitem(last=False)[1] if len(memory) > _OPEN else None
