"""Which shipped detectors a bundle leaves out or adjusts, and the catalogue of those that stay and of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import policies
from gateway.bundle.adjust import Adjust, Adjustment, adjusted, in_place, misplaced, refuted
from gateway.bundle.lists import with_lists
from gateway.config.kinds import WORD, Context, several
from gateway.config.table import build, listed, setting
from gateway.documents import Document, Documents, DocumentsRefused, Problem, ProblemLike, Rendered, load, nearest
from policies.detectors.catalogue import Catalogue
from policies.detectors.proof import unproven

PACKS = Path(policies.__file__).parent / "packs"

_Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What a bundle says of detection as a whole."""

    off: tuple[str, ...] = setting(several(WORD), "Shipped detectors to leave out, by id.", default=())
    adjust: tuple[Adjust, ...] = listed(Adjust, "Shipped detectors that find too much.")


@dataclass(frozen=True, slots=True)
class Detectors:
    """The catalogue in force. off: the shipped detectors left out, with the place that says so."""

    catalogue: Catalogue
    off: Mapping[str, _Place]


def read_detectors(documents: Documents) -> Detectors:
    """The shipped detectors but those switched off, adjusted, then the bundle's own, proven by their examples;
    DocumentsRefused with every fault."""
    packs = shipped_documents()
    by_id = {document.value["id"]: document for document in packs.items}
    own = with_lists(documents)
    off, adjust = _said(documents, by_id, frozenset(str(document.value.get("id")) for document in own))
    shipped = [adjusted(document, adjust) for name, document in by_id.items() if name not in off]
    given = [*shipped, *own]
    built = Catalogue.build([document.value for document in given])
    if isinstance(built, Catalogue):
        _refuse_unproven(documents, built, own)
        _refuse(documents, refuted(adjust, built.detectors, by_id))
        return Detectors(built, off)
    packed: list[Problem] = []
    written: list[Problem] = []
    for index, problem in ((int(p.path[0]), p) for p in built):
        there = Problem(problem.path[1:], problem.message, problem.nearest)
        said = in_place(there, by_id[given[index].value["id"]], adjust) if index < len(shipped) else None
        named = Problem((given[index].name, *there.path), there.message, there.nearest)
        (packed if index < len(shipped) and said is None else written).append(said or named)
    raise DocumentsRefused((*packs.render(packed), *documents.render(written)))


@cache
def shipped_documents() -> Documents:
    """The detectors that ship, read once: they change with the program only, and were half of what a reload took."""
    return load(PACKS)


def _refuse_unproven(documents: Documents, catalogue: Catalogue, own: Iterable[Document]) -> None:
    _refuse(
        documents,
        (
            Problem((document.name, *fault.path), fault.message)
            for document in own
            for fault in unproven(catalogue.detectors[document.value["id"]])
        ),
    )


def _said(
    documents: Documents, shipped: Mapping[str, Document], own: frozenset[str]
) -> tuple[dict[str, _Place], list[Adjustment]]:
    """What all `Detection` documents together leave out and adjust."""
    problems: list[Problem] = []
    off: dict[str, _Place] = {}
    adjust: list[Adjustment] = []
    for document in documents.items:
        if document.value["kind"] != "Detection":
            continue
        read = _detection(document, problems)
        for index, name in enumerate(read.off):
            place = (document.name, "off", index)
            if name not in shipped:
                problems.append(Problem(place, f"there is no shipped detector {name}", nearest(name, shipped)))
            off.setdefault(name, place)
        adjust += [Adjustment((document.name, "adjust", index), one) for index, one in enumerate(read.adjust)]
    _refuse(documents, problems)
    _refuse(documents, misplaced(adjust, shipped, own, off))
    return off, adjust


def _detection(document: Document, problems: list[Problem]) -> Detection:
    value: dict[str, Any] = {key: inner for key, inner in document.value.items() if key != "kind"}
    return build(Detection, value, (document.name,), Context(Path(), {}), problems) or Detection()


def _refuse(documents: Documents, problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise DocumentsRefused(documents.render(found))


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
