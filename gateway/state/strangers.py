"""Callers that showed no valid key: counted by network, never written down one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

MOST_NETWORKS = 1_024
FREE_PER_MINUTE = 600


class Strangers:
    """Counts refusals per peer network for a minute. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: dict[str, int] = {}
        self._minute = clock()

    def seen(self, peer: str) -> bool:
        """Counts one refusal; False when this network has had enough for this minute (429 instead of 401)."""
        if self._clock() - self._minute >= 60:
            self._restart()
        network = network_of(peer)
        if network not in self._counts and len(self._counts) >= MOST_NETWORKS:
            network = "other"
        count = self._counts[network] = self._counts.get(network, 0) + 1
        return count <= FREE_PER_MINUTE

    def take(self) -> dict[str, int]:
        """What was counted since the last call, for one event in the ledger."""
        counts = self._counts
        self._restart()
        return counts

    def _restart(self) -> None:
        self._counts = {}
        self._minute = self._clock()


def network_of(peer: str) -> str:
    """The /24 or /48 that an address belongs to; "unknown" where it is none."""
    try:
        address = ip_address(peer)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def within(peer: str, networks: Collection[IPv4Network | IPv6Network]) -> bool:
    """Whether an address belongs to one of the networks."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in networks)
