"""A bundle opened to be looked at: with its configuration, or alone with a file of the names that it may use."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.bundle.bundle import Bundle, build_bundle, read_papers
from gateway.bundle.destinations import Destination, Model, called, remarks
from gateway.bundle.naming import Naming
from gateway.bundle.pair import build_pair
from gateway.bundle.samples import unsampled
from gateway.bundle.vocabulary import Names, destinations_of, read_vocabulary
from gateway.config import Settings, load_config, read_settings, without_secrets
from gateway.documents import Document, Documents, load
from policies.classify import Classifier
from policies.decide import Policies
from policies.detectors.engine import Engine
from policies.language import Vocabulary

# Documents that use names and declare none.
_RULING = ("EgressPolicy", "DecisionTable", "Defaults")


@dataclass(frozen=True, slots=True)
class Workspace:
    """One compiled bundle and what it is judged against. Nothing serves from it.

    names: those that no document of the bundle declares. settings: None where a vocabulary stands in for a
    configuration. notes: what `check` warns of in the bundle.
    """

    bundle: Bundle
    names: Names
    destinations: Mapping[str, Destination]
    models: Mapping[str, Model]
    naming: Naming
    classifier: Classifier
    settings: Settings | None = None
    notes: tuple[str, ...] = ()

    @property
    def documents(self) -> Documents:
        """The bundle's files, with the places of their values."""
        return self.bundle.documents

    @property
    def policies(self) -> Policies:
        """The compiled policies."""
        return self.bundle.policies

    @property
    def engine(self) -> Engine:
        """The detection engine."""
        return self.bundle.engine

    @property
    def vocabulary(self) -> Vocabulary:
        """The names that policies may use."""
        return self.bundle.vocabulary


def with_configuration(
    config: Path,
    bundle: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    policies: bool = True,
    secrets: bool = True,
) -> Workspace:
    """The bundle of a configuration, or another one in its place; DocumentsRefused with every fault.

    policies: whether they are read too; without them there are the names that they may use. secrets: whether the
    files of vendors' credentials must be at hand; what `${NAME}` refers to never must, since nothing is sent.
    """
    documents = load_config(config) if secrets else without_secrets(load_config(config))
    settings = read_settings(documents, config.parent, environ, sends=secrets, unset=[])
    if bundle is not None:
        settings = replace(settings, bundle=bundle)
    pair = build_pair(documents, settings, _files(settings.bundle, policies))
    names = Names.of(settings)
    return Workspace(
        pair.bundle,
        names,
        pair.destinations,
        pair.models,
        pair.naming,
        pair.classifier,
        settings,
        _notes(pair.bundle, pair.destinations),
    )


def with_vocabulary(vocabulary: Path, bundle: Path, *, policies: bool = True) -> Workspace:
    """A bundle alone, where no configuration is at hand; DocumentsRefused with every fault. policies: as above.

    The company's own lists and indexes are not read: there is no keyring to try them with.
    """
    documents = load(vocabulary)
    file = read_vocabulary(documents)
    papers = read_papers(_files(bundle, policies))
    destinations = destinations_of(documents, file, papers.contracts)
    built = build_bundle(papers, file.names, destinations)
    models = {
        name: Model(name, model.aliases, called(name, (destinations[d] for d in model.destinations)))
        for name, model in file.models.items()
    }
    classifier = Classifier(built.engine, secret=secrets.token_bytes(32))
    naming = Naming.of(models.values(), {})
    return Workspace(built, file.names, destinations, models, naming, classifier, notes=_notes(built, destinations))


def _notes(bundle: Bundle, destinations: Mapping[str, Destination]) -> tuple[str, ...]:
    """What the bundle's owners can mend: its contracts, its indexes, its samples."""
    return (*remarks(destinations), *bundle.indexes.notes, *unsampled(bundle.policies, None))


def _files(bundle: Path, policies: bool) -> Documents:
    found = load(bundle)
    return found if policies else replace(found, items=tuple(d for d in found.items if _declares(d)))


def _declares(document: Document) -> bool:
    return document.value.get("kind") not in _RULING
