"""What policies see of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.registry import MAKERS

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Call:
    """What policies see of a call."""

    organisation: str
    team: str
    groups: tuple[str, ...]
    user: str
    key: str
    use_case: str
    dialect: str
    model: str
    labels: tuple[str, ...]
    size: int
    now: datetime


def facts(exchange: Exchange, ask: Ask) -> Call:
    """The policy-visible facts of a call. Labels that stand in its text come with the findings."""
    caller = exchange.caller
    return Call(
        caller.organisation,
        caller.team,
        caller.groups,
        caller.user,
        caller.key_id,
        exchange.use_case,
        MAKERS.get(ask.dialect, ask.dialect),
        exchange.model,
        (),
        exchange.bytes_in,
        exchange.at,
    )
