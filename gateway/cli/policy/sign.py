"""`ecluse policy sign`: put a name to a bundle as it is."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson

from gateway.bundle.bundle import read_papers
from gateway.bundle.indexes import read_index
from gateway.bundle.manifest import Manifest, ManifestRefused, unlike
from gateway.bundle.seal import MANIFEST, Seal, read_seal
from gateway.bundle.signing import KeyRefused, SigningKey
from gateway.bundle.source import SIGNATURES, look, refuse_unsettled
from gateway.cli.main import REFUSED
from gateway.cli.policy.options import BUNDLE, CONFIG
from gateway.config import load_places
from gateway.config.kinds import NAME
from gateway.documents import load
from policies.indexes.stored import IndexRefused

TEXT = f"""\
Sign a bundle with your own key. What is signed is a manifest: every file by name and SHA-256 (lists and indexes too),
who wrote it and when. It lies in the bundle under {SIGNATURES}/, a file for each signer beside it.

  ecluse policy sign --key m.durand.pem --signer m.durand            the author, after an edit
  ecluse policy sign --key a.martin.pem --signer a.martin            another person, who read the same files

The first to sign after an edit makes the manifest and is its author. Whoever signs the same files after that approves
them. An edit ends what was signed before. How many must approve, and who may, is in the configuration of the gateway
(bundle_signatures), never here.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("--key", type=Path, required=True, metavar="FILE", help="your private key (ecluse policy keygen)")
    sub.add_argument("--signer", required=True, metavar="NAME", help="your name in the configuration")
    add_bundle(sub)


def add_bundle(sub: argparse.ArgumentParser) -> None:
    """The options by which commands about signatures find the bundle."""
    sub.add_argument(
        "--bundle", type=Path, metavar="DIR", help="the bundle (default: the configuration's, else bundle)"
    )
    sub.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=Path(os.environ.get("ECLUSE_CONFIG", CONFIG)),
        help="the configuration (default: $ECLUSE_CONFIG, else config.yaml)",
    )


def run(args: argparse.Namespace) -> int:
    """Sign."""
    if not NAME.fullmatch(args.signer) or "/" in args.signer or args.signer == "manifest":
        print("a signer's name has letters, digits and . _ : @ + - only", file=sys.stderr)
        return 2
    bundle = bundle_of(args)
    try:
        key = SigningKey.load(args.key, lambda: getpass.getpass(f"Passphrase of {args.key}: "))
        before = look(bundle)
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
    known = _manifest(seal)
    changes = list(unlike(known.files, files)) if known is not None else []
    if known is None or changes:
        manifest = Manifest.of(files, signer, datetime.now(UTC))
        folder.mkdir(exist_ok=True)
        for name in seal.files:
            (folder / name).unlink()
        _write(folder / MANIFEST, manifest.raw)
        yield from (f"  {name} {said}" for name, said in changes)
        yield f"new manifest of {len(files)} files, author {signer}, revision {manifest.revision}"
        if seal.signatures:
            yield f"no longer valid: {', '.join(seal.signatures)}"
    else:
        manifest = known
        yield f"the files are those of the manifest, author {manifest.author}, revision {manifest.revision}"
    value = {"signer": signer, "signature": key.sign(manifest.message)}
    _write(folder / f"{signer}.json", orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    yield f"signed by {signer}" + (" (author: others must approve)" if signer == manifest.author else "")


def _manifest(seal: Seal) -> Manifest | None:
    try:
        return Manifest.read(seal.files[MANIFEST]) if MANIFEST in seal.files else None
    except ManifestRefused:
        return None


def _write(file: Path, raw: bytes) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(raw)
    fresh.replace(file)
