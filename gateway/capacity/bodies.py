"""The bytes of request bodies that the process holds at once: a limit of their own, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.errors import Refusal

FULL = (1.0, 0.9, 0.75)
"""Part of all bytes up to which a class may fill it: a crowd of a lower class leaves room for a higher one."""


class Bodies:
    """most: bytes. refused: makes the refusal for a class that has no room."""

    def __init__(self, most: int, refused: Callable[[int], Refusal]) -> None:
        self.most = most
        self.held = 0
        self._refused = refused

    def of(self, rank: int) -> Body:
        """What a call of this class will hold."""
        return Body(self, rank)

    def fits(self, rank: int, size: int) -> bool:
        """Whether so many bytes more have room. A body always has where there is no other."""
        return self.held + size <= self.most * FULL[rank] or not self.held

    def turn_away(self, rank: int) -> Refusal:
        """The refusal for want of room."""
        return self._refused(rank)


class Body:
    """The body of one call while it is read and for as long as the call lasts."""

    __slots__ = ("_bodies", "_rank", "held")

    def __init__(self, bodies: Bodies, rank: int) -> None:
        self._bodies, self._rank = bodies, rank
        self.held = 0

    def expect(self, size: int) -> None:
        """So many bytes are announced. Raises Refusal where they have no room; holds nothing yet, since an
        announcement costs its sender nothing."""
        if not self._bodies.fits(self._rank, size):
            raise self._bodies.turn_away(self._rank)

    def add(self, size: int) -> None:
        """So many bytes have come. Raises Refusal where they have no room."""
        bodies = self._bodies
        if bodies.held + size > bodies.most * FULL[self._rank] and bodies.held > self.held:
            raise bodies.turn_away(self._rank)
        bodies.held += size
        self.held += size

    def release(self) -> None:
        """The call is over."""
        self._bodies.held -= self.held
        self.held = 0
