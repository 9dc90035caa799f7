"""Where a call has to go that names something which a vendor keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gateway.bundle.destinations import Destination
    from gateway.state.owners import Owned


class Pinned(NamedTuple):
    """Where a call has to go. owned: the first of the objects that it names. credential: index of the one that sees it.
    others: indexes of those that don't."""

    owned: Owned
    destination: Destination
    credential: int
    others: frozenset[int]
