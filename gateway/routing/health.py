"""How destinations fare, and so which may be asked: breakers by class of failure, slow start, rooms, pace.

For the order of candidates: `admits`, `wait`, `share`, `headroom`; none of them changes anything. For an
attempt: `take` a turn, then tell how it went: `begun` at the first word, then `ended`, `failed` or `left`, one of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gateway.config.failures import class_of
from gateway.config.health import HealthSettings
from gateway.routing.breakers import CLOSED, Breaker
from gateway.routing.fare import WHOLE, Fare, Turn
from gateway.routing.outliers import Standing, outliers
from gateway.routing.rooms import Rooms

if TYPE_CHECKING:
    from gateway.routing.rooms import Limit

LONGEST_EJECTED = 600.0
"""A destination that is an outlier again and again is compared anew after so many seconds at the latest."""
MENDED_BY_PEOPLE = ("money", "auth", "missing")
MOST_DOUBLINGS = 5
"""A contract's back-off grows with the failures in a row up to 32 times its length."""


class State(NamedTuple):
    """One breaker as `ecluse status` and the metrics show it. credential: its index, None for the whole destination.

    state: closed | half_open | open. seconds: until it may be tried.
    """

    destination: str
    failure: str
    credential: int | None
    state: str
    seconds: float


class Health:
    """Every destination seen so far. clock: monotonic seconds. chance: a number from 0 to 1.

    told: called with destination, class, credential, seconds open (0: closed) and how often in a row, when a breaker
    opens or closes here.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        settings: HealthSettings | None = None,
        destinations: Mapping[str, int] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._fares: dict[str, Fare] = {}
        self._credentials: Mapping[str, int] = {}
        self.told: Callable[[str, str, int, float, int], None] = lambda *_: None
        self.use(settings or HealthSettings(), destinations)

    def use(self, settings: HealthSettings, destinations: Mapping[str, int] | None = None) -> None:
        """Settings from now on, at a start and at each load. What a person may just have mended can be tried at once.

        destinations: how many credentials each has; one that is new to a running gateway starts slowly, one that isn't
        named any more is forgotten.
        """
        self._settings = settings
        self._classes = settings.classes()
        for name in (destinations or {}).keys() - self._credentials.keys() if self._credentials else ():
            self._fares.setdefault(name, Fare(settings, self._clock()))
        self._credentials = destinations or self._credentials
        if destinations is not None:
            self._fares = {name: fare for name, fare in self._fares.items() if name in destinations}
        now = self._clock()
        for fare in self._fares.values():
            for (failure, _), breaker in fare.breakers.items():
                breaker.of = self._classes[failure]
                if failure in MENDED_BY_PEOPLE:
                    breaker.until = min(breaker.until, now)

    # What may be asked of a destination

    def admits(self, destination: str) -> bool:
        """Whether a call may go there now, with any of its credentials."""
        fare, now = self._fares.get(destination), self._clock()
        if fare is None or not (fare.breakers or fare.rooms):
            return True
        return fare.admits(now, WHOLE) and any(fare.admits(now, c) for c in self._each(destination))

    def wait(self, destination: str) -> float:
        """Seconds until `destination` may be asked; 0 when it may be now."""
        fare, now = self._fares.get(destination), self._clock()
        return 0.0 if fare is None else min(fare.wait(now, c) for c in self._each(destination))

    def throttled(self, destination: str) -> bool:
        """Whether nothing keeps calls away from there but that its vendor can't take more just now."""
        fare, now = self._fares.get(destination), self._clock()
        return fare is not None and all(
            failure in ("throttled", "overload") or breaker.admits(now)
            for (failure, _), breaker in fare.breakers.items()
        )

    def share(self, destination: str) -> float:
        """How much of its usual share of calls a destination should get: less than 1 after it was away (slow start), 0
        for an outlier. An attempt asks `willing`, which draws by it."""
        fare = self._fares.get(destination)
        if fare is None:
            return 1.0
        now = self._clock()
        if now < fare.ejected:
            return 0.0
        if fare.since is None:
            return 1.0
        return min(max((now - fare.since) / self._settings.slow_start_seconds, 0.05), 1.0)

    def headroom(self, destination: str) -> float:
        """The share of the vendor's rate limits that is left with the best credential; 1.0 where nothing is known."""
        fare, now = self._fares.get(destination), self._clock()
        if fare is None or not fare.rooms:
            return 1.0
        return max(fare.rooms[c].share(now) if c in fare.rooms else 1.0 for c in self._each(destination))

    def willing(self, destination: str) -> bool:
        """Whether a call that has the choice should go there: it is admitted and drawn by the destination's share."""
        if destination not in self._fares:
            return True
        share = self.share(destination)
        return self.admits(destination) and (share >= 1 or self._chance() < share)

    # What an attempt tells

    def take(self, destination: str, tried: Collection[int] = (), known: int | None = None) -> Turn | None:
        """Leave to ask `destination` now, with the best of its credentials but for those `tried`; None: it is to be
        left alone. known: how many a call has that began before a load brought others."""
        fare, now = self._fare(destination), self._clock()
        count = len(self._each(destination))
        credential = fare.choose(now, count if known is None else min(count, known), tried)
        if credential is None:
            return None
        trying = tuple(fare.half_open(now, credential)) if fare.breakers else ()
        for breaker in trying:
            breaker.trying = True
        fare.busy[credential] = fare.busy.get(credential, 0) + 1
        if (rooms := fare.rooms.get(credential)) is not None:
            rooms.sent()
        return Turn(destination, credential, now, trying)

    def rooms(self, turn: Turn, limits: Iterable[Limit]) -> None:
        """The vendor's answer said how much it still lets us do."""
        self._fare(turn.destination).rooms.setdefault(turn.credential, Rooms()).told(limits, self._clock())

    def begun(self, turn: Turn, started: float) -> None:
        """The first word came; started: when the attempt was sent."""
        fare, now = self._fare(turn.destination), self._clock()
        fare.calls.add(now)
        fare.latency.add(now - started)
        self._well(fare, turn, now, but="broken")

    def ended(self, turn: Turn) -> None:
        """The answer came to its clean end."""
        if self._over(turn):
            self._well(self._fare(turn.destination), turn, self._clock())

    def again(self, turn: Turn) -> Turn:
        """One more turn where a call has just been answered, which needs no leave."""
        fare = self._fare(turn.destination)
        fare.busy[turn.credential] = fare.busy.get(turn.credential, 0) + 1
        return Turn(turn.destination, turn.credential, self._clock(), ())

    def left(self, turn: Turn) -> None:
        """The call ended without saying anything about the destination (the client went away)."""
        if self._over(turn):
            for breaker in turn.trying:
                breaker.trying = False

    def failed(self, turn: Turn, kind: str, retry_after: float | None, backoff: float | None = None) -> None:
        """The attempt failed with an error of the taxonomy's `kind`. backoff: what the contract asks after a
        failure."""
        if not self._over(turn):
            return
        fare, now = self._fare(turn.destination), self._clock()
        fare.calls.add(now)
        name = class_of(kind)
        if name is None:
            self._well(fare, turn, now)
            return
        fare.faults.add(now)
        breaker, credential = self._breaker(fare, name, turn.credential)
        calls = fare.calls.at(now)
        if calls < self._settings.window_calls:
            calls = 0
        tried = breaker in turn.trying
        least = (backoff or 0.0) * 2 ** min(breaker.rounds(tried=tried), MOST_DOUBLINGS)
        if breaker.failed(now, self._chance(), calls, retry_after, least, tried=tried):
            self.told(turn.destination, name, credential, breaker.wait(now), breaker.openings)
        for (other, of), beside in fare.breakers.items():
            # It was let through to show that all is well, and it isn't, if for another reason.
            if beside is not breaker and beside in turn.trying:
                beside.failed(now, self._chance(), 0, None, 0.0, tried=True)
                self.told(turn.destination, other, of, beside.wait(now), beside.openings)

    # What others tell

    def adopt(self, destination: str, failure: str, credential: int, seconds: float, openings: int) -> None:
        """Another worker's breaker opened, or closed where seconds is 0."""
        if failure not in self._classes:
            return
        fare, now = self._fare(destination), self._clock()
        breaker, _ = self._breaker(fare, failure, credential)
        if seconds > 0:
            breaker.opened(now, seconds, openings)
        elif breaker.close():
            fare.since = now

    # What is looked at once a second

    def look(self, models: Iterable[tuple[str, ...]]) -> list[str]:
        """Compares the destinations of each model; those that are outliers from now on. They get no calls while others
        can, for longer each time."""
        now, found = self._clock(), []
        for names in models:
            standings = [self._standing(name, now) for name in names] if len(names) > 1 else ()
            for name in outliers(standings, self._settings):
                self._eject(self._fare(name), now)
                found.append(name)
        return found

    def _standing(self, name: str, now: float) -> Standing:
        fare = self._fare(name)
        away = now < fare.ejected or not self.admits(name)
        if fare.ejections and now > fare.ejected + 2 * self._settings.slow_start_seconds:
            fare.ejections = 0
        return Standing(
            name, fare.calls.at(now), fare.faults.at(now), fare.latency.seconds, fare.latency.count,
            fare.ejections > 0, away,
        )  # fmt: skip

    def _eject(self, fare: Fare, now: float) -> None:
        seconds = min(self._settings.outlier_seconds * 2**fare.ejections, LONGEST_EJECTED)
        fare.ejections += 1
        fare.since = fare.ejected = now + max(seconds, self._settings.outlier_seconds)
        # What it is judged by next time is new.
        for tally in (fare.calls, fare.faults, fare.latency):
            tally.clear()

    # What is shown

    def states(self) -> list[State]:
        """Every breaker that ever counted a failure."""
        now = self._clock()
        return [
            State(name, failure, None if c == WHOLE else c, breaker.state(now), breaker.wait(now))
            for name, fare in self._fares.items()
            for (failure, c), breaker in fare.breakers.items()
        ]

    def _each(self, destination: str) -> range:
        """The indexes of a destination's credentials; one that needs none has one all the same."""
        return range(self._credentials.get(destination, 1))

    def _fare(self, destination: str) -> Fare:
        fare = self._fares.get(destination)
        if fare is None:
            fare = self._fares[destination] = Fare(self._settings, None)
        return fare

    def _breaker(self, fare: Fare, failure: str, credential: int) -> tuple[Breaker, int]:
        """The breaker of a class, and whose it is: a credential's, or the destination's as a whole."""
        of = self._classes[failure]
        whose = credential if of.of_credential else WHOLE
        breaker = fare.breakers.get((failure, whose))
        if breaker is None:
            breaker = fare.breakers[failure, whose] = Breaker(of, self._settings.window_seconds)
        return breaker, whose

    def _over(self, turn: Turn) -> bool:
        """Ends a turn; whether it wasn't over yet."""
        if not turn.open:
            return False
        turn.open = False
        busy = self._fare(turn.destination).busy
        busy[turn.credential] = max(busy.get(turn.credential, 0) - 1, 0)
        return True

    def _well(self, fare: Fare, turn: Turn, now: float, but: str = "") -> None:
        """It answered: breakers that it was let through to try close, failures in a row are no row any more.

        but: the class of which this isn't known yet.
        """
        if not fare.breakers:
            return
        for (name, credential), breaker in fare.breakers.items():
            if name == but:
                continue
            if breaker in turn.trying:
                if breaker.close():
                    fare.since = now
                    self.told(turn.destination, name, credential, 0.0, 0)
            elif credential in (turn.credential, WHOLE) and breaker.state(now) == CLOSED:
                breaker.row = 0
        turn.trying = tuple(b for b in turn.trying if b.trying)
