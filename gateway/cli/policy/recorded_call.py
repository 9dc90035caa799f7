"""A recorded call explained: what was ruled on it then, and what the bundle as it is now makes of it, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.bundle.destinations import Destination
from gateway.bundle.workspace import Workspace
from gateway.cli.explaining import Answer, explained
from gateway.cli.subject import Unreadable
from gateway.identity import Keyring, KeyringRefused
from gateway.replay.anew import UserOf, anew, issued_by
from gateway.replay.decided import of_record
from gateway.replay.recorded import Recorded, recorded
from observability.ledger import show
from policies.ruling import Ruling

_NOT_KEPT = (
    "Not on record: places in the texts, why detectors were sure, answers (so nothing of rules on answers), names of "
    "tools and hosts that no rule asked for then."
)


def explain_call(here: Workspace, folder: Path, call: str) -> Answer:
    """The call of that id; raises Unreadable where it can't be judged anew."""
    one = _found(folder, call)
    if not one.intent.get("kept"):
        raise Unreadable(
            f"call {call} was refused before any ruling, or too little of it is on record; `ecluse ledger show` tells "
            "what is"
        )
    subject = anew(one, _names(here))
    rulings = {r["destination"]: r for r in one.intent["rulings"]}
    where = [
        replace(here.destinations[name], model=ruled.get("model") or here.destinations[name].model)
        for name, ruled in rulings.items()
        if name in here.destinations
    ]

    def judged(destination: Destination) -> Ruling:
        return here.policies.judge(
            subject.call,
            subject.passages,
            subject.classification(),
            destination,
            refused=subject.refused,
            lifted=subject.lifted,
            vendor_state_ok=issued_by(subject, destination),
        )

    answer = explained(here, subject.call, subject.passages, subject.classification(), where, judged)
    return replace(answer, notes=(*_then(one, rulings, here.destinations), _NOT_KEPT, ""), placed=False)


def _found(folder: Path, call: str) -> Recorded:
    for record in show(folder, call):
        intent = record if record["record"] == "INTENT" else record.get("intent")
        if intent is None:
            continue
        at = datetime.fromisoformat(intent["at"])
        within = recorded(folder, at, at + timedelta(microseconds=1))
        return next((one for one in within if one.call == call), Recorded(call, at, intent, None, False))
    raise Unreadable(f"the ledger has no call {call}, or nothing of what it held")


def _then(one: Recorded, rulings: Mapping[str, Any], known: Mapping[str, object]) -> Iterator[str]:
    who = one.intent["who"]
    about = [f"team {who['team'] or '-'}", f"use case {who['use_case'] or '-'}", f"model {one.intent['model']}"]
    yield f"Call {one.call} at {one.at.isoformat()[:19]} (UTC): {', '.join(about)}"
    for name, ruled in rulings.items():
        gone = "" if name in known else " (no such destination now)"
        rules = ", ".join(r["rule"] for r in ruled["rules"]) or "no rule"
        yield f"  then {name}: {of_record(ruled).said}: {rules}{gone}"


def _names(here: Workspace) -> UserOf:
    """Whom a rule would have to name: people are on record by pseudonym, which the keyring makes of names."""
    pseudonym = _pseudonym(here)
    names = {name for rule in here.policies.rules for name in rule.reads.get("users", ()) if "*" not in name}

    def user_of(organisation: str, person: str) -> str:
        known = (name for name in names if pseudonym and pseudonym(organisation, name) == person)
        return next(known, person)

    return user_of


def _pseudonym(here: Workspace) -> Callable[[str, str], str] | None:
    try:
        return Keyring.load(here.settings.keyring.dir).pseudonym_of if here.settings else None
    except KeyringRefused:
        return None
