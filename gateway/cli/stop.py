"""`ecluse stop`: no more calls of a key, a user or a use case, to a destination, or under a rule."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import add_config

KINDS = ("key", "user", "use-case", "destination", "rule")

TEXT = """\
Stop something in the running gateway, on every worker and replica, until it is started again:

  ecluse stop key k_0f3a9b2c11 --now --reason "leaked in a ticket"
  ecluse stop user m.durand
  ecluse stop use-case letters
  ecluse stop destination alpha/gpt-4o-mini     calls go to the model's other destinations, if rules permit
  ecluse stop rule finance.iban-to-eu           refuses whatever the rule or exception has a part in

Calls that already get an answer get the rest of it; --now ends them too, with an error. `ecluse status` lists what is
stopped, `ecluse start` ends it. A key that nobody will need again is better revoked: ecluse keys revoke ID --now.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("kind", choices=KINDS, help="what to stop")
    sub.add_argument("name", metavar="NAME", help="which: a key's id, a user, a use case, a destination, a rule")
    sub.add_argument("--now", action="store_true", help="end the calls that are under way too")
    sub.add_argument(
        "--reason", default="", metavar="WHY", help="why; it is written into the ledger and shown by `ecluse status`"
    )
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Stop it."""
    order = {"kind": args.kind.replace("-", "_"), "name": args.name, "now": args.now, "reason": args.reason}
    try:
        done = ask(args.config, "POST", "/stops", order)
    except ControlFailed as failed:
        return say_failed(failed)
    print(f"{args.kind} {args.name} is stopped" + (", and its calls under way were ended" if args.now else ""))
    say_settled(done)
    return 0


def say_settled(done: Mapping[str, Any]) -> None:
    """What the operator should know of how far it got."""
    if done.get("note"):
        print(f"note: {done['note']}", file=sys.stderr)
    if not done.get("told", True):
        print(
            "note: the shared store doesn't answer. It holds in this worker; the others turn every call away until "
            "they hear from the store again, and then know of it. If only this machine can't reach the store, say it "
            "to another replica too.",
            file=sys.stderr,
        )
    if not done.get("kept", True):
        print("note: it couldn't be written to state_dir and is tried again: watch the disk.", file=sys.stderr)
