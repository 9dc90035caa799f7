"""Two bundles, or what is on record and one bundle, asked about the same recorded calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from gateway.replay.anew import Anew, anew, terms
from gateway.replay.decided import Decided, Hit, of_record, of_ruling, reproduces
from gateway.replay.ending import NOWHERE, SAME, At, ending
from gateway.replay.inputs import KEPT, KEPT_IN_PART, NOT_KEPT
from gateway.replay.recorded import Recorded
from gateway.replay.side import NEAR, Judge, Side
from observability.ledger import Terms
from policies.rules import Rule

_MOST_REMEMBERED = 20_000
_MOST_PAIRS = 64
_TIME = "INTENT.at"

Pseudonym = Callable[[str, str], str]


class Change(NamedTuple):
    """A destination at which a call would be decided otherwise, and the rules that make the difference."""

    destination: str
    was: Decided
    now: Decided
    rules: tuple[Hit, ...]


class Compared(NamedTuple):
    """One call. was, now: rules that matched at any destination. unsure: by rule, why it can't be told for this call.

    reproduced: whether the rulings on record came out again; None where other policies made them. undecided: a rule
    that is unknown for the call decided it then.
    """

    changes: tuple[Change, ...]
    was: frozenset[Hit]
    now: frozenset[Hit]
    unsure: Mapping[str, str]
    reproduced: bool | None
    undecided: bool
    end: str = SAME


class Comparison:
    """old: None for what is on record. moved: by destination, the terms that the new bundle changes.

    Calls that no rule can tell apart are judged once.
    """

    def __init__(
        self,
        old: Side | None,
        new: Side,
        pseudonym: Pseudonym | None,
        moved: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._old, self._new, self._moved = old, new, moved or {}
        sides = [side for side in (old, new) if side is not None]
        reads = {key for side in sides for rule in side.policies.rules for key in rule.reads}
        self._reads_users, self._reads_size = "users" in reads, "size" in reads
        self._reads_distance = NEAR in reads
        self._reads_time = any(KEPT.get(key, _TIME) == _TIME for key in reads - KEPT_IN_PART.keys())
        self._people = _People(sides, pseudonym)
        self._judges: dict[str, tuple[Judge | None, Judge]] = {}
        self._known: dict[bytes, Compared] = {}

    def compared(self, one: Recorded) -> Compared | None:
        """The call under both; None where too little of it was kept."""
        if one.pair is None or not one.intent.get("kept"):
            return None
        key = self._key(one)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._compare(one, one.pair)
        return known

    def _key(self, one: Recorded) -> bytes:
        """A hash of all that a ruling depends on."""
        i, who = one.intent, one.intent["who"]
        found = ("message",) if self._reads_distance else ("message", "at")
        asked = (
            {**who, "person": who["person"] if self._reads_users else None},
            i["dialect"], i["model"], i["bytes_in"] if self._reads_size else 0, i["labels"],
            [_without(f, found) for f in i["findings"]], [_without(p, ("count",)) for p in i["places"]], i["failed"],
            i["config_revision"], i["destination"], i["at"] if self._reads_time else i["at"][:10],
        )  # fmt: skip
        said = [
            [(h["rule"], h["action"], h["mode"], h.get("lifted_by"), h["detectors"], h["count"]) for h in r["rules"]]
            for r in i["rulings"]
        ]
        plain = orjson.dumps((asked, [_without(r, ("rules",)) for r in i["rulings"]], said))
        return blake2b(plain, digest_size=16).digest()

    def _judges_of(self, pair: Mapping[str, Any]) -> tuple[Judge | None, Judge]:
        judges = self._judges.get(pair["config_revision"])
        if judges is None:
            if len(self._judges) >= _MOST_PAIRS:
                self._judges.clear()
            old = Judge(self._old, pair) if self._old is not None else None
            judges = self._judges[pair["config_revision"]] = (old, Judge(self._new, pair))
        return judges

    def _compare(self, one: Recorded, pair: Mapping[str, Any]) -> Compared:
        old, new = self._judges_of(pair)
        call = anew(one, self._people.named, placed=self._reads_distance)
        places = {d["name"]: terms(d) for d in pair["destinations"]}
        work = _Work(old, new, call, pair)
        for ruled in one.intent["rulings"]:
            then = places.get(ruled["destination"])
            if then is not None:
                then = replace(then, known=ruled["known"], model=ruled.get("model") or then.model)
                work.at(ruled, then, replace(then, **self._moved.get(then.name, {})))
        if one.intent["destination"] in places:
            work.answered(places[one.intent["destination"]])
        return work.done(one.intent["destination"])


class _Work:
    """The comparison of one call while it is made."""

    def __init__(self, old: Judge | None, new: Judge, call: Anew, pair: Mapping[str, Any]) -> None:
        self._old, self._new, self._call, self._pair = old, new, call, pair
        self._changes: list[Change] = []
        self._hits: tuple[set[Hit], set[Hit]] = set(), set()
        self._unsure: dict[str, str] = {}
        self._reroutes: dict[str, tuple[str | None, str | None]] = {}
        self._reproduced: bool | None = None
        self._undecided = False
        self._at: list[At] = []

    def at(self, ruled: Mapping[str, Any], then: Terms, moved: Terms) -> None:
        """Compare at one candidate. then, moved: its terms on record, and under the new bundle."""
        source = ruled["rerouted_from"]
        if source is not None and self._reroutes.get(source) != (then.name, then.name):
            self._rerouted_by_one(then.name, ruled, *self._reroutes.get(source, (None, None)))
            return
        doubts = _doubts(self._old, self._call, then, ruled) if self._old is not None else None
        doubts_now = _doubts(self._new, self._call, moved, ruled if moved == then else None)
        unsure = doubts_now.unsure | (doubts.unsure if doubts is not None else set())
        for judge, which in ((self._new, doubts_now), (self._old, doubts)):
            if judge is not None and which is not None:
                self._unsure = {**{rule: judge.why(rule) for rule in which.unsure}, **self._unsure}
        was = self._ruled(self._old, then, ruled, unsure, doubts) if self._old and doubts else of_record(ruled)
        now = self._ruled(self._new, moved, ruled if self._old is None else None, unsure, doubts_now)
        self._reroutes[then.name] = (was.to, now.to)
        self._hits[0].update(was.hits)
        self._hits[1].update(now.hits)
        if self._old is None and any(h.rule in unsure and h.mode == "enforce" for h in was.hits):
            self._undecided = True  # what is on record can't be taken apart
            self._at.append(At(then.name, was, now, told=False))
            return
        self._at.append(At(then.name, was, now))
        if was.effect != now.effect:
            self._changes.append(Change(then.name, was, now, self._causes(was, now)))

    def _rerouted_by_one(self, name: str, ruled: Mapping[str, Any], was: str | None, now: str | None) -> None:
        """Note a candidate to which a call was sent by a reroute that one of the two doesn't make."""
        then = of_record(ruled) if was == name else NOWHERE
        self._at.append(At(name, then, NOWHERE, told=now != name))

    def answered(self, destination: Terms) -> None:
        """Note the rules on answers that differ: what they would have found isn't kept."""
        sides = [judge.answers(self._call, destination) for judge in (self._old, self._new) if judge is not None]
        for rule in set[str]().union(*sides):
            if self._differs(rule):
                self._unsure.setdefault(rule, NOT_KEPT["response"])

    def done(self, went: str | None) -> Compared:
        """The comparison. went: where the call was sent; None where nothing left."""
        was, now = map(frozenset, self._hits)
        # What was refused by no rule (a quota) would be still.
        otherwise = self._old is None and went is None and any(one.was.verdict == "allow" for one in self._at)
        end = ending(self._at, went) if self._changes and not otherwise else SAME
        return Compared(tuple(self._changes), was, now, self._unsure, self._reproduced, self._undecided, end)

    def _ruled(
        self, judge: Judge, destination: Terms, ruled: Mapping[str, Any] | None, unsure: set[str], doubts: _Doubts
    ) -> Decided:
        """The ruling now. ruled: that on record, to be compared where the same policies made it."""
        without = unsure & judge.rules.keys()
        ruling = judge.ruling(self._call, destination, without | doubts.missed, doubts.matched)
        if ruled is not None and judge.made_it and not without:
            self._reproduced = self._reproduced is not False and reproduces(ruling, ruled)
        return of_ruling(ruling)

    def _causes(self, was: Decided, now: Decided) -> tuple[Hit, ...]:
        """The rules that match on one side only, or say something else; all that count where neither tells."""
        enforced = {h for h in was.hits | now.hits if h.mode == "enforce"}
        telling = {h for h in enforced if h not in was.hits or h not in now.hits or self._differs(h.rule)}
        return tuple(sorted(telling or enforced))

    def _differs(self, rule: str) -> bool:
        then = self._pair.get("rules", {}).get(rule) if self._old is None else _revision(self._old, rule)
        return then != _revision(self._new, rule)


class _People:
    """Whom rules name, by the pseudonyms under which the ledger knows them."""

    def __init__(self, sides: list[Side], pseudonym: Pseudonym | None) -> None:
        rules = [rule for side in sides for rule in side.policies.rules]
        self._names = {name for rule in rules for name in rule.reads.get("users", ()) if "*" not in name}
        self._pseudonym = pseudonym
        self._known: dict[str, dict[str, str]] = {}

    def named(self, organisation: str, person: str) -> str:
        """The name that a rule would know a person by; the pseudonym where none names them."""
        if self._pseudonym is None:
            return person
        if organisation not in self._known:
            self._known[organisation] = {self._pseudonym(organisation, name): name for name in self._names}
        return self._known[organisation].get(person, person)


class _Doubts(NamedTuple):
    """Rules that can't be judged from what was kept. unsure: and nothing tells. matched, missed: but the record does,
    since they were in force."""

    unsure: set[str]
    matched: dict[str, str]
    missed: set[str]


def _without(record: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in keys}


def _doubts(judge: Judge, call: Anew, destination: Terms, ruled: Mapping[str, Any] | None) -> _Doubts:
    doubtful = judge.unsure(call, destination)
    if ruled is None:
        return _Doubts(doubtful, {}, set())
    told = doubtful & judge.recorded
    matched = {h["rule"]: _force(judge.rules[h["rule"]], h) for h in ruled["rules"] if h["rule"] in told}
    return _Doubts(doubtful - told, matched, told - matched.keys())


def _force(rule: Rule, hit: Mapping[str, Any]) -> str:
    """How a rule counts that matched then: its exceptions are the same, what it does may not be."""
    excepted = hit["mode"] == "lifted" and hit.get("lifted_by") in {lift.exception for lift in rule.lifts}
    return "lifted" if excepted else rule.mode


def _revision(judge: Judge, rule: str) -> str | None:
    found = judge.rules.get(rule)
    return found.revision if found is not None else None
