"""`ecluse policy verify`: who signed a bundle, and whether that is enough."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from gateway.bundle.last_good import kept_seal
from gateway.bundle.manifest import Manifest, unlike
from gateway.bundle.seal import Approval, Seal, approved, read_seal, refuse_older
from gateway.cli.main import REFUSED
from gateway.cli.policy.sign import add_bundle, bundle_of, manifest_of, signed_files
from gateway.config import load_places
from gateway.config.keeping import SignaturesSettings
from gateway.documents import DocumentsRefused
from policies.indexes.stored import IndexRefused

TEXT = """\
Say who wrote and who approved a bundle, and whether the configuration would let it into force: signatures under its
keys, as many as it asks for, the author's not counted, over the files as they are now, and made no earlier than the
bundle in force (as the state folder has it, where it is here and you may read it). Exit code 1 where it would not.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_bundle(sub)
    sub.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Verify."""
    asked = load_places(args.config, "bundle_signatures").bundle_signatures
    bundle, faults = bundle_of(args), []
    approval, manifest, notes = None, None, []
    try:
        seal = read_seal(bundle)
        manifest = manifest_of(seal)
        approval = approved(seal, asked)
        if approval is not None:
            notes = refuse_replaced(args.config, approval, asked, seal)
    except DocumentsRefused as refused:
        faults += [str(problem) for problem in refused.problems]
    try:
        files = signed_files(bundle)
        if manifest is not None:
            faults += [f"{bundle / name}: {said}" for name, said in unlike(manifest.files, files)]
    except IndexRefused as refused:
        faults.append(str(refused))
    if args.json:
        found = {**_value(approval, manifest), "require": asked.require, "faults": faults, "notes": notes}
        print(orjson.dumps(found).decode())
    else:
        for fault in faults:
            print(fault, file=sys.stderr)
        print("\n".join((*_lines(approval, manifest, asked), *(f"note: {note}" for note in notes))))
    return REFUSED if faults else 0


def refuse_replaced(config: Path, approval: Approval, asked: SignaturesSettings, seal: Seal) -> list[str]:
    """DocumentsRefused where a newer bundle is in force; a note where the state folder doesn't let that be seen."""
    try:
        refuse_older(approval, asked, seal, kept_seal(config))
    except OSError:
        return ["whether a newer bundle is in force can't be told: the state folder is closed to you"]
    return []


def _value(approval: Approval | None, manifest: Manifest | None) -> dict[str, Any]:
    files = manifest.revision if manifest is not None else None
    if approval is None:
        return {"files": files, "author": None, "made": None, "signers": [], "approvers": []}
    manifest = approval.manifest
    return {
        "files": files,
        "author": manifest.author,
        "made": manifest.made.isoformat(),
        "signers": list(approval.signers),
        "approvers": list(approval.approvers),
    }


def _lines(approval: Approval | None, manifest: Manifest | None, asked: SignaturesSettings) -> Iterator[str]:
    if manifest is not None:
        yield f"files {manifest.revision} ({len(manifest.files)}), made {manifest.made:%Y-%m-%d %H:%M:%S} UTC"
    if approval is None:
        yield "no signatures that count" if asked.require else "not signed; the configuration doesn't ask for it"
        return
    author = approval.manifest.author
    yield f"author: {author}" + ("" if author in approval.signers else " (not signed)")
    names = [f"{n} ({role})" if (role := asked.signers[n].role) else n for n in approval.approvers]
    yield f"approved by: {', '.join(names) or 'nobody'}; {asked.require} must approve"
