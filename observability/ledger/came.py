"""What came of a rule that matched a call: a ruling is made for each destination, and the call goes to one at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

DENY: Final = "deny"
KEPT: Final = "kept"
CUT: Final = "cut"
LIFT: Final = "lift"
SHADOW: Final = "shadow"
NOTHING: Final = ""

# Of several things, at several destinations, the first counts.
_ORDER: Final = (DENY, CUT, "reroute", KEPT, "redact", "pseudonymise", "repair", "warn", "allow", LIFT, SHADOW, NOTHING)

_Ruled = Mapping[str, Any]


def first(came: str, other: str) -> str:
    """Which of two things came of a rule, where both did."""
    return min(came, other, key=_ORDER.index)


def of_sent(rulings: Sequence[_Ruled], destination: str) -> Iterator[tuple[str, str]]:
    """By rule, what came of it in a call that went to `destination`.

    A denial by a destination that was preferred to it kept the call from there; other matches elsewhere did nothing.
    """
    used = next((n for n, ruled in enumerate(rulings) if _takes(ruled, destination)), len(rulings))
    sources = {rulings[used]["rerouted_from"]} if used < len(rulings) else set()
    for number, ruled in enumerate(rulings[: used + 1]):
        for hit in ruled["rules"]:
            if number == used:
                yield hit["rule"], done(ruled, hit)
            elif hit["mode"] == "enforce" and hit["action"] == "reroute" and ruled["destination"] in sources:
                yield hit["rule"], "reroute"
            elif hit["mode"] == "enforce" and hit["action"] == "deny":
                yield hit["rule"], KEPT


def of_end(hit: Mapping[str, Any], outcome: Mapping[str, Any]) -> str:
    """What came of a rule of the ruling that refused a call, or that matched its answer."""
    asked = outcome["intent"] is not None
    if hit["mode"] != "enforce":
        return NOTHING if asked and hit["mode"] == "lifted" else _WITHOUT_FORCE[hit["mode"]]
    if hit["action"] == "deny":
        return {"refused": DENY, "cut": CUT}.get(outcome["outcome"], NOTHING)
    return NOTHING if asked else str(hit["action"])


def done(ruled: _Ruled, hit: Mapping[str, Any]) -> str:
    """What came of a rule where the call went: of what two rules would replace, one does."""
    if hit["mode"] != "enforce":
        return _WITHOUT_FORCE[hit["mode"]]
    if hit["action"] == "pseudonymise":
        return "pseudonymise" if ruled["pseudonyms"].keys() & set(hit["detectors"]) else NOTHING
    if hit["action"] == "redact":
        return "redact" if ruled["edits"] > sum(ruled["pseudonyms"].values()) else NOTHING
    return NOTHING if hit["action"] in ("deny", "reroute") else str(hit["action"])


def _takes(ruled: _Ruled, destination: str) -> bool:
    return bool(ruled["destination"] == destination and ruled["verdict"] == "allow")


_WITHOUT_FORCE: Final = {"shadow": SHADOW, "lifted": LIFT}
