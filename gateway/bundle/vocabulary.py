"""The names outside a bundle that its policies may use: of a configuration, or of a file that stands in for one.

`ecluse policy vocabulary` writes that file. It holds names and hosts, no secrets and no addresses, so that a policy
repository can be checked and tested by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from gateway.bundle.contracts import HOST, Contract
from gateway.bundle.destinations import Destination
from gateway.config.kinds import WORD, Context, several
from gateway.config.patterns import PUBLIC, PUBLIC_NAME, VENDOR_MODEL
from gateway.config.settings import Settings
from gateway.config.table import PLAIN, build, named, setting
from gateway.documents import Documents, DocumentsRefused, Problem, Rendered, nearest

KIND = "Vocabulary"


@dataclass(frozen=True, slots=True)
class Names:
    """What policies may name that no document of the bundle declares."""

    organisation: str
    vendors: frozenset[str]
    models: frozenset[str]
    teams: frozenset[str]
    groups: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of a configuration."""
        return cls(
            settings.organisation,
            frozenset(settings.vendors),
            frozenset(settings.models),
            frozenset(settings.directory.teams),
            frozenset(settings.directory.groups),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDestination:
    """A destination as policies see it; its terms are those of the contract in the bundle."""

    name: str
    vendor: str = setting(WORD, "Name of the vendor.")
    model: str = setting(VENDOR_MODEL, "The model as the vendor names it.")
    host: str = setting(HOST, "Host that calls go to; the contract must allow it.")
    contract: str | None = setting(WORD, "Name of the contract in the bundle.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedModel:
    """A public model as staff ask for it."""

    name: str
    destinations: tuple[str, ...] = setting(several(WORD, least=1), "Destinations, most preferred first.")
    aliases: tuple[str, ...] = setting(several(PUBLIC_NAME), "Other names for the same model.", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyFile:
    """The file that stands in for a configuration."""

    organisation: str = setting(WORD, "Name of the organisation.", default="default")
    vendors: tuple[str, ...] = setting(several(WORD), "Vendors that exist.", default=())
    teams: tuple[str, ...] = setting(several(WORD), "Teams that exist.", default=())
    groups: tuple[str, ...] = setting(several(WORD), "Groups that exist.", default=())
    destinations: Mapping[str, NamedDestination] = named(NamedDestination, "Destinations by name.")
    models: Mapping[str, NamedModel] = named(NamedModel, "Public models by name.", PUBLIC, f"{PLAIN}, and one *")

    @property
    def names(self) -> Names:
        """What policies may name."""
        teams, groups = frozenset(self.teams), frozenset(self.groups)
        return Names(self.organisation, frozenset(self.vendors), frozenset(self.models), teams, groups)


def described(settings: Settings, urls: Mapping[str, str]) -> dict[str, Any]:
    """A configuration as plain values of that file. urls: base URL of each vendor by name."""
    destinations = {
        name: {
            "vendor": one.vendor,
            "model": one.model,
            "host": (urlsplit(urls[one.vendor]).hostname or "").rstrip(".").lower(),
            **({"contract": one.contract} if one.contract else {}),
        }
        for name, one in settings.destinations.items()
    }
    models = {
        name: {
            "destinations": list(one.destinations),
            **({"aliases": list(one.aliases)} if one.aliases else {}),
        }
        for name, one in settings.models.items()
    }
    return {
        "kind": KIND,
        "organisation": settings.organisation,
        "vendors": sorted(settings.vendors),
        "teams": sorted(settings.directory.teams),
        "groups": sorted(settings.directory.groups),
        "destinations": destinations,
        "models": models,
    }


def read_vocabulary(documents: Documents) -> VocabularyFile:
    """The file as typed values; DocumentsRefused with every fault."""
    if len(documents.items) != 1:
        file = next(iter(documents.files), "vocabulary.yaml")
        raise DocumentsRefused([Rendered(documents.shown(file), 1, 1, "must hold one document, and only one")])
    document = documents.items[0]
    problems: list[Problem] = []
    if document.value.get("kind") != KIND:
        problems.append(Problem((document.name, "kind"), f"must be {KIND}, as `ecluse policy vocabulary` writes it"))
    value = {key: inner for key, inner in document.value.items() if key != "kind"}
    found = build(VocabularyFile, value, (document.name,), Context(Path(), {}), problems)
    if found is not None:
        problems += _dangling(found, document.name)
    if problems or found is None:
        raise DocumentsRefused(documents.render(problems))
    return found


def destinations_of(
    documents: Documents, file: VocabularyFile, contracts: Mapping[str, Contract]
) -> dict[str, Destination]:
    """The destinations that the file names, under the bundle's contracts; DocumentsRefused where one isn't there."""
    name = documents.items[0].name
    problems = list(unfounded(name, file.destinations, contracts, "the bundle"))
    if problems:
        raise DocumentsRefused(documents.render(problems))
    found = {}
    for one in file.destinations.values():
        host = f"[{one.host}]" if ":" in one.host else one.host
        bare = Destination(
            name=one.name,
            vendor=one.vendor,
            kind="",
            model=one.model,
            base_url=f"https://{host}",
            flaw="it names no contract",
        )
        contract = contracts.get(one.contract) if one.contract else None
        found[one.name] = bare if contract is None else bare.under(contract)
    return found


def unfounded(
    file: str, destinations: Mapping[str, Any], contracts: Mapping[str, Contract], label: str
) -> Iterator[Problem]:
    """Destinations whose contract isn't there, or is made with somebody else."""
    for name, destination in destinations.items():
        path = (file, "destinations", name, "contract")
        wanted = destination.contract
        if wanted is None:
            continue
        contract = contracts.get(wanted)
        if contract is None:
            yield Problem(path, f"there is no contract {wanted} in {label}", nearest(wanted, contracts))
        elif contract.vendor != destination.vendor:
            yield Problem(path, f"contract {wanted} is made with {contract.vendor}, not with {destination.vendor}")


def _dangling(found: VocabularyFile, file: str) -> Iterator[Problem]:
    for name, destination in found.destinations.items():
        vendor = destination.vendor
        if vendor not in found.vendors:
            place = (file, "destinations", name, "vendor")
            yield Problem(place, f"there is no vendor {vendor}", nearest(vendor, found.vendors))
    for name, model in found.models.items():
        for index, wanted in enumerate(model.destinations):
            if wanted not in found.destinations:
                path = (file, "models", name, "destinations", index)
                yield Problem(path, f"there is no destination {wanted}", nearest(wanted, found.destinations))
