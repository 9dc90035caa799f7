"""`ecluse slo`: objectives as rules for Prometheus."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gateway.cli.alerts import add_rules_options, formed
from gateway.cli.writing import writing
from gateway.objectives import load_objectives
from observability.objectives import Objective, rules

TEXT = """\
Objectives say what share of calls is to be good, over days: answered, or quick enough. From a file of them rules for
Prometheus are made, which record the ratios and tell when what may fail is used up too fast.

  ecluse slo check objectives.yaml                           what is wrong, and what each objective allows
  ecluse slo rules objectives.yaml --out rules/objectives.yaml

The file that ships: deploy/prometheus/objectives.yaml. What it may say: docs/reference/objectives.md.
"""

_CHECK = """\
Say what is wrong with a file of objectives, with line and column, and what each objective allows: how much may fail,
which is as much as an outage of how long, and from how many calls on somebody is told.

  ecluse slo check deploy/prometheus/objectives.yaml
"""

_RULES = """\
Write the rules that Prometheus reads: ratios over each window, and alerts when what may fail is used up too fast.

  ecluse slo rules objectives.yaml --out /etc/prometheus/rules/objectives.yaml --runbooks https://wiki.example/runbooks
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="check|rules")
    plain = argparse.RawDescriptionHelpFormatter
    check = what.add_parser(
        "check", help="say what is wrong with a file of objectives, and what each allows", description=_CHECK,
        formatter_class=plain,
    )  # fmt: skip
    made = what.add_parser(
        "rules", help="write the rules that Prometheus reads", description=_RULES, formatter_class=plain
    )
    for each in (check, made):
        each.add_argument("file", type=Path, metavar="FILE", help="the file of objectives")
    made.add_argument("--out", type=Path, metavar="FILE", help="where to write them (default: standard output)")
    add_rules_options(made)


def run(args: argparse.Namespace) -> int:
    """Check, or write."""
    objectives = load_objectives(args.file)
    if args.what == "check":
        for one in objectives:
            print(_told(one))
        return 0
    text = formed("ecluse-objectives", rules(objectives, args.runbooks, args.faster), args.form)
    if args.out is None:
        sys.stdout.write(text)
        return 0
    with writing(args.out):
        args.out.write_text(text)
    print(f"{args.out}: rules of {len(objectives)} objectives")
    return 0


def _told(one: Objective) -> str:
    minutes = one.budget_minutes
    time = f"{minutes / 60:.1f} hours" if minutes >= 90 else f"{minutes:.0f} minutes"
    allowed = f"{one.budget * 100:.4g} % may fail, as much as {time} in which all do"
    return f"{one.id}: {one.percent:g} % of {one.days} days; {allowed}; told from {one.least} calls"
