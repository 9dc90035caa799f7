"""The charter of a bundle in force: its rules, asked about the places that calls may go to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from gateway.bundle.bundle import Bundle
from gateway.bundle.destinations import Destination, Model
from gateway.bundle.vocabulary import Names
from policies.charter import Charter, Place, Titles, charter, html, markdown, page

LANGUAGES = ("en", "fr")


def charter_of(
    bundle: Bundle, names: Names, destinations: Iterable[Destination], models: Collection[Model], today: date
) -> Charter:
    """What staff may send where, as the bundle rules it at noon. Destinations that get no calls are left out."""
    places = tuple(_places(bundle, destinations, models))
    return charter(bundle.policies, places, _titles(bundle, names), datetime.combine(today, time(12), UTC))


def written(found: Charter, languages: Sequence[str], revision: str, today: date, *, web: bool) -> str:
    """The charter in these languages, one page each, as HTML or Markdown."""
    pages = [page(found, language, revision, today) for language in languages]
    return html(pages) if web else markdown(pages)


def _places(bundle: Bundle, destinations: Iterable[Destination], models: Collection[Model]) -> Iterator[Place]:
    for destination in destinations:
        if destination.routable:
            asked = tuple(m.name for m in models if any(d.name == destination.name for d in m.destinations))
            yield Place(destination, _title(bundle, destination), asked)


def _title(bundle: Bundle, destination: Destination) -> Mapping[str, str]:
    contract = bundle.contracts[destination.contract or ""]
    return contract.title._asdict() if contract.title else {"en": contract.processor}


def _titles(bundle: Bundle, names: Names) -> Titles:
    detectors = bundle.engine.catalogue.detectors.values()
    return Titles(
        detectors={d.id: d.title for d in detectors if not d.confidential},
        use_cases={u.id: u.title._asdict() for u in bundle.use_cases.values() if u.open},
        contacts={u.id: u.contact or u.owner for u in bundle.use_cases.values() if u.open and (u.contact or u.owner)},
        labels={label: d.id for d in detectors if not d.confidential for label in sorted(d.labels)},
        teams=tuple(sorted(names.teams)),
        groups=tuple(sorted(names.groups)),
        organisation=names.organisation,
    )
