"""`ecluse policy sign`: put a name to a bundle as it is."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson

from gateway.bundle.bundle import read_papers
from gateway.bundle.indexes import read_index
from gateway.bundle.manifest import Manifest, ManifestRefused, unlike
from gateway.bundle.seal import MANIFEST, Seal, read_seal
from gateway.bundle.signing import KeyRefused, SigningKey
from gateway.bundle.source import SIGNATURES, look, refuse_unsettled
from gateway.cli.main import REFUSED, add_config
from gateway.cli.own_cases import add_untested, beside, stopped
from gateway.cli.policy.options import BUNDLE, VOCABULARY
from gateway.config import load_places
from gateway.config.keeping import SignerSettings
from gateway.config.kinds import NAME
from gateway.documents import load, nearest
from policies.indexes.stored import IndexRefused

TEXT = f"""\
Sign a bundle with your own key. What is signed is a manifest: every file by name and SHA-256 (lists and indexes too),
who wrote it and when. It lies in the bundle under {SIGNATURES}/, a file for each signer beside it.

  ecluse policy sign --key m.durand.pem --signer m.durand            the author, after an edit
  ecluse policy sign --key a.martin.pem --signer a.martin            another person, who read the same files

The first to sign after an edit makes the manifest and is its author. Whoever signs the same files after that approves
them. An edit ends what was signed before. How many must approve, and who may, is in the configuration of the gateway
(bundle_signatures), never here. Where it is at hand (--config), a name that it doesn't know and a key that isn't that
person's are refused.

The bundle's own cases are run first, with the configuration or with vocabulary.yaml; where one isn't decided as it
expects, nothing is signed, unless --untested says to go on. `files` names what was signed: `verify`, `reload`, `status`
and `policy log` say the same of the same files.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("--key", type=Path, required=True, metavar="FILE", help="your private key (ecluse policy keygen)")
    sub.add_argument("--signer", required=True, metavar="NAME", help="your name in the configuration")
    add_bundle(sub)
    add_untested(sub)


def add_bundle(sub: argparse.ArgumentParser) -> None:
    """The options by which commands about signatures find the bundle."""
    sub.add_argument(
        "--bundle", type=Path, metavar="DIR", help="the bundle (default: the configuration's, else bundle)"
    )
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Sign."""
    if not NAME.fullmatch(args.signer) or "/" in args.signer or args.signer == "manifest":
        print("a signer's name has letters, digits and . _ : @ + - only", file=sys.stderr)
        return 2
    bundle = bundle_of(args)
    try:
        signers = _signers(args.config)
        if signers and args.signer not in signers:
            raise KeyRefused(_unknown(args.signer, signers))
        key = SigningKey.load(args.key, lambda: getpass.getpass(f"Passphrase of {args.key}: "))
        if signers and signers[args.signer].key != key.public:
            raise KeyRefused(_another(args.key, args.signer, signers, key.public))
        before = look(bundle)
        if _failing(args, bundle):
            return REFUSED
        files, seal = signed_files(bundle), read_seal(bundle)
        refuse_unsettled(before, look(bundle))
        for line in _sign(bundle, seal, files, args.signer, key):
            print(line)
    except (KeyRefused, IndexRefused) as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    except OSError as failed:
        print(f"can't write the signature: {failed}", file=sys.stderr)
        return REFUSED
    return 0


def bundle_of(args: argparse.Namespace) -> Path:
    """The bundle that the options mean."""
    if args.bundle is not None:
        return Path(args.bundle)
    return load_places(args.config).bundle if args.config.exists() else BUNDLE


def _signers(config: Path) -> Mapping[str, SignerSettings]:
    """Those whom the configuration knows, where there is one here."""
    return load_places(config, "bundle_signatures").bundle_signatures.signers if config.exists() else {}


def _unknown(signer: str, signers: Iterable[str]) -> str:
    near = nearest(signer, signers)
    return f"the configuration knows no signer {signer}" + (f" (did you mean {near}?)" if near else "")


def _another(file: Path, signer: str, signers: Mapping[str, SignerSettings], public: bytes) -> str:
    owner = next((name for name, one in signers.items() if one.key == public), None)
    whose = f"it is that of {owner}" if owner else "the configuration knows it from nobody"
    return f"{file} is not the key that the configuration has for {signer}: {whose}"


def _failing(args: argparse.Namespace, bundle: Path) -> bool:
    """Whether cases of the bundle fail; False, and said, where nothing tells which names it may use."""
    here = beside(args.config, VOCABULARY, bundle)
    if here is None:
        print("its own cases were not run: no configuration and no vocabulary.yaml is here", file=sys.stderr)
        return False
    return stopped(here, untested=args.untested)


def signed_files(bundle: Path) -> dict[str, bytes]:
    """Every file of a bundle that comes into force; DocumentsRefused and IndexRefused name what can't be read."""
    documents = load(bundle)
    files = dict(documents.files)
    for spec in read_papers(documents).indexes.values():
        files.setdefault(spec.file, read_index(bundle, spec.file))
    return files


def _sign(bundle: Path, seal: Seal, files: Mapping[str, bytes], signer: str, key: SigningKey) -> Iterator[str]:
    """Writes the signature, and a new manifest where there is none of these files; says what was done."""
    folder = bundle / SIGNATURES
    known = manifest_of(seal)
    changes = list(unlike(known.files, files)) if known is not None else []
    if known is None or changes:
        manifest = Manifest.of(files, signer, datetime.now(UTC))
        folder.mkdir(exist_ok=True)
        for name in seal.files:
            (folder / name).unlink()
        _write(folder / MANIFEST, manifest.raw)
        yield from (f"  {name} {said}" for name, said in changes)
        yield f"new manifest of {len(files)} files, author {signer}; files {manifest.revision}"
        if seal.signatures:
            yield f"no longer valid: {', '.join(seal.signatures)}"
    else:
        manifest = known
        yield f"the files are those of the manifest, author {manifest.author}; files {manifest.revision}"
    value = {"signer": signer, "signature": key.sign(manifest.message)}
    _write(folder / f"{signer}.json", orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    yield f"signed by {signer}" + (" (author: others must approve)" if signer == manifest.author else "")


def manifest_of(seal: Seal) -> Manifest | None:
    """What the signatures of a bundle are of, whoever signed; None where there is nothing of that kind."""
    try:
        return Manifest.read(seal.files[MANIFEST]) if MANIFEST in seal.files else None
    except ManifestRefused:
        return None


def _write(file: Path, raw: bytes) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(raw)
    fresh.replace(file)
