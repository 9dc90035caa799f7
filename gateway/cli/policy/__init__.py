"""`ecluse policy`: what the people who write policies do with them. One module a command."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

COMMANDS = {
    "check": "say what is wrong with policies, with file, line and column",
    "test": "run the cases of policies, and say which rules they don't prove",
    "explain": "say why a call is decided as it is, rule by rule",
    "charter": "write one page for staff: what may be sent where",
    "inbox": "show what staff report of refusals, and make cases, adjustments and exceptions of it",
    "samples": "show what stood around findings of a rule, on record",
    "diff": "say what changed in meaning between two bundles, and what loosens",
    "schema": "write JSON Schemas, with which editors complete and check policies as they are written",
    "log": "say which bundles were in force, since when, and who stood behind them",
    "keygen": "make a key to sign bundles with",
    "sign": "sign a bundle as it is",
    "verify": "say who signed a bundle, and whether that is enough to bring it into force",
    "replay": "say which recorded calls another bundle would have decided otherwise",
    "hits": "say which recorded calls a rule matched",
    "digest": "write a page of what the rules did in a week, and of what is due",
    "vocabulary": "write the names that policies may use, for a policy repository of its own",
}

TEXT = """\
Policies are code: written in files, checked, tested and tried on recorded calls before they rule.

  ecluse policy check                        what is wrong, as file:line:column: message
  ecluse policy test --coverage              what isn't decided as expected, and rules without a case
  ecluse policy inbox                        what staff report of refusals
  ecluse policy charter                      one page for staff: what may be sent where
  ecluse policy diff OLD NEW                 what an edit changes in meaning, and what loosens
  ecluse policy schema --out bundle/.schema  what an editor needs to complete and check them
  ecluse policy replay live DIR --since 30d  which recorded calls an edited bundle would have decided otherwise
  ecluse policy hits RULE --since 7d         which recorded calls a rule matched, in shadow too
  ecluse policy digest                       what the rules did in a week, and what is due
  ecluse policy vocabulary > vocabulary.yaml the names outside the bundle, so that it can be checked alone

Where there is no configuration, the commands take the bundle in the folder `bundle` and the names in `vocabulary.yaml`.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    commands = sub.add_subparsers(dest="what", required=True, metavar="COMMAND", title="commands")
    for name, line in COMMANDS.items():
        module = command(name)
        one = commands.add_parser(
            name, help=line, description=module.TEXT, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.add(one)


def run(args: argparse.Namespace) -> int:
    """Run one of them."""
    return int(command(args.what).run(args))


def command(name: str) -> Any:
    """The module of a command about policies."""
    return importlib.import_module(f"gateway.cli.policy.{name}")
