"""What a call is told that was turned away because there is no room: words, code and when to come back."""

from __future__ import annotations

from gateway.errors import Unavailable, whole_seconds

SHORTEST, LONGEST = 1.0, 60.0
PATIENCE = (1.0, 2.0, 4.0)
"""Lower classes are told to stay away for longer."""

_GOLDEN = 0.618033988749895


class Spread:
    """When to come back: later for lower classes, and not all at the same moment."""

    def __init__(self) -> None:
        self._last = 0.0

    def seconds(self, rank: int, clears: float) -> float:
        """Seconds for a call of this class, where what waits now is served in `clears` seconds."""
        self._last = (self._last + _GOLDEN) % 1.0
        return min(max(clears, SHORTEST) * PATIENCE[rank] * (1.0 + self._last), LONGEST)


def no_room(reason: str, retry_after: float) -> Unavailable:
    """reason: queue_full, displaced, queue_slow, queue_time (at the destinations), busy, bodies (this gateway)."""
    said, seconds = _HERE if reason in ("busy", "bodies") else _THERE, whole_seconds(retry_after)
    en, fr = ("second", "seconde") if seconds == 1 else ("seconds", "secondes")
    words = {
        "en": f"{said['en']} Please try again in {seconds} {en}.",
        "fr": f"{said['fr']} Réessayez dans {seconds} {fr}.",
    }
    return Unavailable(reason, words, retry_after=retry_after)


_THERE = {
    "en": "The models permitted for this call are all busy now.",
    "fr": "Les modèles autorisés pour cet appel sont tous occupés.",
}
_HERE = {
    "en": "The gateway has more calls than it can take now.",
    "fr": "La passerelle reçoit plus d'appels qu'elle ne peut en traiter.",
}
