"""What a drill showed, worked out from the calls on record: no clock, no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from gateway.drills.running import Drill

PHASES = ("before", "during", "after")
_LOST = ("failed", "cut")


class Call(NamedTuple):
    """One call of a drill. at: seconds after the fault began (negative: before). took, first: seconds, None where the
    call had no content. to: destinations asked, in order. injected: attempts that the drill made fail. widened: an
    attempt went where the call's own record doesn't permit it. rulings: destination -> verdict and rules."""

    id: str
    at: float
    took: float
    first: float | None
    outcome: str
    code: str
    to: tuple[str, ...]
    injected: int
    widened: bool
    rulings: tuple[tuple[str, str], ...]
    revision: str

    @property
    def lost(self) -> bool:
        """Whether its caller got no answer, or half of one."""
        return self.outcome in _LOST

    @property
    def ended(self) -> float:
        """When it was over, in seconds after the fault began."""
        return self.at + self.took


class Phase(NamedTuple):
    """What calls did that arrived in one part of the drill. Times in seconds."""

    name: str
    calls: int
    served: int
    lost: int
    refused: int
    p50: float
    p95: float
    worst: float
    by_destination: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Findings:
    """What became of a drill's calls.

    recovered: seconds from the first failure that the drill made until every later call was served, 0.0 where none was
    lost, None where calls were still lost when the fault ended. back: seconds from the fault's end until the
    destination answered again, None where it didn't. met: calls that the fault met. widened: calls that went where
    their record doesn't permit. differing: destinations whose ruling differed within the drill's own calls.
    """

    phases: tuple[Phase, ...]
    met: int
    lost: tuple[Call, ...]
    slowest: float
    recovered: float | None
    back: float | None
    widened: tuple[str, ...]
    differing: tuple[str, ...]
    revisions: tuple[str, ...]
    calls: tuple[Call, ...] = field(repr=False, default=())

    def held(self, within: float) -> bool:
        """Whether what was promised held: the fault met calls, they were served again within so many seconds, none took
        so much longer than usual, no ruling widened."""
        unpermitted = self.widened or self.differing
        in_time = self.recovered is not None and self.recovered <= within
        late = self.slowest > within + self.phases[0].p95
        return bool(self.met and in_time and not late and not unpermitted)


def measure(drill: Drill, calls: Iterable[Call]) -> Findings:
    """Everything that a report says of a drill."""
    known = tuple(sorted(calls, key=lambda call: call.at))
    lasts = drill.mended - drill.fails
    parts: dict[str, list[Call]] = {phase: [] for phase in PHASES}
    for call in known:
        parts["before" if call.at < 0 else "during" if call.at < lasts else "after"].append(call)
    hit = [call for call in known if call.injected]
    lost = tuple(call for call in known if call.lost and call.ended >= 0)
    return Findings(
        phases=tuple(_phase(name, parts[name]) for name in PHASES),
        met=len(hit),
        lost=lost,
        slowest=max((call.took for call in parts["during"]), default=0.0),
        recovered=_recovered(hit, lost, parts["during"], lasts),
        back=_back(drill, parts["after"], lasts),
        widened=tuple(call.id for call in known if call.widened),
        differing=_differing(known),
        revisions=tuple(dict.fromkeys(call.revision for call in known)),
        calls=known,
    )


def _recovered(hit: Sequence[Call], lost: Sequence[Call], during: Sequence[Call], lasts: float) -> float | None:
    if not lost:
        return 0.0
    first = min((call.at for call in hit), default=0.0)
    last = max(call.ended for call in lost)
    served = any(not call.lost and call.at >= lost[-1].at for call in during)
    return max(last - max(first, 0.0), 0.0) if served and last <= lasts else None


def _back(drill: Drill, after: Sequence[Call], lasts: float) -> float | None:
    again = [call.ended - lasts for call in after if call.outcome == "served" and call.to[-1:] == (drill.destination,)]
    return min(again, default=None)


def _differing(calls: Sequence[Call]) -> tuple[str, ...]:
    """Destinations that one and the same text of the drill's was ruled on differently, under one revision."""
    seen: dict[tuple[str, str], set[str]] = {}
    for call in calls:
        for destination, ruling in call.rulings:
            seen.setdefault((call.revision, destination), set()).add(ruling)
    return tuple(sorted({destination for (_, destination), rulings in seen.items() if len(rulings) > 1}))


def _phase(name: str, calls: Sequence[Call]) -> Phase:
    took = sorted(call.took for call in calls if call.outcome == "served")
    return Phase(
        name=name,
        calls=len(calls),
        served=len(took),
        lost=sum(call.lost for call in calls),
        refused=sum(call.outcome == "refused" for call in calls),
        p50=_at(took, 0.50),
        p95=_at(took, 0.95),
        worst=took[-1] if took else 0.0,
        by_destination=Counter(call.to[-1] for call in calls if call.outcome == "served" and call.to),
    )


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def calls_of(drill: Drill, records: Iterable[Mapping[str, Any]], own: str) -> list[Call]:
    """The calls of a drill among records of the ledger. own: pseudonym under which the drill's own calls were made,
    which all had the same text. A call without an end on record isn't counted: it has none yet."""
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        if record["record"] in ("INTENT", "ATTEMPT-START", "ATTEMPT", "OUTCOME"):
            gathered.setdefault(record["call"], []).append(record)
    found = (_call(drill, of_one, own) for of_one in gathered.values())
    return [call for call in found if call is not None]


def _call(drill: Drill, records: Sequence[Mapping[str, Any]], own: str) -> Call | None:
    outcome = next((r for r in records if r["record"] == "OUTCOME"), None)
    intent = next((r for r in records if r["record"] == "INTENT"), (outcome or {}).get("intent"))
    if outcome is None or intent is None or intent.get("drill") != drill.id:
        return None
    attempts = sorted((r for r in records if r["record"] == "ATTEMPT"), key=lambda r: r["attempt"])
    arrived = datetime.fromisoformat(intent["at"]).timestamp()
    first = outcome["first_content_ms"]
    return Call(
        id=outcome["call"],
        at=arrived - drill.fails,
        took=outcome["total_ms"] / 1000,
        first=first / 1000 if first is not None else None,
        outcome=outcome["outcome"],
        code=outcome["code"] or "",
        to=tuple(r["destination"] for r in attempts),
        injected=sum(r.get("drill") == drill.id for r in attempts),
        widened=any(not _permitted(r["destination"], intent, records) for r in attempts),
        rulings=_rulings(intent) if intent["who"]["person"] == own else (),
        revision=intent["policy_revision"],
    )


def _permitted(destination: str, intent: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the call's own record says that it may go there, and nothing in it says otherwise."""
    rulings = [r for r in intent["rulings"] if r["destination"] == destination]
    rulings += [r["ruling"] for r in records if r["record"] == "ATTEMPT-START" and r["destination"] == destination]
    return bool(rulings) and all(ruling["verdict"] == "allow" for ruling in rulings)


def _rulings(intent: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    said = []
    for ruling in intent["rulings"]:
        rules = ",".join(sorted(f"{rule['rule']}:{rule['action']}:{rule['mode']}" for rule in ruling["rules"]))
        said.append((ruling["destination"], f"{ruling['verdict']} {ruling['edits']} {rules}"))
    return tuple(said)
