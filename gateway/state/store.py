"""What the links to a shared store have in common: the one way in which a store fails, and a script that it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha1


class StoreUnavailable(Exception):
    """The shared store didn't do what it was asked, or didn't say so in time: what was asked may or may not have
    happened. Its word is of a closed set (timeout, connection, refused, evicts, locked, full, damaged, newer) and holds
    neither an address nor anything that was stored."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the shared store can't be used: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script that a Redis runs in one piece. sha: how the server knows it."""

    text: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", sha1(self.text.encode(), usedforsecurity=False).hexdigest())
