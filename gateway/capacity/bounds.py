"""What the configuration says of slots and queues, as the core takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.capacity.lanes import Bounds, Terms

if TYPE_CHECKING:
    from gateway.config.settings import Settings


def terms(settings: Settings) -> Terms:
    """How calls wait."""
    capacity = settings.capacity
    seconds = capacity.queue_seconds
    return Terms(capacity.queue_length, (seconds.high, seconds.normal, seconds.low), capacity.lower_percent)


def bounds(settings: Settings) -> dict[str, Bounds]:
    """The limits of every destination."""
    return {name: bounds_of(settings, name) for name in settings.destinations}


def bounds_of(settings: Settings, name: str) -> Bounds:
    """The limits of one. `most_in_flight` holds for the installation: each serving process has its part of it."""
    destination = settings.destinations[name]
    connections = settings.vendors[destination.vendor].connections
    most = connections
    if destination.most_in_flight is not None:
        most = min(max(destination.most_in_flight // settings.processes, 1), connections)
    capacity = settings.capacity
    return Bounds(destination.vendor, connections, capacity.least_in_flight, most, not capacity.adaptive)
