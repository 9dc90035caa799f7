"""Whom quotas may name: what there is of each scope, so that a typo doesn't leave somebody without a limit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from gateway.config.patterns import Pattern, is_pattern
from gateway.documents import Problem, unknown
from gateway.identity.callers import SANDBOX

if TYPE_CHECKING:
    from gateway.bundle.bundle import Bundle
    from gateway.config.settings import Settings

_WILD = frozenset("*?[")


def names_by_scope(bundle: Bundle, settings: Settings) -> Mapping[str, Collection[str]]:
    """What there is of each scope but of users and keys, which no file names."""
    return {
        "organisation": (settings.organisation,),
        "team": settings.directory.teams,
        "use_case": (*bundle.use_cases, SANDBOX),
        "model": tuple(settings.models),
        "contract": tuple(bundle.contracts),
        "destination": tuple(settings.destinations),
    }


def for_nobody(bundle: Bundle, settings: Settings, file: str) -> Iterator[Problem]:
    """Quotas of one name that doesn't exist, each at its place."""
    known = names_by_scope(bundle, settings)
    for index, quota in enumerate(settings.quotas):
        name, names = quota.match, known.get(quota.scope)
        meant = any(Pattern.of(one).star(name) for one in names or () if quota.scope == "model" and is_pattern(one))
        if names is not None and not _WILD & set(name) and not meant:
            yield from unknown((file, "quotas", index, "match"), quota.scope.replace("_", " "), name, names)
