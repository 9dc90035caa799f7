"""How often a person may do something that costs somebody attention: so many times an hour."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

HOUR = 3600.0
MOST_PEOPLE = 10_000


class Pace:
    """Counts by person. clock gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float], most: int = 30) -> None:
        self._clock = clock
        self._most = most
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, person: str) -> float:
        """Counts one more and gives 0.0; or, where the person has had enough, the seconds to wait."""
        now = self._clock()
        times = self._times.setdefault(person, deque())
        self._times.move_to_end(person)
        while times and now - times[0] >= HOUR:
            times.popleft()
        if len(times) >= self._most:
            return HOUR - (now - times[0])
        times.append(now)
        if len(self._times) > MOST_PEOPLE:
            self._times.popitem(last=False)
        return 0.0
