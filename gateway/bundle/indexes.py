"""Indexes of the company's own data: how the bundle declares them, and how their files are read."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.kinds import FLAG, TEXT, WORD, count, several
from gateway.config.table import setting
from gateway.documents import Document, Documents, DocumentsRefused, Problem, nearest
from gateway.identity import Keyring
from policies.detectors.catalogue import Catalogue
from policies.indexes.documents import DocumentIndex
from policies.indexes.exact import ExactIndex, Nearness
from policies.indexes.lookup import Lookup
from policies.indexes.stored import IndexKey, IndexRefused, Stored, opened

MAX_FILE = 1 << 30
_FED = {"exact": "person.edm", "documents": "doc.fingerprint"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSpec:
    """One index. With a `primary` column it holds rows of a list, else documents."""

    id: str = setting(WORD, "Name of the list or of the documents; findings say it.")
    file: str = setting(TEXT, "File that `ecluse index build` writes, in the bundle's folder.")
    detector: str | None = setting(WORD, "Detector that it feeds.", default=None, shown="person.edm or doc.fingerprint")
    primary: str | None = setting(TEXT, "Column whose value names a row.", default=None)
    supporting: tuple[str, ...] = setting(several(TEXT), "Other columns that confirm a row.", default=())
    near: int = setting(count(0, 8), "How many supporting cells must stand near the primary one.", default=2)
    within: int = setting(count(10, 1000), "Near: so many letters and digits between the two.", default=200)
    name_documents: bool = setting(FLAG, "Whether findings name the document, or number it.", default=True)

    @property
    def kind(self) -> str:
        """exact or documents."""
        return "documents" if self.primary is None else "exact"

    @property
    def fed(self) -> str:
        """The detector that it feeds."""
        return self.detector or _FED[self.kind]


@dataclass(frozen=True, slots=True)
class Indexes:
    """The indexes of a bundle. lookup: None where there are none, or no keyring to try them with.

    files: name -> bytes as read.
    """

    specs: Mapping[str, IndexSpec]
    lookup: Lookup | None = None
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()


class _Missing(IndexRefused):
    """The file isn't there."""


def index_key(keyring: Keyring) -> IndexKey:
    """The key of an installation's indexes."""
    return IndexKey.of(keyring.ids["findings"], keyring.findings)


def read_indexes(
    documents: Documents, specs: Mapping[str, IndexSpec], catalogue: Catalogue, key: IndexKey | None
) -> Indexes:
    """Every index of the bundle, read whole; DocumentsRefused with every fault. key: None where there is no keyring."""
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    made: list[ExactIndex | DocumentIndex] = []
    for name, spec in specs.items():
        place = _place(documents, name)
        problems += _misnamed(place, spec, catalogue)
        try:
            raw = files[spec.file] = read_index(Path(documents.label), spec.file)
            made.append(_made(spec, opened(raw, key)))
        except IndexRefused as refused:
            if key is None and isinstance(refused, _Missing):
                continue  # where policies are only checked, the data they protect need not be
            problems.append(Problem((*place, "file"), f"the index {documents.shown(spec.file)} is refused: {refused}"))
    if problems:
        raise DocumentsRefused(documents.render(problems))
    if key is None or not made:
        notes = tuple(f"index {name} is not tried: there is no keyring" for name in specs)
        return Indexes(specs, None, files, notes)
    return Indexes(specs, Lookup(made, key), files)


def _made(spec: IndexSpec, stored: Stored) -> ExactIndex | DocumentIndex:
    try:
        if spec.kind == "exact":
            return ExactIndex(stored, spec.id, spec.fed, Nearness(spec.near, spec.within))
        return DocumentIndex(stored, spec.id, spec.fed)
    except (LookupError, TypeError, ValueError):
        # Only where no key could tell that the file is ours.
        raise IndexRefused("its sections don't fit together") from None


def _misnamed(place: tuple[str, ...], spec: IndexSpec, catalogue: Catalogue) -> Iterator[Problem]:
    """A detector that isn't there, or is made for something else."""
    fit = [name for name, detector in catalogue.detectors.items() if detector.index == spec.kind]
    if spec.fed not in catalogue.detectors:
        yield Problem((*place, "detector"), f"there is no detector {spec.fed}", nearest(spec.fed, fit))
    elif spec.fed not in fit:
        yield Problem((*place, "detector"), f"detector {spec.fed} is not one of `index: {spec.kind}`")
    if spec.primary is not None and spec.primary in spec.supporting:
        yield Problem((*place, "supporting"), f"column {spec.primary} is the primary one already")
    if spec.primary is None and spec.supporting:
        yield Problem((*place, "supporting"), "needs a `primary` column")
    if spec.primary is not None and spec.near > len(spec.supporting):
        yield Problem((*place, "near"), f"asks for {spec.near} supporting cells, there are {len(spec.supporting)}")


def _place(documents: Documents, name: str) -> tuple[str, ...]:
    found: Document = next(d for d in documents.items if d.value["kind"] == "Index" and d.value.get("id") == name)
    return (found.name,)


def read_index(root: Path, name: str) -> bytes:
    """The bytes of a regular file that lies, links followed, inside the bundle's folder and in no hidden part of it.

    IndexRefused says why not.
    """
    try:
        real = (root / name).resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            raise IndexRefused("it is not in the bundle's folder")
        if name.startswith("/") or any(part.startswith(".") for part in name.split("/")):
            raise IndexRefused("name it from the bundle's folder, with no part that begins with a dot")
        if not stat.S_ISREG(real.stat().st_mode):
            raise IndexRefused("it is no file")
        with real.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise _Missing("it isn't there (ecluse index build makes it)") from None
    except OSError as error:
        raise IndexRefused(f"it can't be read: {error.strerror}") from None
    if len(raw) > MAX_FILE:
        raise IndexRefused(f"it is larger than {MAX_FILE >> 20} MiB")
    return raw
