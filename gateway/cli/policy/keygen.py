"""`ecluse policy keygen`: a key to sign bundles with."""

from __future__ import annotations

import argparse
import base64
import getpass
import sys
from pathlib import Path

from gateway.bundle.signing import KeyRefused, SigningKey
from gateway.cli.main import REFUSED

TEXT = """\
Make an Ed25519 key to sign bundles with. The private half goes into FILE (mode 0600, PEM); keep it on the signer's own
machine. The public half is printed, for `bundle_signatures.signers` in the configuration.

  ecluse policy keygen --key m.durand.pem --passphrase
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("--key", type=Path, required=True, metavar="FILE", help="the file to make")
    sub.add_argument("--passphrase", action="store_true", help="ask for one to lock the file with")


def run(args: argparse.Namespace) -> int:
    """Make a key."""
    passphrase = ""
    if args.passphrase:
        passphrase = getpass.getpass("Passphrase: ")
        if not passphrase or getpass.getpass("Again: ") != passphrase:
            print("the two differ, or are empty: nothing was made", file=sys.stderr)
            return 2
    try:
        key = SigningKey.create(args.key, passphrase)
    except KeyRefused as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    print(f"made {args.key}; its public half, for the configuration:\n")
    print(f"    key: {base64.b64encode(key.public).decode()}")
    return 0
