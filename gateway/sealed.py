"""What vendors sealed for themselves in a conversation, when it goes to another one.

A sealed part may go back to the vendor that issued it through here. For another vendor it is left out where the dialect
does without it; where it doesn't, that vendor isn't asked. What nobody issued through here goes nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from adapters.ask import TEXT, VENDOR_STATE
from adapters.dialects.states import left_out
from policies.findings import class_detector

if TYPE_CHECKING:
    from adapters.ask import Ask, Passage
    from adapters.wire.body import Edit
    from gateway.bundle.destinations import Destination
    from gateway.exchange import Candidate, Exchange
    from gateway.runtime import Runtime
    from policies.classify import Classification
    from policies.decide import PassageFacts

_STATE = class_detector(VENDOR_STATE)
_DIGEST = 64  # letters of a SHA-256 in hexadecimal

Issued = Callable[["PassageFacts"], bool]


def sealed(ask: Ask, classification: Classification | None) -> list[int]:
    """Indexes of the passages that a vendor sealed: the blobs, and the texts that are signed."""
    if classification is None or not any(one.detector == _STATE for one in classification.findings):
        return []
    return [index for index, passage in enumerate(ask.passages) if _is_sealed(passage)]


def _is_sealed(passage: Passage) -> bool:
    return passage.part == VENDOR_STATE or (passage.part == TEXT and len(passage.note) == _DIGEST)


def without(
    runtime: Runtime,
    exchange: Exchange,
    ask: Ask,
    classification: Classification,
    destination: Destination,
    dialect: str,
) -> tuple[Edit, ...]:
    """The edits that take out what other vendors than the destination's sealed; none where there is nothing, or where
    the dialect can't do without it. dialect: as of a Candidate."""
    organisation, foreign = exchange.caller.organisation, []
    for index in sealed(ask, classification):
        issuer = runtime.states.issuer(organisation, ask.passages[index].note)
        if issuer is not None and issuer != destination.vendor:
            foreign.append(index)
    return tuple(left_out(ask, foreign, translated=bool(dialect)) or ()) if foreign else ()


def issued_by(runtime: Runtime, exchange: Exchange, destination: Destination, out: tuple[Edit, ...] = ()) -> Issued:
    """Tells of a passage whether the destination's vendor wrote it in a call through this gateway; any vendor, where
    what others wrote is left out for it. out: the edits that leave it out."""
    organisation, states = exchange.caller.organisation, runtime.states
    if out:
        return lambda passage: states.issuer(organisation, passage.note) is not None
    return lambda passage: states.issuer(organisation, passage.note) == destination.vendor


def beside(edits: Iterable[Edit], out: tuple[Edit, ...]) -> list[Edit]:
    """Edits of a body and those that leave parts of it out: what stands in such a part needs no other."""
    return [*(e for e in edits if not any(o.start <= e.start and e.end <= o.end for o in out)), *out]


def at_home_first(candidates: list[Candidate]) -> list[Candidate]:
    """The candidates, those first that get the conversation whole."""
    return sorted(candidates, key=lambda one: bool(one.left_out)) if len(candidates) > 1 else candidates
