"""Reads `config.yaml` into Settings, or refuses it with every problem named at its place."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path as FilePath
from string import Formatter
from typing import Any

from adapters.registry import VENDORS
from adapters.vendors.base import OptionError, VendorKind
from gateway.config.destinations import VendorSettings
from gateway.config.failures import CLASSES
from gateway.config.keeping import SignaturesSettings
from gateway.config.kinds import Context
from gateway.config.parameters import misruled
from gateway.config.patterns import mispatterned, unreplaced
from gateway.config.quotas import QuotaSettings, counted, miscounted
from gateway.config.settings import Settings
from gateway.config.sharing import is_redis
from gateway.config.table import Path, build
from gateway.config.tls import half
from gateway.config.tracing import unsendable
from gateway.config.unrouted import unrouted
from gateway.config.webhooks import misaddressed
from gateway.documents import Document, Documents, DocumentsRefused, Problem, Rendered, load, nearest, unknown

LEAST_BETWEEN_DRILLS = 3600.0
MAX_SOCKET_PATH = 107  # what the kernel's sockaddr_un holds
_NAME_IT = "name the configuration with --config or in $ECLUSE_CONFIG"


def load_settings(path: FilePath, environ: Mapping[str, str] | None = None) -> Settings:
    """The configuration at `path`; DocumentsRefused otherwise. environ: where `${NAME}` is looked up."""
    return read_settings(load_config(path), path.parent, environ)


def load_config(path: FilePath) -> Documents:
    """The file of the configuration; DocumentsRefused, where it isn't there, says how to name another one."""
    if os.path.isdir(path):
        raise DocumentsRefused([Rendered(str(path), 0, 0, f"is a folder: {_NAME_IT}")])
    try:
        path.stat()
    except FileNotFoundError:
        raise DocumentsRefused([Rendered(str(path), 0, 0, f"there is no such file: {_NAME_IT}")]) from None
    except OSError:
        pass  # what else is wrong with it, reading it tells
    return load(path)


def without_secrets(config: Documents) -> Documents:
    """The configuration as if no vendor had a credential: for commands that send nothing and need none."""
    return replace(config, items=tuple(replace(d, value=_keyless(d.value)) for d in config.items))


def load_places(path: FilePath, *also: str) -> Settings:
    """Where things are (state, bundle, control socket), of a configuration whose secrets aren't at hand.

    For commands beside the serving process: `state_dir`, `bundle`, `server` and what `also` names are read, all else is
    default.
    """
    documents = load_config(path)
    kept = ("state_dir", "bundle", "server", *also)
    items = tuple(replace(d, value={k: v for k, v in d.value.items() if k in kept}) for d in documents.items)
    return read_settings(replace(documents, items=items), path.parent)


def read_settings(
    documents: Documents,
    folder: FilePath,
    environ: Mapping[str, str] | None = None,
    *,
    sends: bool = True,
    trusts: bool = True,
    unset: list[str] | None = None,
) -> Settings:
    """The same from documents in memory. folder: where relative paths start. sends: what sending needs must be
    installed, and files of authorities good, unless `trusts` says otherwise. unset: gets the names in `${NAME}` that
    aren't set, which are faults without it."""
    if len(documents.items) != 1:
        file = next(iter(documents.files), "config.yaml")
        raise DocumentsRefused([Rendered(documents.shown(file), 1, 1, "must hold one document, and only one")])
    document = documents.items[0]
    folder = folder.absolute()
    context = Context(folder, os.environ if environ is None else environ, unset, sends and trusts)
    problems: list[Problem] = []
    settings = build(Settings, document.value, (document.name,), context, problems, folder=folder)
    if settings is not None:
        problems.extend(miscounted(settings.quotas, (document.name, "quotas")))
        settings = replace(_absolute(settings), quotas=counted(settings.quotas))
        problems.extend(_dangling(settings, document))
        problems.extend(_impossible(settings, document.name))
        problems.extend(_uninstalled(settings, document.name) if sends else ())
    if problems or settings is None:
        raise DocumentsRefused(documents.render(_first_of_each_place(problems)))
    return settings


def _keyless(value: Mapping[str, Any]) -> dict[str, Any]:
    vendors = value.get("vendors")
    if not isinstance(vendors, dict):
        return dict(value)
    bare = {
        n: {k: v for k, v in row.items() if k not in ("credential", "credentials")} if isinstance(row, dict) else row
        for n, row in vendors.items()
    }
    return {**value, "vendors": bare}


def _absolute(settings: Settings) -> Settings:
    """Defaults of paths start at the file's folder, like the paths that were given."""
    folder = settings.folder
    return replace(
        settings,
        state_dir=folder / settings.state_dir,
        bundle=folder / settings.bundle,
        keyring=replace(settings.keyring, dir=folder / settings.keyring.dir),
    )


def _dangling(settings: Settings, document: Document) -> Iterator[Problem]:
    """Names that name nothing. Looked up as written: a vendor with a fault of its own is still there."""
    file, vendors, destinations = document.name, _written(document, "vendors"), _written(document, "destinations")
    for name, destination in settings.destinations.items():
        yield from unknown((file, "destinations", name, "vendor"), "vendor", destination.vendor, vendors)
    for name, model in settings.models.items():
        for index, wanted in enumerate(model.destinations):
            yield from unknown((file, "models", name, "destinations", index), "destination", wanted, destinations)
        for index, wanted in enumerate(model.larger):
            place = (file, "models", name, "larger", index)
            yield from unknown(place, "destination or model", wanted, [*destinations, *settings.models])
    yield from unrouted(settings, file, destinations, _written(document, "routes"))
    yield from mispatterned(settings, file)
    yield from unreplaced(settings, file)
    for name in settings.health.breakers:
        yield from unknown((file, "health", "breakers", name), "class of failures", name, list(CLASSES))
    taken = Counter([*settings.models, *(alias for m in settings.models.values() for alias in m.aliases)])
    for name, model in settings.models.items():
        for index, alias in enumerate(model.aliases):
            if taken[alias] > 1:
                yield Problem((file, "models", name, "aliases", index), f"{alias} is the name of another model too")


def _impossible(settings: Settings, file: str) -> Iterator[Problem]:
    """Settings that contradict each other or can't work."""
    if len(os.fsencode(settings.control_socket)) > MAX_SOCKET_PATH:
        where = "server" if settings.server.control else "state_dir"
        yield Problem((file, where), f"the path of the control socket is longer than {MAX_SOCKET_PATH} bytes")
    elif settings.server.workers > 1 and len(os.fsencode(settings.worker_socket(63, 10**6))) > MAX_SOCKET_PATH:
        yield Problem((file, "state_dir"), f"the paths of workers' sockets are longer than {MAX_SOCKET_PATH} bytes")
    if len(os.fsencode(settings.bridge_socket)) > MAX_SOCKET_PATH:
        yield Problem((file, "state_dir"), f"the path of the bridge's socket is longer than {MAX_SOCKET_PATH} bytes")
    if settings.keyring.dir.is_relative_to(settings.state_dir):
        yield Problem((file, "keyring", "dir"), "the keyring must lie outside state_dir")
    yield from half(settings.server.tls, (file, "server", "tls"))
    yield from _sharing(settings, file)
    yield from _signatures(settings.bundle_signatures, (file, "bundle_signatures"))
    yield from _quotas(settings.quotas, (file, "quotas"))
    yield from _drills(settings, (file, "drills"))
    yield from unsendable(settings.tracing, (file, "tracing"))
    yield from misaddressed(settings.webhooks, (file, "webhooks"))
    for name, destination in settings.destinations.items():
        yield from misruled(destination.parameters, (file, "destinations", name, "parameters"))
    for vendor in settings.vendors.values():
        yield from _vendor(settings, vendor, (file, "vendors", vendor.name))


def _sharing(settings: Settings, file: str) -> Iterator[Problem]:
    shared = settings.shared
    if shared.store == "memory" and settings.server.workers > 1:
        yield Problem((file, "shared", "store"), "memory is one worker's: take sqlite or redis for several")
    if shared.store == "redis" and shared.url is None:
        yield Problem((file, "shared", "url"), "store: redis needs the URL of the store, such as ${ECLUSE_REDIS}")
    if shared.url is not None and shared.store != "redis":
        yield Problem((file, "shared", "url"), f"is for store: redis, not for {shared.store}")
    elif shared.url is not None and shared.url.known and not is_redis(shared.url.reveal()):
        yield Problem(
            (file, "shared", "url"), "must be redis://, rediss:// or unix://, with a host and without ?options"
        )
    if shared.stale_seconds <= shared.poll_seconds:
        yield Problem((file, "shared", "stale_seconds"), "must be longer than poll_seconds")


def _drills(settings: Settings, path: Path) -> Iterator[Problem]:
    asked = settings.drills
    if asked.enabled:
        yield from unknown((*path, "team"), "team", asked.team, settings.directory.teams)
    for name, one in asked.schedule.items():
        where = (*path, "schedule", name)
        yield from unknown((*where, "destination"), "destination", one.destination, settings.destinations)
        if one.seconds > asked.most_seconds:
            yield Problem((*where, "seconds"), f"is longer than drills.most_seconds, {asked.most_seconds:g} s")
        if one.every < LEAST_BETWEEN_DRILLS:
            yield Problem((*where, "every"), "must be an hour at least")


def _signatures(asked: SignaturesSettings, path: Path) -> Iterator[Problem]:
    """What no bundle could fulfil, and two names for one person."""
    if asked.require and asked.require >= len(asked.signers):
        said = f"{asked.require} must approve and the author signs too: that takes {asked.require + 1} signers"
        yield Problem((*path, "require"), f"{said}, there are {len(asked.signers)}")
    if asked.roles and not asked.require:
        yield Problem((*path, "roles"), "roles need `require`: how many must approve")
    if len(asked.roles) > asked.require > 0:
        yield Problem((*path, "roles"), f"more roles than the {asked.require} who must approve: a signer has one")
    roles = {signer.role for signer in asked.signers.values() if signer.role}
    for index, role in enumerate(asked.roles):
        yield from unknown((*path, "roles", index), "signer of the role", role, roles)
    owners: dict[bytes, str] = {}
    for name, signer in asked.signers.items():
        if "/" in name or name == "manifest":
            yield Problem((*path, "signers", name), "the name is that of a file beside the manifest: no / in it")
        first = owners.setdefault(signer.key, name)
        if first != name:
            yield Problem((*path, "signers", name, "key"), f"is the key of {first} too")


def _quotas(quotas: Sequence[QuotaSettings], path: Path) -> Iterator[Problem]:
    """Two limits on the same thing, of which only the lower one would ever be met."""
    seen: set[tuple[str, ...]] = set()
    for index, quota in enumerate(quotas):
        same = (quota.scope, quota.match, quota.unit, "" if quota.unit == "concurrent" else quota.window, quota.zone)
        if same in seen:
            yield Problem((*path, index), "is a second limit on the same scope, match, unit, window and zone")
        seen.add(same)


def _vendor(settings: Settings, vendor: VendorSettings, path: Path) -> Iterator[Problem]:
    kind = VENDORS[vendor.kind]
    try:
        kind(vendor.options)
    except OptionError as wrong:
        yield Problem((*path, "options", wrong.option), f"{wrong.option}: {wrong.message}", wrong.nearest)
    for index, dialect in enumerate(vendor.dialects):
        if dialect not in kind.dialects:
            near = nearest(dialect, kind.dialects)
            yield Problem((*path, "dialects", index), f"{vendor.kind} doesn't speak {dialect}", near)
    if vendor.kind == "simulator":
        if not settings.simulator.enabled:
            yield Problem((*path, "kind"), "a simulator needs simulator.enabled: true")
        if vendor.base_url is None:  # with one, it runs elsewhere, started by somebody else
            yield from unknown(path, "simulator", vendor.name, settings.simulator.names)
    elif vendor.base_url is None and kind.base_url(vendor.options) is None:
        yield Problem(path, f"{_place(kind)} is required for kind {vendor.kind}")


def _place(kind: VendorKind) -> str:
    """What says where such a vendor is: options that its address is made of, or the address."""
    options = [name for _, name, _, _ in Formatter().parse(kind.default_base_url or "") if name]
    return " or ".join([*(f"options.{name}" for name in options), "base_url"])


def _uninstalled(settings: Settings, file: str) -> Iterator[Problem]:
    """Vendors in a cloud whose library isn't there."""
    for vendor in settings.vendors.values():
        cloud = VENDORS[vendor.kind].cloud
        if cloud and cloud.needed(vendor.options, bool(vendor.every_credential)) and not installed(cloud.module):
            said = (
                f"{vendor.kind} needs what isn't installed here; install what requirements/clouds.txt locks, or the "
                "package with its extra (ecluse[clouds])"
            )
            yield Problem((file, "vendors", vendor.name, "kind"), said)


def installed(module: str) -> bool:
    """Whether a module could be imported, without importing it."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it is in
        return False


def _written(document: Document, section: str) -> Collection[str]:
    value = document.value.get(section)
    return value if isinstance(value, dict) else ()


def _first_of_each_place(problems: list[Problem]) -> list[Problem]:
    return list({problem.path: problem for problem in reversed(problems)}.values())
