"""What joins the configuration's routes with the rest: names of the bundle that they use, and destinations in vain."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
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


def in_vain(settings: Settings) -> Iterator[str]:
    """What `check` notes: cases and splits that go to destinations of no model that takes the route."""
    for name, route in settings.routes.items():
        ways = {name, *(r.name for r in settings.routes.values() if any(case.route == name for case in r.cases))}
        theirs = {d for model in settings.models.values() if model.route in ways for d in model.destinations}
        if not theirs:
            continue
        goes = [("case", case.name, case.to) for case in route.cases if case.to]
        goes += [("split", split.name, split.to) for split in route.splits]
        for what, called, to in goes:
            if not any(fnmatchcase(one, pattern) for one in theirs for pattern in to):
                yield f"route {name}: {what} {called} goes to no destination of a model that takes this route"
