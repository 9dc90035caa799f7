"""Use cases: what calls are for, owned by the business."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
from dataclasses import dataclass

from gateway.config.kinds import TEXT, WORD, WORDS, Words, choice
from gateway.config.table import setting
from gateway.identity import SANDBOX

STATUSES = ("pilot", "production", "suspended", "retired")
OPEN = ("pilot", "production")
PRIORITIES = ("high", "normal", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One use case. Calls for a suspended or retired one are refused."""

    id: str = setting(WORD, "Name that keys, policies and records use.")
    title: Words = setting(WORDS, "What it is, for a reader.")
    owner: str = setting(TEXT, "Who answers for it.")
    contact: str = setting(TEXT, "Whom staff ask about it.", default="")
    priority: str = setting(choice(*PRIORITIES), "Who goes first when room is short.", default="normal")
    status: str = setting(choice(*STATUSES), "Where it stands; suspended and retired refuse calls.")

    @property
    def open(self) -> bool:
        """Whether calls for it are served."""
        return self.status in OPEN


# Calls of keys without a use case, unless the bundle describes it otherwise.
THE_SANDBOX = UseCase(
    id=SANDBOX,
    title=Words("calls without a use case", "appels sans cas d'usage"),
    owner="",
    priority="low",
    status="pilot",
)
