"""What to do when there isn't room for all calls: slots at destinations, the queues before them, the door."""

from gateway.capacity.capacity import Capacity

__all__ = ["Capacity"]
