"""`ecluse policy verify`: who signed a bundle, and whether that is enough."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import orjson

from gateway.bundle.manifest import unlike
from gateway.bundle.seal import Approval, approved, read_seal
from gateway.cli.main import REFUSED
from gateway.cli.policy.sign import add_bundle, bundle_of, signed_files
from gateway.config import load_places
from gateway.config.settings import SignaturesSettings
from gateway.documents import DocumentsRefused
from policies.indexes.stored import IndexRefused

TEXT = """\
Say who wrote and who approved a bundle, and whether the configuration would let it into force: signatures under its
keys, as many as it asks for, the author's not counted, over the files as they are now. Exit code 1 where it would not.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_bundle(sub)
    sub.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Verify."""
    asked = load_places(args.config, "bundle_signatures").bundle_signatures
    bundle, faults = bundle_of(args), []
    approval = None
    try:
        seal = read_seal(bundle)
        approval = approved(seal, asked)
    except DocumentsRefused as refused:
        faults += [str(problem) for problem in refused.problems]
    try:
        files = signed_files(bundle)
        if approval is not None:
            faults += [f"{bundle / name}: {said}" for name, said in unlike(approval.manifest.files, files)]
    except IndexRefused as refused:
        faults.append(str(refused))
    if args.json:
        print(orjson.dumps({**_value(approval), "require": asked.require, "faults": faults}).decode())
    else:
        for fault in faults:
            print(fault, file=sys.stderr)
        print("\n".join(_lines(approval, asked)))
    return REFUSED if faults else 0


def _value(approval: Approval | None) -> dict[str, Any]:
    if approval is None:
        return {"revision": None, "author": None, "made": None, "signers": [], "approvers": []}
    manifest = approval.manifest
    return {
        "revision": manifest.revision,
        "author": manifest.author,
        "made": manifest.made.isoformat(),
        "signers": list(approval.signers),
        "approvers": list(approval.approvers),
    }


def _lines(approval: Approval | None, asked: SignaturesSettings) -> Iterator[str]:
    if approval is None:
        yield "no signatures that count" if asked.require else "not signed; the configuration doesn't ask for it"
        return
    manifest = approval.manifest
    yield f"revision {manifest.revision}, {len(manifest.files)} files, made {manifest.made:%Y-%m-%d %H:%M:%S} UTC"
    yield f"author: {manifest.author}" + ("" if manifest.author in approval.signers else " (not signed)")
    names = [f"{n} ({role})" if (role := asked.signers[n].role) else n for n in approval.approvers]
    yield f"approved by: {', '.join(names) or 'nobody'}; {asked.require} must approve"
