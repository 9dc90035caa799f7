"""What one serving process holds: the pair in force and everything that outlives a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gateway.workers.station import ALONE, Station

if TYPE_CHECKING:
    from adapters.transport import Transport
    from gateway.bridge.keeper import Keeper
    from gateway.capacity import Capacity
    from gateway.drills.running import Drills
    from gateway.epoch import Epoch
    from gateway.exchange import Exchange
    from gateway.identity.keyring import Keyring
    from gateway.identity.keys import KeyStore
    from gateway.measure import Measure
    from gateway.quota.opening import Opened
    from gateway.quota.quotas import Quotas
    from gateway.quota.soft import SoftLimits
    from gateway.reading.files import Files
    from gateway.routing.absent import Absent
    from gateway.routing.budget import RetryBudget
    from gateway.routing.health import Health
    from gateway.routing.router import Router
    from gateway.state.follower import Follower
    from gateway.state.judged import JudgedCalls
    from gateway.state.lifts import Lifts
    from gateway.state.owners import Owners
    from gateway.state.pace import Pace
    from gateway.state.recent import RefusedPassages, VendorStates
    from gateway.state.reports import Reports
    from gateway.state.samples import Samples
    from gateway.state.stops import Stops
    from gateway.state.strangers import Strangers
    from gateway.state.workers import Presence
    from gateway.stopping.standing import Standing
    from gateway.tls.certificates import Certificates
    from gateway.tracing.tracing import Tracing
    from gateway.webhooks.herald import Herald
    from observability.ledger import Ledger


@dataclass(slots=True)
class Runtime:
    """Swapped on reload: `epoch`. Calls in flight keep the one that they began with.

    now: wall clock (aware). monotonic: seconds. draining: it will stop, balancers are to send no more. closed: no new
    calls. station: which of several processes this is. bridge: what keeps litellm's process, where no supervisor does.
    certificates: of the data listener, where it speaks TLS.
    """

    epoch: Epoch
    keyring: Keyring
    keys: KeyStore
    ledger: Ledger
    measure: Measure
    transport: Transport
    follower: Follower
    standing: Standing
    stops: Stops
    health: Health
    absent: Absent
    retries: RetryBudget
    router: Router
    capacity: Capacity
    quotas: Quotas
    leases: Opened
    refused: RefusedPassages
    states: VendorStates
    owners: Owners
    files: Files
    strangers: Strangers
    judged: JudgedCalls
    lifts: Lifts
    reports: Reports
    pace: Pace
    presence: Presence
    drills: Drills
    samples: Samples
    herald: Herald
    tracing: Tracing
    soft: SoftLimits
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    live: set[Exchange]
    draining: bool = False
    started: float = 0.0
    station: Station = ALONE
    closed: bool = False
    bridge: Keeper | None = None
    certificates: Certificates | None = None
