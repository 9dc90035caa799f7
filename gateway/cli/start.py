"""`ecluse start`: ends a stop."""

from __future__ import annotations

import argparse
from urllib.parse import quote

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import add_config
from gateway.cli.stop import KINDS, say_settled

TEXT = """\
Let something go on that `ecluse stop` stopped, on every worker and replica:

  ecluse start use-case letters

`ecluse status` lists what is stopped. To serve calls is `ecluse serve`.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("kind", choices=KINDS, help="what to start")
    sub.add_argument("name", metavar="NAME", help="which")
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Start it."""
    path = f"/stops/{args.kind.replace('-', '_')}/{quote(args.name, safe='')}"
    try:
        done = ask(args.config, "DELETE", path)
    except ControlFailed as failed:
        return say_failed(failed)
    print(f"{args.kind} {args.name} goes on")
    say_settled(done)
    return 0
