"""Names of the bundle that the configuration's routes use: use cases and data classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.documents import Problem, nearest

if TYPE_CHECKING:
    from gateway.bundle.bundle import Bundle
    from gateway.config.settings import Settings


def unknown_to(bundle: Bundle, settings: Settings, file: str, label: str) -> Iterator[Problem]:
    """Cases of routes that name what the bundle doesn't have, each at its place."""
    classes = [one.id for one in bundle.policies.classes]
    for route in settings.routes.values():
        for number, case in enumerate(route.cases):
            asked = (
                ("use_cases", "use case", case.when.use_cases, [*bundle.use_cases]),
                ("data_classes", "data class", case.when.data_classes, classes),
            )
            for key, what, names, known in asked:
                for index, name in enumerate(names):
                    if name not in known:
                        path = (file, "routes", route.name, "cases", number, "when", key, index)
                        yield Problem(path, f"there is no {what} {name} in {label}", nearest(name, known))
