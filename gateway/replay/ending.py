"""How a call as a whole would end: each destination has a ruling, and it goes to the first that would take it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.replay.decided import Decided

REFUSED: Final = "refused"
SERVED: Final = "served"
ELSEWHERE: Final = "elsewhere"
OTHERWISE: Final = "otherwise"
SAME: Final = "same"
UNKNOWN: Final = "unknown"

SAYS: Final = {
    REFUSED: "would be refused",
    SERVED: "would be served, and was refused",
    ELSEWHERE: "would be served by another destination",
    OTHERWISE: "would be served where it was, but otherwise",
    SAME: "would end as it did: only destinations where it didn't go decide otherwise",
    UNKNOWN: "can't be told",
}
"""By how a call would end that is decided otherwise somewhere, in words."""


NOWHERE: Final = Decided("deny", None, (), (), frozenset())
"""What is made of a call where it isn't a candidate."""


class At(NamedTuple):
    """What is made of a call at one candidate. told: whether `now` can be told."""

    destination: str
    was: Decided
    now: Decided
    told: bool = True


def ending(at: Sequence[At], went: str | None) -> str:
    """How the call would end beside how it did. went: where it was sent; None where nothing left."""
    before = _taken([one.destination for one in at if one.was.verdict == "allow"], went)
    # What would have taken the call and wasn't asked (it couldn't be reached) counts last.
    passed = {one.destination for one in at if one.was.verdict == "allow"} - {before} if went else set()
    first = [one for one in at if one.destination not in passed]
    for one in (*first, *(one for one in at if one.destination in passed)):
        if not one.told or _leads_away(one, at):
            return UNKNOWN
        if one.now.verdict == "allow":
            if before is None:
                return SERVED
            if one.destination != before:
                return ELSEWHERE
            return OTHERWISE if one.was.effect != one.now.effect else SAME
    return SAME if before is None else REFUSED


def _taken(allowed: Sequence[str], went: str | None) -> str | None:
    return went if went in allowed else next(iter(allowed), None)


def _leads_away(one: At, at: Sequence[At]) -> bool:
    """Whether a call would be sent where nothing was ruled on it."""
    return one.now.verdict == "reroute" and one.now.to not in {other.destination for other in at}
