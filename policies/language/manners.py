"""What a rule does, beside its action: words, contact, shadow, what becomes of earlier turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from policies.language.model import ACTIONS, FORMS
from policies.language.problems import Path, Reading
from policies.samples import LONGEST_DAYS, MOST_A_DAY, ReviewSample

# What a table may say for all of its cells, and what goes with the action of one.
SHARED: Final = ("in_history", "message", "contact", "overridable", "mode", "shadow_until")
MANNER: Final = (*SHARED, "to", "as", "review_sample")

# The most of each that a rule may keep of samples for review.
REVIEW_SAMPLE: Final = {"per_day": MOST_A_DAY, "days": LONGEST_DAYS}


def read_action(value: object, path: Path, reading: Reading) -> str:
    """One of the actions; deny where it isn't."""
    if value is None:
        return "deny"
    chosen = reading.choice(value, path, ACTIONS)
    return chosen if chosen == value else "deny"


def read_manner(
    value: Mapping[str, Any], path: Path, reading: Reading, destination: Callable[[object, Path], str]
) -> dict[str, Any]:
    """The fields of a RuleText that these keys give; those that aren't given keep what they are without."""
    read: dict[str, Callable[[object, Path], tuple[str, Any]]] = {
        "in_history": lambda v, p: ("in_history", reading.choice(v, p, ("redact", "deny"))),
        "message": lambda v, p: ("message", reading.words(v, p)),
        "contact": lambda v, p: ("contact", reading.text(v, p)),
        "overridable": lambda v, p: ("overridable", reading.flag(v, p)),
        "mode": lambda v, p: ("mode", reading.choice(v, p, ("enforce", "shadow"))),
        "shadow_until": lambda v, p: ("shadow_until", reading.day(v, p)),
        "to": lambda v, p: ("to", destination(v, p)),
        "as": lambda v, p: ("surrogate", reading.choice(v, p, FORMS) == "surrogate"),
        "review_sample": lambda v, p: ("review_sample", _review_sample(v, p, reading)),
    }
    if ("shadow_until" in value) != (value.get("mode") == "shadow"):
        reading.fault((*path, "mode"), "mode: shadow and shadow_until (a date) go together")
    return dict(read[key](value[key], (*path, key)) for key in MANNER if key in value)


def _review_sample(value: object, path: Path, reading: Reading) -> ReviewSample:
    given = reading.mapping(value, path, REVIEW_SAMPLE)
    found = {}
    for key, most in REVIEW_SAMPLE.items():
        number = given.get(key)
        if number is None:
            continue
        if type(number) is int and 1 <= number <= most:
            found[key] = number
        else:
            reading.fault((*path, key), f"must be a whole number from 1 to {most}")
    return ReviewSample(**found)
