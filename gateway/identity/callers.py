"""Who calls: what a key stands for, as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a key. `pseudonym` is the only form of `user` that is written down.

    use_cases: ids, the first is the default; none means the sandbox. models: patterns of the public models allowed.
    """

    key_id: str
    organisation: str
    team: str
    groups: tuple[str, ...]
    user: str
    use_cases: tuple[str, ...]
    models: tuple[str, ...]
    pseudonym: str

    def use_case(self, chosen: str | None = None) -> str | None:
        """The use case of a call: the chosen one where it is the caller's, the default where none is; else None."""
        if chosen is None:
            return self.use_cases[0] if self.use_cases else SANDBOX
        return chosen if chosen in (self.use_cases or (SANDBOX,)) else None

    def may_use(self, model: str) -> bool:
        """Whether a public model (its name, not an alias) is allowed."""
        return any(pattern == "*" or fnmatchcase(model, pattern) for pattern in self.models)

    def allowed(self, models: Iterable[str]) -> list[str]:
        """Those of `models` that the caller may use, in their order."""
        return [model for model in models if self.may_use(model)]
