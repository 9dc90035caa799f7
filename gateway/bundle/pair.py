"""Configuration and bundle as one value: built together, swapped together, refused together."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from adapters.registry import VENDORS
from gateway.bridge.reach import unbridged
from gateway.bundle.bundle import Bundle, Papers, build_bundle, read_papers
from gateway.bundle.destinations import Destination, Model, build_destinations, build_models, remarks, utc_today
from gateway.bundle.indexes import index_key
from gateway.bundle.limited import for_nobody
from gateway.bundle.naming import Naming, known_names
from gateway.bundle.naming import remarks as naming_remarks
from gateway.bundle.removed import removed
from gateway.bundle.retirement import remarks as retirements
from gateway.bundle.routed import in_vain, unknown_to
from gateway.bundle.samples import unsampled
from gateway.bundle.seal import Approval, Seal, approval_of, read_seal, with_indexes
from gateway.bundle.source import Look, look, refuse_checkout, refuse_unsettled
from gateway.bundle.substitutes import unprepared
from gateway.bundle.vocabulary import Names, unfounded
from gateway.config import Address, Settings, load_config, read_settings
from gateway.config.destinations import VendorSettings
from gateway.config.patterns import is_pattern
from gateway.config.webhooks import WebhookSettings
from gateway.documents import Documents, DocumentsRefused, Problem, load, nearest
from gateway.identity import KeyGrant, Keyring, KeyringRefused
from gateway.pricing.resolve import Tariffs, resolve
from gateway.webhooks.notices import NOTICES, wanted
from policies.classify import Classifier
from policies.decide import Policies
from policies.detectors.engine import Engine
from policies.indexes.stored import IndexKey

__all__ = ["Destination", "Model", "Pair", "build_pair", "load_pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Everything that rules calls at one time. A call keeps the pair that it began with.

    urls: base URL of each vendor by name; the contracts were checked against these, so calls must go to no others.
    notes: what `check` warns of, one sentence each. keyring: None where only the files were to be checked.
    seen: how the files looked when they were read. seal, approval: the bundle's signatures as read, and whose hold;
    None where they weren't to be looked at.
    """

    settings: Settings
    bundle: Bundle
    config: Documents = field(repr=False)
    destinations: Mapping[str, Destination]
    models: Mapping[str, Model]
    naming: Naming
    tariffs: Tariffs
    classifier: Classifier
    policies: Policies
    engine: Engine
    urls: Mapping[str, str]
    keyring: Keyring | None
    revision: str
    notes: tuple[str, ...] = ()
    seen: Look = field(default_factory=dict, repr=False)
    seal: Seal | None = None
    approval: Approval | None = None

    @property
    def model_names(self) -> tuple[str, ...]:
        """The public models, in the order of the configuration; of a pattern, the names that it is known to mean."""
        return self.naming.names

    def model(self, asked: str) -> Model | None:
        """The public model of that name or alias."""
        return self.naming.model(asked)

    def nearest(self, asked: str, allowed: Callable[[str], bool] = lambda _: True) -> str | None:
        """The allowed public model whose name or alias is most like what was asked for."""
        found = {name: m.name for name in self.naming.spelt if (m := self.model(name)) is not None and allowed(m.name)}
        near = nearest(asked[:200], found)
        return found[near] if near else None

    def unknown_in(self, grant: KeyGrant) -> str | None:
        """What a new key's description names that doesn't exist, with the nearest name; None where all exists."""
        directory, use_cases = self.settings.directory, self.bundle.use_cases
        named = [("team", grant.team, directory.teams)]
        named += [("group", group, directory.groups) for group in grant.groups]
        named += [("use case", use_case, tuple(use_cases)) for use_case in grant.use_cases]
        for what, name, names in named:
            if name not in names:
                near = nearest(name, names)
                return f"there is no {what} {name}" + (f" (did you mean {near}?)" if near else "")
        return None


def load_pair(
    path: Path,
    *,
    serving: bool = False,
    sends: bool = False,
    previous: Pair | None = None,
    kept: Seal | None = None,
    simulators: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    today: Callable[[], date] = utc_today,
) -> Pair:
    """The pair that `path` (config.yaml) begins; DocumentsRefused with every fault, or where files change meanwhile.

    serving: read the keyring too, it must be there; the bundle must be signed as the configuration asks, and no git
    command be at work in its folder. sends: vendors are called, as where it serves: each `${NAME}` must be set. Else
    those that aren't are notes, since the service has an environment of its own. previous: its memory of classified
    texts is kept where detection didn't change. kept: signatures of the last bundle that was in force, where there is
    no previous pair. simulators: vendor name -> base URL, of those that run. environ: where `${NAME}` is looked up.
    """
    first = look(path)
    config = load_config(path)
    unset: list[str] = []
    settings = read_settings(config, path.parent, environ, unset=None if serving or sends else unset)
    before = {**look(settings.bundle), **first}
    if serving:  # `check` also runs in a hook of git, which holds the lock meanwhile
        refuse_checkout(settings.bundle)
    try:
        files = load(settings.bundle)
        seal = read_seal(settings.bundle) if serving else None
        pair = build_pair(
            config, settings, files, seal, serving=serving, previous=previous, kept=kept, simulators=simulators,
            today=today,
        )  # fmt: skip
    except DocumentsRefused as refused:
        refuse_unsettled(before, look(path, settings.bundle))
        taken_out = removed(config, previous.settings, settings, refused.problems) if previous else ()
        raise DocumentsRefused((*refused.problems, *taken_out)) from None
    refuse_unsettled(before, look(path, settings.bundle))
    absent = [f"${{{name}}} is not set here: the service must have it" for name in dict.fromkeys(unset)]
    return replace(pair, seen=before, notes=(*absent, *pair.notes))


def build_pair(
    config: Documents,
    settings: Settings,
    files: Documents,
    seal: Seal | None = None,
    *,
    serving: bool = False,
    previous: Pair | None = None,
    kept: Seal | None = None,
    simulators: Mapping[str, str] | None = None,
    today: Callable[[], date] = utc_today,
) -> Pair:
    """The same from what was read already. seal: None where it doesn't matter who signed."""
    asked = settings.bundle_signatures
    approval = approval_of(seal, asked, files, previous.seal if previous is not None else kept) if seal else None
    papers = read_papers(files)
    label = papers.documents.label or "the bundle"
    _refuse(config, unfounded(config.items[0].name, settings.destinations, papers.contracts, label))
    urls = {name: _locate(settings, vendor, simulators or {}) for name, vendor in settings.vendors.items()}
    destinations = build_destinations(settings, papers.contracts, urls, today)
    models = build_models(settings, destinations)
    tariffs = resolve(config, settings.prices, papers, destinations)
    naming = _naming(settings, models, tariffs)
    keyring = _keyring(config, settings) if serving else None
    engine = previous.bundle.engine if previous is not None else None
    bundle = build_bundle(papers, Names.of(settings), destinations, _index_key(papers, settings, keyring), engine)
    _refuse(config, unknown_to(bundle, settings, config.items[0].name, label))
    _refuse(config, for_nobody(bundle, settings, config.items[0].name))
    approval = with_indexes(approval, asked, files, bundle.indexes.files)
    return Pair(
        settings=settings,
        bundle=bundle,
        config=config,
        destinations=destinations,
        models=models,
        naming=naming,
        tariffs=tariffs,
        classifier=_classifier(bundle, keyring, previous),
        policies=bundle.policies,
        engine=bundle.engine,
        urls=urls,
        keyring=keyring,
        revision=_revision(config, bundle),
        notes=(
            *remarks(destinations),
            *unprepared(papers.contracts, models.values()),
            *retirements(models, today()),
            *naming_remarks(models.values(), naming),
            *tariffs.notes(),
            *_of_settings(settings),
            *bundle.indexes.notes,
            *unsampled(bundle.policies, keyring),
        ),
        seal=seal,
        approval=approval,
    )


def _naming(settings: Settings, models: Mapping[str, Model], tariffs: Tariffs) -> Naming:
    patterns = [model for name, model in models.items() if is_pattern(name)]
    known = {m.name: known_names(m, settings.models[m.name].known, tariffs.priced) for m in patterns}
    return Naming.of(models.values(), known)


def _locate(settings: Settings, vendor: VendorSettings, simulators: Mapping[str, str]) -> str:
    if vendor.kind == "simulator" and vendor.base_url is None:
        return simulators.get(vendor.name, f"http://127.0.0.1:{settings.simulator.port}/{vendor.name}")
    return vendor.base_url or VENDORS[vendor.kind].base_url(vendor.options) or ""


def _classifier(bundle: Bundle, keyring: Keyring | None, previous: Pair | None) -> Classifier:
    if previous is not None and previous.bundle.engine.revision == bundle.engine.revision:
        return previous.classifier
    return Classifier(bundle.engine, secret=keyring.findings if keyring else secrets.token_bytes(32))


def _keyring(config: Documents, settings: Settings) -> Keyring:
    try:
        return Keyring.load(settings.keyring.dir)
    except KeyringRefused as refused:
        problem = Problem((config.items[0].name, "keyring", "dir"), str(refused))
        raise DocumentsRefused(config.render([problem])) from None


def _index_key(papers: Papers, settings: Settings, keyring: Keyring | None) -> IndexKey | None:
    """The key of the indexes, where there are some; None where the files are only checked and there is no keyring."""
    if not papers.indexes:
        return None
    try:
        return index_key(keyring or Keyring.load(settings.keyring.dir))
    except KeyringRefused:
        return None


def _revision(config: Documents, bundle: Bundle) -> str:
    found = blake2b(bundle.revision.encode(), digest_size=6)
    for raw in config.files.values():
        found.update(raw)
    return found.hexdigest()


def _of_settings(settings: Settings) -> Iterator[str]:
    """What the configuration says by itself that works but needs attention."""
    yield from _shared_credentials(settings)
    yield from _plain_http(settings)
    yield from _keyless(settings)
    yield from unbridged(settings)
    yield from in_vain(settings)
    for name, webhook in settings.webhooks.items():
        yield from _unheard(name, webhook)


def _unheard(name: str, webhook: WebhookSettings) -> Iterator[str]:
    if not webhook.sends:
        yield f"webhook {name} has no secret: nothing is sent"
    for pattern in webhook.events:
        if not any(wanted(event, (pattern,)) for event in NOTICES):
            near = nearest(pattern, NOTICES)
            yield f"webhook {name} waits for {pattern}, and there is no such event" + (f" ({near}?)" if near else "")


def _shared_credentials(settings: Settings) -> Iterator[str]:
    references = Counter(c.reference for v in settings.vendors.values() for c in v.every_credential)
    for reference, uses in references.items():
        if uses > 1:
            yield f"{uses} vendors share the credential {reference}: what one spends, the others lack"


def _plain_http(settings: Settings) -> Iterator[str]:
    for vendor in settings.vendors.values():
        url = urlsplit(vendor.base_url or "")
        if url.scheme == "http" and vendor.every_credential and not Address(url.hostname or "", 0).loopback:
            yield f"vendor {vendor.name} gets its credential and every prompt over plain http"


def _keyless(settings: Settings) -> Iterator[str]:
    """Vendors at their own public address, which answer nobody without a key."""
    for vendor in settings.vendors.values():
        kind = VENDORS[vendor.kind]
        public = vendor.base_url is None and (kind.default_base_url or "").startswith("https:") and kind.cloud is None
        if public and not vendor.every_credential:
            yield f"vendor {vendor.name} has no credential: it is asked without a key"


def _refuse(documents: Documents, problems: Iterator[Problem]) -> None:
    found = list(problems)
    if found:
        raise DocumentsRefused(documents.render(found))
