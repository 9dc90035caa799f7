"""What is in force, told to the ledger: whoever reads a call later finds beside it what ruled then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from observability.ledger import Pair as PairRecord
from observability.ledger import Terms

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.bundle.destinations import Destination
    from gateway.bundle.pair import Pair
    from gateway.runtime import Runtime


def tell(runtime: Runtime) -> None:
    """Posts the record of the pair in force."""
    runtime.ledger.post(record(runtime.epoch.pair, runtime.now(), runtime.ledger.worker))


def tell_with_segments(runtime: Runtime) -> None:
    """Tells it now, and of every segment that begins: retention may take the others away.

    Calls in flight may still be ruled by an older pair, which then belongs there too.
    """

    def begun() -> None:
        pairs = {p.revision: p for p in (*(e.pair for e in runtime.live), runtime.epoch.pair)}
        for pair in pairs.values():
            runtime.ledger.post(record(pair, runtime.now(), runtime.ledger.worker))

    runtime.ledger.on_segment(begun)
    tell(runtime)


def record(pair: Pair, now: datetime, worker: str) -> PairRecord:
    """The record of one pair."""
    bundle = pair.bundle
    return PairRecord(
        at=now,
        worker=worker,
        config_revision=pair.revision,
        policy_revision=bundle.revision,
        rules_revision=pair.policies.revision,
        detection_revision=bundle.engine.revision,
        detectors=bundle.engine.revisions,
        destinations=tuple(terms_of(d) for d in pair.destinations.values()),
        classes=tuple(one.id for one in reversed(pair.policies.classes)),
        names=pair.policies.place_names,
        rules={rule.id: rule.revision for rule in pair.policies.rules},
    )


def terms_of(d: Destination) -> Terms:
    """What policies see of a destination now."""
    return Terms(
        d.name, d.vendor, d.model, d.region, d.trust, d.contract, d.processor, d.retention_days, d.training,
        d.external, d.known,
    )  # fmt: skip
