"""How many calls may be under way at one destination: lowered when it shows that it has too many, raised again since.

Cut to a part of what was under way when the destination throttles, says that it is overloaded or doesn't begin to
answer; cut a little when first words come several times later than they did. Raised while answers come and the limit
is reached: quickly up to half of what was known to go well, then by one for each round of answers. Plain values in and
out; `now` is monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

TOO_MANY = frozenset({"rate_limit", "ramp", "overload", "timeout"})
"""Kinds of upstream errors that say: too many at once."""

CUT, EASE = 0.7, 0.9
FORGOTTEN_SECONDS = 60.0
"""A limit that wasn't reached for this long says nothing of now."""

WINDOW, TIMES_SLOWER, SECONDS_SLOWER = 16, 3.0, 0.5
"""First words are compared by windows of so many answers; later than usual means so many times and so many seconds."""


@dataclass(slots=True)
class Limit:
    """The limit of one destination. floor, ceiling: it never leaves them. fixed: it stays at the ceiling."""

    floor: int
    ceiling: int
    fixed: bool = False
    value: float = 0.0
    _known: float = 0.0
    _cut_at: float = float("-inf")
    _reached_at: float = float("-inf")
    _usual: float = 0.0
    _seen: int = 0
    _sum: float = 0.0

    def __post_init__(self) -> None:
        self.floor = min(self.floor, self.ceiling)
        self.value = float(self.ceiling)

    def bounds(self, floor: int, ceiling: int, *, fixed: bool) -> None:
        """Other bounds, of a reload; what was learnt stays where it fits between them."""
        lowered = self.value < self.ceiling and not fixed
        self.floor, self.ceiling, self.fixed = min(floor, ceiling), ceiling, fixed
        self.value = min(max(self.value, self.floor), ceiling) if lowered else float(ceiling)

    def now(self, under_way: int, now: float) -> int:
        """The limit, in whole calls, while so many are under way."""
        if self.value >= self.ceiling:
            return self.ceiling
        if under_way >= int(self.value):
            self._reached_at = now
        elif now - max(self._cut_at, self._reached_at) > FORGOTTEN_SECONDS:
            self.value = float(self.ceiling)
        return int(self.value)

    def ended(self, kind: str | None, begun: float, first: float | None, under_way: int, now: float) -> None:
        """An attempt ended that had begun at `begun`, when so many were under way, itself among them.

        kind: of its error, None where it had none. first: seconds to its first words, None where there were none.
        """
        if self.fixed:
            return
        if kind in TOO_MANY:
            # What had begun before the last cut says nothing of the limit since: one crowd makes one cut.
            if begun >= self._cut_at:
                self._cut(CUT, under_way, now)
        elif first is not None:
            self._grown(under_way)
            self._timed(first, begun, under_way, now)

    def _grown(self, under_way: int) -> None:
        if self.value < self.ceiling and under_way >= int(self.value):
            step = 1.0 if self.value < self._known / 2 else 1.0 / self.value
            self.value = min(self.value + step, self.ceiling)

    def _timed(self, first: float, begun: float, under_way: int, now: float) -> None:
        if begun < self._cut_at:
            return
        self._seen += 1
        self._sum += first
        if self._seen < WINDOW:
            return
        mean = self._sum / self._seen
        self._seen, self._sum = 0, 0.0
        usual = self._usual or mean
        if mean > max(usual * TIMES_SLOWER, usual + SECONDS_SLOWER) and 2 * under_way >= int(self.value):
            self._cut(EASE, under_way, now)
        # Quick to learn that it is faster, slow to take a crowd for the usual.
        self._usual = usual + (mean - usual) * (0.5 if mean < usual else 0.05)

    def _cut(self, part: float, under_way: int, now: float) -> None:
        self._known = min(self.value, float(under_way))
        self.value = max(min(self._known * part, self.value), float(self.floor))
        self._cut_at = now
        self._seen, self._sum = 0, 0.0
