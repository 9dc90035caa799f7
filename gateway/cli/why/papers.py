"""What the bundle of now says of the rules, use cases and types that an old record names: titles, owners, contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.bundle.workspace import Workspace
from policies.rules import Rule
from policies.words import BUILT_IN


class Ruled(NamedTuple):
    """A rule as it stands now. where: its file in the bundle, and line; "" for a built-in one."""

    title: Mapping[str, str]
    owner: str
    contact: str
    message: Mapping[str, str]
    where: str
    revision: str


class Answerable(NamedTuple):
    """A use case as it stands now."""

    owner: str
    contact: str


@dataclass(frozen=True, slots=True)
class Papers:
    """The bundle of now, to be looked up in. here: None where it can't be read; then nothing is found."""

    here: Workspace | None = None

    @property
    def revision(self) -> str:
        """Of the bundle; "" where there is none."""
        return self.here.bundle.revision if self.here is not None else ""

    def rule(self, name: str) -> Ruled | None:
        """The rule of that id; None where it isn't there any more."""
        reason = name.removeprefix("built-in.")
        if reason != name:
            return Ruled({}, "", "", BUILT_IN.get(reason, {}), "", "")
        if self.here is None:
            return None
        return next((self._ruled(rule) for rule in self.here.policies.rules if rule.id == name), None)

    def use_case(self, name: str) -> Answerable | None:
        """The use case of that id."""
        found = self.here.bundle.use_cases.get(name) if self.here is not None else None
        return Answerable(found.owner, found.contact) if found is not None else None

    def type(self, name: str, language: str) -> str:
        """What a detector finds, in words; "" where it isn't known."""
        found = self.here.engine.catalogue.detectors.get(name) if self.here is not None else None
        return (found.title.get(language) or found.title.get("en", "")) if found is not None else ""

    def _ruled(self, rule: Rule) -> Ruled:
        assert self.here is not None
        documents = self.here.documents
        document = next(one for one in documents.items if one.name == rule.path[0])
        title = _at(document.value, rule.path[1:]).get("title") or {}
        return Ruled(
            title=title if isinstance(title, dict) else {"en": title, "fr": title},
            owner=str(document.value.get("owner") or ""),
            contact=rule.contact or "",
            message=rule.message,
            where=f"{document.file}:{documents.position(rule.path)[1]}",
            revision=rule.revision,
        )


def _at(value: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
    """The object at a path; an empty one where a cell of a table says no more than an action."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return value if isinstance(value, dict) else {}
