"""How much is held of an answer whose length nobody stated: a step at first, another before it runs out."""

from __future__ import annotations

from dataclasses import dataclass

BYTES_PER_TOKEN = 2
"""Of streamed text: fewer are rare in any language, so what is metered is seldom less than what the vendor counts."""
SHARES = (1, 4, 16)
"""What is asked for where a whole step has no room: a quarter, a sixteenth."""


def metered(size: int) -> int:
    """Tokens that `size` bytes of streamed text count as, until the vendor says how many they were."""
    return -(-size // BYTES_PER_TOKEN)


@dataclass(slots=True)
class Steps:
    """The output that is held for one answer, in tokens. step: what is held at first, and again each time.

    due: when more bytes than these have come, more must be held. extended: tokens held beyond the first step.
    """

    step: int
    held: int = 0
    extended: int = 0
    due: int = 0

    def __post_init__(self) -> None:
        self.held = self.step
        self._due_before(self.step // 4)

    def wanted(self) -> list[int]:
        """What to ask for, one after the other until there is room."""
        return list(dict.fromkeys(max(self.step // share, 1) for share in SHARES))

    def grew(self, tokens: int) -> None:
        """So many more are held."""
        self.held += tokens
        self.extended += tokens
        self._due_before(tokens // 4)

    def ended(self) -> None:
        """There is no more: what is held may still be used."""
        self._due_before(0)

    def over(self, size: int) -> bool:
        """Whether so many bytes are more than is held."""
        return metered(size) > self.held

    def _due_before(self, tokens: int) -> None:
        self.due = (self.held - tokens) * BYTES_PER_TOKEN
