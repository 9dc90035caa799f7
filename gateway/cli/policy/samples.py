"""`ecluse policy samples`: what stood around findings of a rule, for those who answer for it."""

from __future__ import annotations

import argparse
from urllib.parse import quote

import orjson

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import add_config

TEXT = """\
Show the review samples of a rule: at most 80 characters around a finding, with its type in the place of the value. They
are kept for rules with `review_sample` where the bundle's Defaults allow it, encrypted, for 14 days at most:

  ecluse policy samples secrets-stay-home --as s.petit --reason "reports of last week"

The running gateway decrypts them, and puts on record who read, of which rule, when and why, before it shows anything.
Give the name that your key has; the record holds its pseudonym. Nothing proves the name: it is as good as the access to
this machine.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("rule", metavar="RULE", help="id of the rule")
    sub.add_argument("--as", dest="name", required=True, help="who reads; taken as you say it")
    sub.add_argument("--reason", default="", help="why; recorded, so without anybody's data")
    sub.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Show them."""
    body = {"as": args.name, "reason": args.reason}
    try:
        answer = ask(args.config, "POST", f"/samples/{quote(args.rule, safe='')}", body)
    except ControlFailed as failed:
        return say_failed(failed)
    if args.json:
        print(orjson.dumps(answer).decode())
        return 0
    for one in answer["samples"]:
        print(f"{one['at'][:16]}  {one['call']}  until {one['until']}")
        print(f"    {one['text'] if one['text'] is not None else '(sealed under another key, or damaged)'}")
    print(f"{len(answer['samples'])} samples of {args.rule}; that {args.name} read them is on record")
    return 0
