"""What has an end, and is near it or past it: exceptions, and rules in shadow. Nothing of it makes a bundle invalid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from gateway.bundle.bundle import Bundle
from policies.decide import Policies
from policies.language import overdue

AHEAD: Final = timedelta(days=14)
"""How long before an end it is spoken of."""


def due(bundle: Bundle, now: datetime) -> Iterator[str]:
    """A sentence with its place for everything that has ended, or will within 14 days."""
    late = set(bundle.documents.render(overdue(bundle.policies, now)))
    for one in bundle.documents.render(overdue(bundle.policies, now, AHEAD)):
        yield str(one) if one in late else f"{one} (in {AHEAD.days} days or less)"


def exceptions(policies: Policies) -> dict[str, date]:
    """The last day (UTC) of every exception, by its id."""
    return {lift.exception: lift.last_day for rule in policies.rules for lift in rule.lifts}


def shadows(policies: Policies) -> dict[str, date]:
    """The day by which somebody decides on a rule in shadow, by its id."""
    return {rule.id: rule.shadow_until for rule in policies.rules if rule.shadow_until is not None}


def end_of(day: date) -> float:
    """The last moment of a day (UTC), as Unix time."""
    return datetime.combine(day, time.max, UTC).timestamp()
