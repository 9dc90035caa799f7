"""`ecluse restart`: fresh workers, one after the other, while calls go on."""

from __future__ import annotations

import argparse

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import add_config

TEXT = """\
Replace the workers of the running gateway by new ones (server.workers above 1), one after the other: a new one serves
before the old one takes no more calls, and the old one finishes what it has (up to limits.drain_seconds). No call is
refused or broken by it. The new workers take the configuration and the bundle as they are now; where those are bad, the
old workers go on. Another number of workers, other listeners and another state_dir take a stop and a start.
"""
SECONDS = 3600.0


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Restart."""
    try:
        found = ask(args.config, "POST", "/restart", seconds=SECONDS)
    except ControlFailed as failed:
        return say_failed(failed)
    print(f"{found['replaced']} workers were replaced; the old ones finish their calls")
    return 0
