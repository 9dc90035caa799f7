"""The second place of a fault that two files make: where the configuration lost a name that the bundle uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from gateway.config import Settings
from gateway.documents import Documents, Rendered


def removed(config: Documents, before: Settings, after: Settings, faults: Iterable[Rendered]) -> Iterator[Rendered]:
    """For each fault of the bundle about a name that was in force until now: the section that it was taken out of."""
    gone = {name: path for path, names in _registers(before).items() for name in names}
    for names in _registers(after).values():
        for name in names:
            gone.pop(name, None)
    for fault in faults:
        name = fault.message.partition(" ")[0]
        if name in gone:
            place = config.position((config.items[0].name, *gone[name]))
            where = ".".join(gone[name])
            yield Rendered(*place, f"{name} was taken out of {where}, and {fault.file}:{fault.line} uses it")


def _registers(settings: Settings) -> dict[tuple[str, ...], Collection[str]]:
    return {
        ("vendors",): settings.vendors,
        ("destinations",): settings.destinations,
        ("models",): settings.models,
        ("directory", "teams"): settings.directory.teams,
        ("directory", "groups"): settings.directory.groups,
    }
