"""What a scan may cost: counted in attempts to match, so that the outcome does not depend on the machine."""

from __future__ import annotations

# Attempts to match or check: some for any text, and so many for each character (a bare list of telephone numbers or of
# IBANs needs up to 0.5, prose and source code with the whole catalogue up to 0.1). A text that needs more was built to
# be expensive. An attempt takes about 4 microseconds.
_STEPS = 2000
_STEPS_A_CHARACTER = 0.6
_MOST_STEPS = 25_000
_STEPS_OF_LONG = 0.15
# After so many attempts a scan pauses: others may want the processor.
_STRETCH = 400.0


class ScanBudgetExceeded(Exception):
    """A text would have cost more to scan than its length allows; it counts as not inspected."""


def allowance(size: int) -> float:
    """What the scan of a text of so many characters may cost, in attempts to match."""
    return min(_STEPS + size * _STEPS_A_CHARACTER, max(_MOST_STEPS, size * _STEPS_OF_LONG))


class Budget:
    """What is left for all the views of a text."""

    __slots__ = ("_pause", "left")

    def __init__(self, size: int) -> None:
        self.left = allowance(size)
        self._pause = self.left - _STRETCH

    def spend(self, cost: float = 1.0) -> None:
        """Take a cost off; ScanBudgetExceeded where it is more than is left."""
        self.left -= cost
        if self.left < 0:
            raise ScanBudgetExceeded

    def tired(self) -> bool:
        """Whether it is time to pause; asking begins a new stretch."""
        if self.left > self._pause:
            return False
        self._pause = self.left - _STRETCH
        return True
