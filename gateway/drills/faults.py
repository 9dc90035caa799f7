"""The ways in which a drill makes a destination fail."""

from __future__ import annotations

from typing import NamedTuple

from gateway.documents import nearest

KINDS = {
    "refuse": "no connection can be made",
    "5xx": "the vendor answers 503",
    "throttle": "the vendor answers 429; =SECONDS asks to wait so long (5)",
    "slow": "the answer begins =SECONDS later (30)",
    "cut": "the answer breaks off after =PIECES pieces (3)",
}
"""Each kind, in words for its reader."""

_AMOUNTS = {"throttle": 5.0, "slow": 30.0, "cut": 3.0}
_MOST = 3600.0


class Fault(NamedTuple):
    """kind: one of KINDS. amount: seconds to wait or pieces to let through, 0 where the kind has none."""

    kind: str
    amount: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind}={self.amount:g}" if self.kind in _AMOUNTS else self.kind


def parse(text: str) -> Fault:
    """A fault as people write it: `refuse`, `slow=10`. Raises ValueError whose words say what is expected."""
    kind, equals, amount = text.partition("=")
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        raise ValueError(f"must be one of: {', '.join(KINDS)}" + (f" (did you mean {near}?)" if near else ""))
    if not equals:
        return Fault(kind, _AMOUNTS.get(kind, 0.0))
    if kind not in _AMOUNTS:
        raise ValueError(f"{kind} takes no amount")
    try:
        number = float(amount)
    except ValueError:
        number = -1.0
    if not 0 <= number <= _MOST or (kind == "cut" and number != int(number)):
        raise ValueError(f"{kind}= takes a number from 0 to {_MOST:g}" + (" of pieces" * (kind == "cut")))
    return Fault(kind, number)
