"""What routing asks of the serving process that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from gateway.config.routes import ObjectivesSettings
    from gateway.routing.health import Health
    from gateway.routing.objectives import Standing
    from gateway.routing.pace import Pace
    from observability.ledger import Ledger


class Telling(Protocol):
    """Is told when a destination breaks a promise of a route, or ("") keeps all of them again."""

    def demoted(self, route: str, destination: str, objective: str) -> None: ...


class Teller(Protocol):
    """What writes down and counts what becomes of destinations."""

    @property
    def measure(self) -> Telling: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def now(self) -> Callable[[], datetime]: ...
    @property
    def monotonic(self) -> Callable[[], float]: ...


class Loads(Protocol):
    """load: calls that a destination would have with one more, by calls that it can have."""

    def load(self, destination: str) -> float: ...


class Room(Protocol):
    """Where calls have their slots."""

    @property
    def slots(self) -> Loads: ...


class Judge(Protocol):
    """What routing remembers from one call to the next."""

    @property
    def paces(self) -> Mapping[tuple[str, bool], Pace]: ...
    def judge(self, runtime: Teller, route: str, destination: str, objectives: ObjectivesSettings) -> Standing: ...


class Around(Teller, Protocol):
    """The whole of it, as the planning of a call needs it."""

    @property
    def health(self) -> Health: ...
    @property
    def capacity(self) -> Room: ...
    @property
    def router(self) -> Judge: ...
