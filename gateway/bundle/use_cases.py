"""Use cases: what calls are for, owned by the business."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config.kinds import TEXT, WORD, choice
from gateway.config.table import setting
from gateway.identity import SANDBOX

STATUSES = ("pilot", "production", "suspended", "retired")
PRIORITIES = ("high", "normal", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One use case. Calls for a suspended or retired one are refused."""

    id: str = setting(WORD, "Name that keys, policies and records use.")
    title: str = setting(TEXT, "What it is, for a reader.")
    owner: str = setting(TEXT, "Who answers for it.")
    contact: str = setting(TEXT, "Whom staff ask about it.", default="")
    priority: str = setting(choice(*PRIORITIES), "Who goes first when room is short.", default="normal")
    status: str = setting(choice(*STATUSES), "Where it stands; suspended and retired refuse calls.")

    @property
    def open(self) -> bool:
        """Whether calls for it are served."""
        return self.status in ("pilot", "production")


# Calls of keys without a use case, unless the bundle describes it otherwise.
THE_SANDBOX = UseCase(id=SANDBOX, title="Calls without a use case", owner="", priority="low", status="pilot")
