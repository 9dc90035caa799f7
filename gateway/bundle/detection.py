"""Which shipped detectors a bundle leaves out, and the catalogue of those that stay and of the bundle's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import policies
from gateway.bundle.lists import with_lists
from gateway.config.kinds import WORD, Context, several
from gateway.config.table import build, setting
from gateway.documents import Document, Documents, DocumentsRefused, Problem, ProblemLike, Rendered, load, nearest
from policies.detectors.catalogue import Catalogue
from policies.detectors.proof import unproven

PACKS = Path(policies.__file__).parent / "packs"

_Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What a bundle says of detection as a whole."""

    off: tuple[str, ...] = setting(several(WORD), "Shipped detectors to leave out, by id.", default=())


@dataclass(frozen=True, slots=True)
class Detectors:
    """The catalogue in force. off: the shipped detectors left out, with the place that says so."""

    catalogue: Catalogue
    off: Mapping[str, _Place]


def read_detectors(documents: Documents) -> Detectors:
    """The shipped detectors but those switched off, then the bundle's own, proven by their examples; DocumentsRefused
    with every fault."""
    packs = load(PACKS)
    off = _switched_off(documents, frozenset(document.value["id"] for document in packs.items))
    shipped = [document for document in packs.items if document.value["id"] not in off]
    own = with_lists(documents)
    given = [*shipped, *own]
    built = Catalogue.build([document.value for document in given])
    if isinstance(built, Catalogue):
        _refuse_unproven(documents, built, own)
        return Detectors(built, off)
    named = [(p.path[0], Problem((given[int(p.path[0])].name, *p.path[1:]), p.message, p.nearest)) for p in built]
    faults = packs.render(p for index, p in named if int(index) < len(shipped))
    raise DocumentsRefused((*faults, *documents.render(p for index, p in named if int(index) >= len(shipped))))


def _refuse_unproven(documents: Documents, catalogue: Catalogue, own: Iterable[Document]) -> None:
    faults = [
        Problem((document.name, *fault.path), fault.message)
        for document in own
        for fault in unproven(catalogue.detectors[document.value["id"]])
    ]
    if faults:
        raise DocumentsRefused(documents.render(faults))


def _switched_off(documents: Documents, shipped: frozenset[str]) -> dict[str, _Place]:
    problems: list[Problem] = []
    off: dict[str, _Place] = {}
    for document in documents.items:
        if document.value["kind"] != "Detection":
            continue
        for index, name in enumerate(_names(document, problems)):
            place = (document.name, "off", index)
            if name not in shipped:
                problems.append(Problem(place, f"there is no shipped detector {name}", nearest(name, shipped)))
            off.setdefault(name, place)
    if problems:
        raise DocumentsRefused(documents.render(problems))
    return off


def _names(document: Document, problems: list[Problem]) -> tuple[str, ...]:
    value: dict[str, Any] = {key: inner for key, inner in document.value.items() if key != "kind"}
    read = build(Detection, value, (document.name,), Context(Path(), {}), problems)
    return read.off if read is not None else ()


def faults_of(documents: Documents, faults: Iterable[ProblemLike], off: Mapping[str, _Place]) -> Iterator[Rendered]:
    """Faults of policies; one about a detector that is off names both places, the rule's and the switch's."""
    for fault in documents.render(faults):
        name, _, said = fault.message.partition(" ")
        if name not in off or said != "is none of the detectors":
            yield fault
            continue
        switch = documents.position(off[name])
        yield Rendered(*fault[:3], f"detector {name} is switched off at {switch[0]}:{switch[1]}")
        yield Rendered(*switch, f"detector {name} is switched off, and {fault.file}:{fault.line} names it")
