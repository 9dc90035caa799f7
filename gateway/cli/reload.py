"""`ecluse reload`: new configuration and bundle into a running gateway."""

from __future__ import annotations

import argparse
import sys

from gateway.bundle.workspace import with_configuration
from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import REFUSED, add_config
from gateway.cli.own_cases import add_untested, stopped
from gateway.documents import DocumentsRefused

TEXT = """\
Make the running gateway read its configuration and bundle again. Both are taken as one pair or refused as a whole, with
file, line and column of every fault; refused, nothing changes. Calls in flight keep what they began with.

The bundle's own cases are run first, as `ecluse check` runs them. Where one isn't decided as it expects, it is printed
with its place and the gateway isn't asked, unless --untested says to go on.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    add_untested(sub)


def run(args: argparse.Namespace) -> int:
    """Reload."""
    tried = True
    try:
        if stopped(with_configuration(args.config, secrets=False), untested=args.untested):
            return REFUSED
    except DocumentsRefused:
        tried = False  # the gateway refuses it too, and puts that on record
    try:
        found = ask(args.config, "POST", "/reload", seconds=120.0)
    except ControlFailed as failed:
        return say_failed(failed)
    same = " (nothing changed)" if found.get("was") == found.get("revision") else ""
    files = f", files {found['files']}" if found.get("files") else ""
    print(f"revision {found.get('revision')} is in force, bundle {found.get('bundle')}{files}{same}")
    if not tried:
        print("its own cases were not run: the files changed meanwhile (ecluse check)", file=sys.stderr)
    if found.get("needs_restart"):
        print(f"only a restart brings these into force: {', '.join(found['needs_restart'])}")
    return 0
