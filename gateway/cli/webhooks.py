"""`ecluse webhooks`: whether those who are to be told can be."""

from __future__ import annotations

import argparse

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import REFUSED, add_config

TEXT = """\
Have the running gateway send a test to the webhooks of its configuration, whatever events they wait for:

  ecluse webhooks test            to all of them
  ecluse webhooks test channel    to one

Exit code 1 where one didn't take it, or nothing is sent.
"""

_SAID = {
    "sent": "sent",
    "refused": "refused: its answer says that the message or the address is wrong",
    "failed": "failed: not reached, no answer in time, or one that says to try again",
    "mute": "nothing is sent: it has no secret to sign with, or no secret address",
}


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("action", choices=("test",), help="what to do")
    sub.add_argument("name", nargs="?", metavar="NAME", help="which webhook (default: all)")
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Send, and say what became of it."""
    try:
        results = ask(args.config, "POST", "/webhooks/test", {"name": args.name})["results"]
    except ControlFailed as failed:
        return say_failed(failed)
    for name, result in sorted(results.items()):
        print(f"{name}: {_SAID[result]}")
    if not results:
        print("the configuration names no webhook")
    return 0 if results and set(results.values()) == {"sent"} else REFUSED
