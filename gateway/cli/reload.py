"""`ecluse reload`: new configuration and bundle into a running gateway."""

from __future__ import annotations

import argparse

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import add_config

TEXT = """\
Make the running gateway read its configuration and bundle again. Both are taken as one pair or refused as a whole, with
file, line and column of every fault; refused, nothing changes. Calls in flight keep what they began with.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Reload."""
    try:
        found = ask(args.config, "POST", "/reload", seconds=120.0)
    except ControlFailed as failed:
        return say_failed(failed)
    same = " (nothing changed)" if found.get("was") == found.get("revision") else ""
    print(f"revision {found.get('revision')} is in force, bundle {found.get('bundle')}{same}")
    if found.get("needs_restart"):
        print(f"only a restart brings these into force: {', '.join(found['needs_restart'])}")
    return 0
