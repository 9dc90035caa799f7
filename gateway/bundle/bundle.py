"""The governance bundle: contracts, use cases, detectors and policies, read and compiled as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import policies
from gateway.bundle.contracts import REGIONS, TRUSTS, Contract
from gateway.bundle.destinations import Destination
from gateway.bundle.detection import PACKS, faults_of, read_detectors
from gateway.bundle.indexes import Indexes, IndexSpec, read_indexes
from gateway.bundle.prices import price_faults
from gateway.bundle.service import service_faults
from gateway.bundle.substitutes import substitute_faults
from gateway.bundle.use_cases import THE_SANDBOX, UseCase
from gateway.bundle.vocabulary import Names
from gateway.config.kinds import Context
from gateway.config.patterns import starred
from gateway.config.table import build
from gateway.documents import Document, Documents, DocumentsRefused, Problem, nearest
from policies.decide import Policies
from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine, revision_of
from policies.indexes.stored import IndexKey
from policies.language import Doc, Vocabulary
from policies.language import compile as compile_policies

__all__ = ["KINDS", "PACKS", "STARTER", "Bundle", "Papers", "build_bundle", "read_papers"]

KINDS = (
    "EgressPolicy",
    "DecisionTable",
    "DataClass",
    "Detector",
    "Detection",
    "Index",
    "Contract",
    "UseCase",
    "Defaults",
)
STARTER = Path(policies.__file__).parent / "starter"


@dataclass(frozen=True, slots=True)
class Papers:
    """The part of a bundle that stands without the others: contracts, use cases and declared indexes by id."""

    documents: Documents
    contracts: Mapping[str, Contract]
    use_cases: Mapping[str, UseCase]
    indexes: Mapping[str, IndexSpec]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle in force. revision: of its files, its indexes and the detection engine.

    vocabulary: the names that policies may use.
    """

    documents: Documents
    contracts: Mapping[str, Contract]
    use_cases: Mapping[str, UseCase]
    policies: Policies
    engine: Engine
    indexes: Indexes
    revision: str
    vocabulary: Vocabulary


def read_papers(documents: Documents) -> Papers:
    """Contracts, use cases, declared indexes; DocumentsRefused with every fault of theirs, unknown kinds included."""
    problems = list(_wrong_kinds(documents))
    contracts = _by_id(documents, "Contract", Contract, problems)
    use_cases = _by_id(documents, "UseCase", UseCase, problems)
    indexes = _by_id(documents, "Index", IndexSpec, problems)
    problems.extend(price_faults(documents, contracts))
    problems.extend(service_faults(documents, contracts))
    problems.extend(substitute_faults(documents, contracts))
    if problems:
        raise DocumentsRefused(documents.render(problems))
    return Papers(documents, contracts, {THE_SANDBOX.id: THE_SANDBOX, **use_cases}, indexes)


def build_bundle(
    papers: Papers,
    names: Names,
    destinations: Mapping[str, Destination],
    key: IndexKey | None = None,
    previous: Engine | None = None,
) -> Bundle:
    """Detectors, indexes and policies compiled against the names that exist; DocumentsRefused with every fault.

    names: what the configuration brings. key: that of the indexes; None where there is no keyring, and then they find
    nothing. previous: the engine in force, which goes on where detection didn't change.
    """
    detectors = read_detectors(papers.documents)
    indexes = read_indexes(papers.documents, papers.indexes, detectors.catalogue, key)
    same = previous is not None and previous.revision == revision_of(detectors.catalogue, indexes.lookup)
    engine = previous if same and previous is not None else Engine(detectors.catalogue, indexes.lookup)
    vocabulary = _vocabulary(papers, names, destinations, detectors.catalogue)
    given = tuple(Doc(d.value["kind"], d.name, d.value) for d in papers.documents.items)
    compiled = compile_policies(given, vocabulary)
    if not isinstance(compiled, Policies):
        raise DocumentsRefused(faults_of(papers.documents, compiled, detectors.off))
    revision = blake2b(engine.revision.encode(), digest_size=6)
    for name, raw in sorted(papers.documents.files.items()):
        revision.update(f"\0{name}\0{len(raw)}\0".encode() + raw)
    return Bundle(
        documents=papers.documents,
        contracts=papers.contracts,
        use_cases=papers.use_cases,
        policies=compiled,
        engine=engine,
        indexes=indexes,
        revision=revision.hexdigest(),
        vocabulary=vocabulary,
    )


def _wrong_kinds(documents: Documents) -> Iterator[Problem]:
    for document in documents.items:
        kind = document.value.get("kind")
        if kind is None:
            yield Problem((document.name,), f"kind is required: one of {', '.join(KINDS)}")
        elif kind not in KINDS:
            yield Problem((document.name, "kind"), f"there is no kind {kind}", nearest(str(kind), KINDS))
        for key, value in document.value.items():
            if value is None and kind in KINDS:  # a file cut short: a contract without its end would not end
                yield Problem((document.name, key), f"{key} is empty: give it a value, or take it out")


def _by_id(documents: Documents, kind: str, cls: type[Any], problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for document in documents.items:
        if document.value.get("kind") != kind:
            continue
        item = _one(document, cls, problems)
        if item is not None and item.id in found:
            problems.append(Problem((document.name, "id"), f"there are two of kind {kind} with the id {item.id}"))
        elif item is not None:
            found[item.id] = item
    return found


def _one(document: Document, cls: type[Any], problems: list[Problem]) -> Any:
    value = {key: inner for key, inner in document.value.items() if key != "kind"}
    return build(cls, value, (document.name,), Context(Path(), {}), problems)


def _vocabulary(
    papers: Papers, names: Names, destinations: Mapping[str, Destination], catalogue: Catalogue
) -> Vocabulary:
    contracts = papers.contracts.values()
    return Vocabulary(
        detectors=frozenset(catalogue.detectors),
        confidential=frozenset(d.id for d in catalogue.detectors.values() if d.confidential),
        vendors=names.vendors | {c.vendor for c in contracts},
        destinations=frozenset(destinations),
        models=names.models,
        vendor_models=frozenset(starred(d.model) for d in destinations.values()),
        groups=names.groups,
        teams=names.teams,
        use_cases=frozenset(papers.use_cases),
        regions=frozenset(REGIONS) | {c.region for c in contracts},
        trusts=frozenset(TRUSTS),
        contracts=frozenset(papers.contracts),
        processors=frozenset(c.processor for c in contracts),
        labels=frozenset().union(*(d.labels for d in catalogue.detectors.values())),
        markers=frozenset(d.id for d in catalogue.detectors.values() if d.labels),
        facts=destinations,
    )
