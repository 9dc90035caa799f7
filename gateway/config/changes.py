"""Which settings differ between two configurations, for those that a running gateway doesn't take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from gateway.config.settings import Settings

LIVE = frozenset({"server.language", "server.trusted_proxies"})
"""Settings that each call looks up in the configuration in force, in sections of which the rest stays."""


def changed(old: Settings, new: Settings, names: Iterable[str]) -> tuple[str, ...]:
    """Dotted names of the settings under `names` that differ, but for those that a reload brings into force."""
    found = (one for name in names for one in _differing(name, getattr(old, name), getattr(new, name)))
    return tuple(one for one in found if one not in LIVE)


def _differing(path: str, old: Any, new: Any) -> Iterator[str]:
    if is_dataclass(old):
        for one in fields(old):
            yield from _differing(f"{path}.{one.name}", getattr(old, one.name), getattr(new, one.name))
    elif old != new:
        yield path
