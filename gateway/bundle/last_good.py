"""The last pair that was accepted, kept as a copy of its files, for a start with files that are bad.

The copy keeps the bundle's signatures, and is held against them like any bundle.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.bundle.destinations import utc_today
from gateway.bundle.pair import Pair, build_pair, load_pair
from gateway.bundle.seal import Seal, read_seal
from gateway.bundle.source import SIGNATURES
from gateway.config import read_settings
from gateway.config.starting import CONFIG, copies
from gateway.documents import DocumentsRefused, load

if TYPE_CHECKING:
    from gateway.workers.station import Station

BUNDLE = "bundle"


def keep(pair: Pair) -> None:
    """Copy the files of an accepted pair into the state folder, replacing the copy there as a whole."""
    place = pair.settings.last_good_dir
    fresh, old = place.with_name(place.name + ".new"), place.with_name(place.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    _write(fresh / CONFIG, next(iter(pair.config.files.values())))
    for name, raw in pair.bundle.documents.files.items():
        _write(fresh / BUNDLE / name, raw)
    for name, raw in pair.bundle.indexes.files.items():
        if not _linked(place / BUNDLE / name, fresh / BUNDLE / name, raw):
            _write(fresh / BUNDLE / name, raw)
    for name, raw in (pair.seal.files if pair.seal is not None else {}).items():
        _write(fresh / BUNDLE / SIGNATURES / name, raw)
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def start_pair(
    path: Path,
    *,
    simulators: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    today: Callable[[], date] = utc_today,
) -> tuple[Pair, DocumentsRefused | None]:
    """The pair to begin serving with, and where it is the last good one, why the present files are not taken.

    DocumentsRefused (of the present files) where they are bad and there is no last good pair that still works.
    """
    kept = kept_seal(path)
    try:
        return load_pair(path, serving=True, kept=kept, simulators=simulators, environ=environ, today=today), None
    except DocumentsRefused as refused:
        pair = _last_good(path, simulators, environ, today)
        if pair is None:
            raise
        return pair, refused.with_traceback(None)


def first_pair(
    path: Path, station: Station, simulators: Mapping[str, str], today: Callable[[], date]
) -> tuple[Pair, DocumentsRefused | None]:
    """The pair to begin with as `start_pair` has it, unless the process is told otherwise.

    One that takes another's place serves what its siblings serve, of which the copy is kept here: files that changed
    since come into force by a reload only. A strict one takes the files as they are, or doesn't start.
    """
    if station.strict:
        return load_pair(path, serving=True, kept=kept_seal(path), simulators=simulators, today=today), None
    pair, refused = start_pair(path, simulators=simulators, today=today)
    if station.in_force not in ("", pair.revision):
        kept = _last_good(path, simulators, None, today)
        if kept is not None and kept.revision == station.in_force:
            return kept, None
    return pair, refused


def loud(pair: Pair, refused: DocumentsRefused) -> str:
    """What whoever starts a gateway must not overlook."""
    return (
        f"THE CONFIGURATION OR THE BUNDLE IS BAD AND NOT IN FORCE. Serving with the last good pair (revision "
        f"{pair.revision}) from {pair.settings.last_good_dir}. Mend this and reload:\n{refused}"
    )


def _last_good(
    path: Path,
    simulators: Mapping[str, str] | None,
    environ: Mapping[str, str] | None,
    today: Callable[[], date],
) -> Pair | None:
    for copy in copies(path):
        try:
            config = load(copy / CONFIG)
            # A collector or a vendor whose authorities are gone must not keep the others from being served.
            settings = read_settings(config, path.parent, environ, trusts=False)
            files, seal = load(copy / BUNDLE), read_seal(copy / BUNDLE)
            return build_pair(config, settings, files, seal, serving=True, simulators=simulators, today=today)
        except DocumentsRefused:
            continue
    return None


def kept_seal(path: Path) -> Seal | None:
    """The signatures of the last bundle that was in force. OSError where the state folder is closed to us."""
    for copy in copies(path):
        try:
            return read_seal(copy / BUNDLE)
        except DocumentsRefused:
            continue
    return None


def _linked(old: Path, new: Path, raw: bytes) -> bool:
    """The copy that is there already serves again: indexes are large and change seldom."""
    try:
        if old.stat().st_size != len(raw) or old.read_bytes() != raw:
            return False
        new.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.link(old, new)
    except OSError:
        return False
    return True


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
