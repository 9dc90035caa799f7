"""`ecluse drain`: finish and stop."""

from __future__ import annotations

import argparse

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import add_config

TEXT = """\
Make the running gateway take no new calls, finish those in flight (up to limits.drain_seconds) and stop.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Drain."""
    try:
        found = ask(args.config, "POST", "/drain")
    except ControlFailed as failed:
        return say_failed(failed)
    print(f"draining: {found.get('calls_in_flight', 0)} calls in flight")
    return 0
