"""`ecluse init`: a folder to begin with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gateway.bundle.bundle import STARTER
from gateway.bundle.schema import BUNDLE, CONFIG, existing, file_name, modeline, schemas, write
from gateway.bundle.workspace import with_configuration
from gateway.cli.main import REFUSED
from gateway.documents import load
from gateway.identity import Keyring, KeyringRefused

EXAMPLE = Path(__file__).parents[1] / "config" / "example.yaml"

TEXT = """\
Make DIR with a configuration to edit (config.yaml, which works at once with the vendor simulator), the starter bundle
(bundle/: contracts, use cases, policies; yours to change, with schemas for editors) and a keyring (keyring/: back it
up, apart from the state). Nothing that is there already is overwritten.

With --complete, DIR is the keyring of an earlier version: the keys that it lacks are added, and nothing else happens.
Give the new files to every replica.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("dir", type=Path, metavar="DIR", help="folder to make or to complete")
    sub.add_argument(
        "--development", action="store_true", help="make a keyring that is refused on a listener others can reach"
    )
    sub.add_argument("--complete", action="store_true", help="add to the keyring DIR what an earlier version lacks")


def run(args: argparse.Namespace) -> int:
    """Make what isn't there."""
    folder: Path = args.dir
    if args.complete:
        return complete(folder)
    config, bundle, keyring = folder / "config.yaml", folder / "bundle", folder / "keyring"
    there = [str(path) for path in (config, bundle, keyring) if path.exists()]
    if there:
        print(f"there already, nothing was made: {', '.join(there)}", file=sys.stderr)
        return REFUSED
    try:
        folder.mkdir(parents=True, exist_ok=True)
        schema = bundle / ".schema"
        config.write_text(f"{modeline(schema / file_name(CONFIG), config)}\n{EXAMPLE.read_text('utf-8')}", "utf-8")
        copy_starter(bundle, schema / file_name(BUNDLE))
        Keyring.create(keyring, development=args.development)
        write(schema, schemas(existing(with_configuration(config).bundle)))
    except (OSError, KeyringRefused) as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    print(f"made {config}, {bundle}/ and {keyring}/")
    print(f"next: ecluse check --config {config} && ecluse serve --config {config}")
    return 0


def complete(keyring: Path) -> int:
    """Add the keys that a keyring lacks."""
    try:
        added = Keyring.complete(keyring)
    except (OSError, KeyringRefused) as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    print(f"added to {keyring}: {', '.join(added)}" if added else f"{keyring} lacks nothing")
    return 0


def copy_starter(bundle: Path, schema: Path | None = None) -> None:
    """Copy the starter bundle to a folder that isn't there yet. schema: where editors find that of its documents."""
    starter = load(STARTER)
    written = {document.file for document in starter.items}
    for name, raw in starter.files.items():
        target = bundle / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if schema is not None and name in written:
            raw = _with_modelines(raw, modeline(schema, target))
        target.write_bytes(raw)


def _with_modelines(raw: bytes, line: str) -> bytes:
    documents = raw.decode().split("\n---\n")
    return "\n---\n".join(f"{line}\n{one}" for one in documents).encode()
