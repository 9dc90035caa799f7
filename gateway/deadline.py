"""How long a call may take: one deadline over all of its waits and attempts, the smallest that anybody states.

The client states one in `x-ecluse-deadline` (seconds for the whole call, its answer included) or, as the SDKs do by
themselves, in `x-stainless-read-timeout` or `x-stainless-timeout` (seconds until the answer begins); the operator in
`limits` and at the model; the contract of a destination for attempts there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.errors import BadRequest

if TYPE_CHECKING:
    from gateway.http import Request

_OF_SDKS = (b"x-stainless-read-timeout", b"x-stainless-timeout")


@dataclass(slots=True)
class Deadline:
    """Moments in monotonic seconds. ours: as configuration and contracts say. theirs: as the client says. ends: when
    the whole answer must be through, where the client says so."""

    arrived: float = 0.0
    ours: float = math.inf
    theirs: float = math.inf
    ends: float = math.inf

    def by(self, seconds: float | None) -> None:
        """Somebody of ours allows so many seconds from the call's arrival; None says nothing."""
        if seconds is not None:
            self.ours = min(self.ours, self.arrived + seconds)

    @property
    def hasty(self) -> bool:
        """Whether it is the client that wants it sooner than we do."""
        return self.theirs < self.ours

    def left(self, now: float) -> float:
        """Seconds until an answer must have begun."""
        return max(min(self.ours, self.theirs) - now, 0.0)


def deadline(request: Request, arrived: float, seconds: float) -> Deadline:
    """The deadline of a call that arrived at `arrived`. seconds: the operator's for any call.

    Raises BadRequest for an `x-ecluse-deadline` that is no time; what SDKs send by themselves may be anything.
    """
    found = Deadline(arrived, arrived + seconds)
    if said := request.header(b"x-ecluse-deadline"):
        wanted = _seconds(said)
        if wanted is None:
            raise BadRequest("bad_deadline", _BAD_DEADLINE)
        found.theirs = found.ends = arrived + wanted
    for name in _OF_SDKS:
        if (said := request.header(name)) and (wanted := _seconds(said)) is not None:
            found.theirs = min(found.theirs, arrived + wanted)
    return found


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text) if len(text) < 32 else 0.0
    except ValueError:
        return None
    return seconds if 0 < seconds < math.inf else None


_BAD_DEADLINE = {
    "en": "The header x-ecluse-deadline must be a number of seconds above 0.",
    "fr": "L'en-tête x-ecluse-deadline doit être un nombre de secondes supérieur à 0.",
}
