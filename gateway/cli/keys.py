"""`ecluse keys`: keys of callers."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import add_config
from gateway.cli.stop import say_settled
from gateway.cli.table import plain

TEXT = """\
Keys of callers, in the running gateway:

  ecluse keys new --user m.durand --team finance --use-case letters     prints the key, once; it is kept nowhere
  ecluse keys list
  ecluse keys revoke k_0f3a9b2c11 --now                                 for ever, on every worker and replica

Teams and groups are those of `directory` in the configuration, use cases those of the bundle.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="new|list|revoke")
    new = what.add_parser("new", help="make a key and print it, once")
    new.add_argument("--user", required=True, help="who will use it")
    new.add_argument("--team", required=True, help="the team that pays")
    new.add_argument("--group", action="append", default=[], help="a group of the user; may be repeated")
    new.add_argument(
        "--use-case", action="append", default=[], help="a use case, the first is the default; none: the sandbox"
    )
    new.add_argument("--model", action="append", default=[], help="a public model or pattern (gpt-*); none: all")
    new.add_argument("--label", default="", help="a note, shown in the list")
    listed = what.add_parser("list", help="show the keys that are valid (never the keys themselves)")
    revoke = what.add_parser("revoke", help="make a key invalid at once")
    revoke.add_argument("id", metavar="ID", help="id of the key, from the list")
    revoke.add_argument("--now", action="store_true", help="end its calls under way too")
    for each in (new, listed, revoke):
        add_config(each)


def run(args: argparse.Namespace) -> int:
    """Do it in the running gateway."""
    try:
        return {"new": _new, "list": _list, "revoke": _revoke}[args.what](args)
    except ControlFailed as failed:
        return say_failed(failed)


def _new(args: argparse.Namespace) -> int:
    grant = {
        "user": args.user,
        "team": args.team,
        "groups": args.group,
        "use_cases": args.use_case,
        "models": args.model or ["*"],
        "label": args.label,
    }
    made = ask(args.config, "POST", "/keys", grant)
    print(f"key {made['id']} for {made['user']} ({made['team']}), shown this once:\n\n    {made['key']}\n")
    return 0


def _list(args: argparse.Namespace) -> int:
    for key in ask(args.config, "GET", "/keys")["keys"]:
        print(plain(_line(key)))
    return 0


def _revoke(args: argparse.Namespace) -> int:
    gone = ask(args.config, "DELETE", f"/keys/{quote(args.id, safe='')}{'?now=true' if args.now else ''}")
    print(f"key {gone['id']} of {gone['user']} ({gone['team']}) is no longer valid")
    say_settled(gone)
    return 0


def _line(key: Mapping[str, Any]) -> str:
    facts = [f"user {key['user']}", f"team {key['team']}"]
    for name, members in (("groups", key["groups"]), ("use cases", key["use_cases"]), ("models", key["models"])):
        if members:
            facts.append(f"{name} {' '.join(members)}")
    return f"{key['id']}  {key['created']}  {', '.join(facts)}" + (f"  ({key['label']})" if key["label"] else "")
