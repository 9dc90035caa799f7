"""Who stands behind a bundle: its manifest and its signatures, held against what the configuration asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from gateway.bundle.manifest import Manifest, ManifestRefused, unlike
from gateway.bundle.source import SIGNATURES
from gateway.config.keeping import SignaturesSettings
from gateway.documents import Documents, DocumentsRefused, Rendered, is_document, read_file

MANIFEST = "manifest.json"
_MOST_SIGNATURES = 100


@dataclass(frozen=True, slots=True)
class Seal:
    """The files of a bundle's hidden folder of signatures, as read. label: where that folder is, for messages."""

    label: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def signatures(self) -> dict[str, bytes]:
        """The file of each signer."""
        return {name.removesuffix(".json"): raw for name, raw in self.files.items() if name != MANIFEST}


@dataclass(frozen=True, slots=True)
class Approval:
    """What was signed, and by whom: only signatures that hold. approvers: all of them but the author."""

    manifest: Manifest
    signers: tuple[str, ...]

    @property
    def approvers(self) -> tuple[str, ...]:
        """Those whose signatures count."""
        return tuple(name for name in self.signers if name != self.manifest.author)


def read_seal(bundle: Path) -> Seal:
    """The signatures of a bundle, empty where there are none; DocumentsRefused where they can't be read."""
    folder = bundle / SIGNATURES
    if not folder.is_dir():
        return Seal(str(folder))
    names = sorted(path.name for path in folder.iterdir() if path.suffix == ".json" and not path.name.startswith("."))
    try:
        if len(names) > _MOST_SIGNATURES:
            raise ValueError(f"holds more than {_MOST_SIGNATURES} files")
        files = {name: read_file(bundle, f"{SIGNATURES}/{name}") for name in names}
    except ValueError as error:
        raise DocumentsRefused([Rendered(str(folder), 0, 0, f"a signature or the manifest {error}")]) from None
    return Seal(str(folder), files)


def approved(seal: Seal, asked: SignaturesSettings) -> Approval | None:
    """Whose signatures hold, under the configured keys; None where there is no manifest and none is asked for.

    DocumentsRefused where fewer than asked for approve, the author has not signed, or a signature doesn't hold.
    """
    raw = seal.files.get(MANIFEST)
    if raw is None:
        if asked.require:
            raise _refused(seal, "", [f"the bundle isn't signed; {_asked(asked)} (ecluse policy sign)"])
        return None
    try:
        found = Approval(manifest := Manifest.read(raw), tuple(_holding(seal, manifest, asked)))
    except ManifestRefused as refused:
        if not asked.require:
            return None
        raise _refused(seal, MANIFEST, [str(refused)]) from None
    if asked.require and (lacks := list(_lacking(found, asked))):
        raise _refused(seal, MANIFEST, lacks)
    return found


def approval_of(seal: Seal, asked: SignaturesSettings, documents: Documents, before: Seal | None) -> Approval | None:
    """The same, held against the documents and lists: what was signed of others counts for nothing.

    before: signatures of the bundle in force. DocumentsRefused, where signatures are asked for, names what differs.
    """
    approval = approved(seal, asked)
    if approval is None:
        return None
    listed = {name: digest for name, digest in approval.manifest.files.items() if is_document(name)}
    if not _same(documents, listed, documents.files, asked):
        return None
    refuse_older(approval, asked, seal, before)
    return approval


def with_indexes(
    approval: Approval | None, asked: SignaturesSettings, documents: Documents, indexes: Mapping[str, bytes]
) -> Approval | None:
    """The approval held against the indexes too, which are read later."""
    if approval is None:
        return None
    listed = {name: digest for name, digest in approval.manifest.files.items() if not is_document(name)}
    others = {name: raw for name, raw in indexes.items() if name not in documents.files}
    return approval if _same(documents, listed, others, asked) else None


def refuse_older(approval: Approval, asked: SignaturesSettings, seal: Seal, before: Seal | None) -> None:
    """DocumentsRefused where the bundle was signed before the one in force: nobody brings back what was replaced.

    before: signatures of the bundle in force.
    """
    if before is None or not asked.require or asked.allow_older:
        return
    in_force = _approved_before(before, asked)
    if in_force is None or approval.manifest.made >= in_force.manifest.made:
        return
    said = (
        f"was made {approval.manifest.made:%Y-%m-%d %H:%M:%S}, before the one in force "
        f"({in_force.manifest.made:%Y-%m-%d %H:%M:%S}): sign it anew to go back to it, or set "
        "bundle_signatures.allow_older"
    )
    raise _refused(seal, MANIFEST, [said])


def _approved_before(seal: Seal, asked: SignaturesSettings) -> Approval | None:
    try:
        return approved(seal, asked)
    except DocumentsRefused:
        return None  # it wasn't signed, or by people who no longer may


def _holding(seal: Seal, manifest: Manifest, asked: SignaturesSettings) -> Iterator[str]:
    """The signers whose signatures hold. One that doesn't refuses the bundle, where signatures are asked for."""
    # Not before it is needed: the library takes 8 MB of a gateway that asks for no signatures.
    from gateway.bundle.signing import holds

    wrong = []
    for name, raw in seal.signatures.items():
        signer = asked.signers.get(name)
        if signer is None:
            continue  # a person whose key the configuration doesn't know counts for nothing
        if holds(signer.key, _signature(raw), manifest.message):
            yield name
        else:
            wrong.append(name)
    if wrong and asked.require:
        raise _refused(seal, f"{wrong[0]}.json", [f"the signature of {', '.join(wrong)} doesn't hold"])


def _signature(raw: bytes) -> str:
    try:
        value = orjson.loads(raw)["signature"]
    except (ValueError, KeyError, TypeError):
        return ""
    return value if isinstance(value, str) else ""


def _lacking(found: Approval, asked: SignaturesSettings) -> Iterator[str]:
    author, approvers = found.manifest.author, found.approvers
    if author not in found.signers:
        yield f"its author {author} has not signed it, or is none of the configured signers"
    if len(approvers) < asked.require:
        by = f": {', '.join(approvers)}" if approvers else ""
        yield f"{len(approvers)} approve{by}; {_asked(asked)}, its author {author} not counted"
    roles = {asked.signers[name].role for name in approvers}
    for role in asked.roles:
        if role not in roles:
            yield f"nobody of the role {role} approves, its author {author} not counted"


def _asked(asked: SignaturesSettings) -> str:
    return f"{asked.require} must approve"


def _same(
    documents: Documents, listed: Mapping[str, str], files: Mapping[str, bytes], asked: SignaturesSettings
) -> bool:
    """Whether files are those that were signed; DocumentsRefused where they must be and aren't."""
    found = [Rendered(documents.shown(name), 0, 0, said) for name, said in unlike(listed, files)]
    if found and asked.require:
        raise DocumentsRefused(sorted(found))
    return not found


def _refused(seal: Seal, name: str, said: Iterable[str]) -> DocumentsRefused:
    place = f"{seal.label}/{name}" if name else seal.label
    return DocumentsRefused(Rendered(place, 0, 0, words) for words in said)
