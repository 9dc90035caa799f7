"""Which drills run now, and whose calls they may make fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from gateway.drills.faults import Fault, parse

if TYPE_CHECKING:
    from gateway.routing.budget import RetryBudget
    from gateway.routing.health import Health


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill. users: patterns of users whose calls may fail. began, fails, mended, ends: Unix seconds.

    Between `fails` and `mended` the destination fails; before it the calls show what is usual, after it how they come
    back. by: who asked. reason: why, in their words. scheduled: the name of the schedule, "" where a person asked.
    """

    id: str
    destination: str
    model: str
    fault: Fault
    users: tuple[str, ...]
    began: float
    fails: float
    mended: float
    ends: float
    by: str = ""
    reason: str = ""
    scheduled: str = ""

    def concerns(self, user: str) -> bool:
        """Whether calls of this user belong to it."""
        return any(fnmatchcase(user, pattern) for pattern in self.users)

    def plain(self) -> dict[str, Any]:
        """As plain values, for other workers and for records."""
        return {**asdict(self), "fault": str(self.fault)}

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Drill:
        """From plain values. Raises ValueError, TypeError, KeyError for what isn't a drill."""
        return cls(**{**value, "fault": parse(value["fault"]), "users": tuple(value["users"])})


class Apart(NamedTuple):
    """What the calls of a drill have for themselves: what it breaks must count for them alone."""

    health: Health
    retries: RetryBudget


class Drills:
    """The drills of one worker. clock: Unix seconds. fresh: makes what a drill has apart, knowing of no failure.
    passed: seconds that no clock's setting changes.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        fresh: Callable[[], Apart],
        passed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._fresh, self._passed = clock, fresh, passed
        self._drills: dict[str, Drill] = {}
        self._apart: dict[str, Apart] = {}
        self._latest: dict[str, float] = {}

    def __bool__(self) -> bool:
        return bool(self._drills)

    def begin(self, drill: Drill) -> None:
        """From now on its callers' calls belong to it."""
        self._drills[drill.id] = drill
        self._latest[drill.id] = self._passed() + drill.ends - self._clock()
        self._apart.setdefault(drill.id, self._fresh())

    def heard(self, id_: str, value: bytes | None) -> None:
        """What another worker says of a drill; None: it is over. Raises ValueError, TypeError, KeyError."""
        if value is None:
            self.end(id_)
        elif id_ not in self._drills:
            self.begin(Drill.of(orjson.loads(value)))

    def end(self, id_: str) -> None:
        """It is over, whatever its times say."""
        self._drills.pop(id_, None)
        self._apart.pop(id_, None)
        self._latest.pop(id_, None)

    def apart(self, drill: Drill) -> Apart:
        """How destinations fare for the calls of this drill, and their further attempts."""
        apart = self._apart.get(drill.id)
        return apart if apart is not None else self._fresh()

    def of(self, user: str) -> Drill | None:
        """The drill that a user's call belongs to now. One whose time is over ends here, whoever forgot to end it."""
        now = self._clock()
        for drill in tuple(self._drills.values()):
            if self._over(drill, now):
                self.end(drill.id)
            elif now >= drill.began and drill.concerns(user):
                return drill
        return None

    def fault(self, drill: Drill | None, destination: str) -> Fault | None:
        """How `destination` fails at this moment for a call of this drill; None: it doesn't."""
        if drill is None or drill.id not in self._drills or drill.destination != destination:
            return None
        now = self._clock()
        return drill.fault if drill.fails <= now < drill.mended and not self._over(drill, now) else None

    def now(self) -> tuple[Drill, ...]:
        """Those that run."""
        now = self._clock()
        return tuple(drill for drill in self._drills.values() if not self._over(drill, now))

    def _over(self, drill: Drill, now: float) -> bool:
        """Whether its time is over, by the clock or by what has passed: a clock set back makes no drill longer."""
        return now >= drill.ends or self._passed() >= self._latest[drill.id]
