"""The end of a public model: from which day, and what callers are to use then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gateway.bundle.destinations import Model
    from gateway.config.destinations import ModelSettings

WARN_DAYS = 60


class Retirement(NamedTuple):
    """day: the first on which the model is no more. replace: the replacement answers then, else it is named."""

    day: date
    replacement: str
    replace: bool

    @property
    def fate(self) -> str:
        """What becomes of calls then."""
        if not self.replacement:
            return "calls are refused, and no replacement is named"
        return f"calls go to {self.replacement}" if self.replace else f"calls are refused, naming {self.replacement}"


def retirement_of(model: ModelSettings) -> Retirement | None:
    """The end of a model, where there is to be one."""
    if model.retires is None:
        return None
    return Retirement(model.retires, model.replacement or "", model.when_retired == "replace")


def remarks(models: Mapping[str, Model], today: date) -> Iterator[str]:
    """What `check` says of models that end soon or have ended."""
    for name, model in models.items():
        end = model.retirement
        if end is None:
            continue
        left = (end.day - today).days
        if left <= 0:
            yield f"model {name} is retired since {end.day}: {end.fate}"
        elif left <= WARN_DAYS:
            yield f"model {name} retires on {end.day}, in {left} days: then {end.fate}"
