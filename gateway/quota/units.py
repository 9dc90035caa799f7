"""What quotas count, and how they say no."""

from __future__ import annotations

from typing import NamedTuple

UNITS = ("requests", "input", "output", "tokens", "cost", "concurrent")
"""tokens: input and output together. cost: millionths of the currency."""

SCOPES = ("organisation", "team", "use_case", "user", "key", "model", "contract", "destination")
"""The last two are asked for each attempt, the others once for the call."""

Scopes = tuple[tuple[str, ...], ...]
"""(scope, name) of everything that a call belongs to: (("user", "m.durand"), ("team", "hr"), ...).

A third text is the name of the account, where that isn't the name that limits are looked up by."""


class Amounts(NamedTuple):
    """How much of each unit, in the order of UNITS."""

    requests: int = 0
    input: int = 0
    output: int = 0
    tokens: int = 0
    cost: int = 0
    concurrent: int = 0


NOTHING = Amounts()


class Exceeded(Exception):
    """A hard limit has no room. retry_after: seconds until its window ends (1 for concurrent calls).

    hopeless: no window has room for this call. used: settled and held; None: not known here. amount: asked for.
    end: of the window (Unix seconds); None for concurrent calls.
    """

    def __init__(
        self,
        scope: str,
        unit: str,
        window: str,
        limit: int,
        retry_after: float,
        hopeless: bool,
        used: int | None = 0,
        amount: int = 0,
        end: float | None = None,
    ) -> None:
        super().__init__(f"{scope} {unit} per {window}")
        self.scope, self.unit, self.window, self.limit = scope, unit, window, limit
        self.retry_after = retry_after
        self.hopeless = hopeless
        self.used, self.amount, self.end = used, amount, end


class Unknown(Exception):
    """Whether there is room can't be known: the store doesn't answer, or has lost its memory and is being told."""

    def __init__(self, scope: str, unit: str, retry_after: float) -> None:
        super().__init__(f"{scope} {unit}")
        self.scope, self.unit, self.retry_after = scope, unit, retry_after
