"""`ecluse alerts`: the alerts that ship, as rules for Prometheus."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from gateway.cli.writing import writing
from gateway.config.kinds import URL, Context, WrongValue
from observability.alerts import ALERTS, JOB, RUNBOOKS, SUBJECTS, Alert, faster, manifest, of_jobs, rules, text

TEXT = """\
The alerts that ship, each with a unit test and a runbook (docs/runbooks).

  ecluse alerts list                                         what there is to be told of
  ecluse alerts rules --out rules --runbooks https://wiki.example/runbooks

writes the files that rule_files in prometheus.yaml names. To see alerts fire before they are needed, load
them into a Prometheus of your own that scrapes each second, with all windows and waiting times shorter:

  ecluse alerts rules --out trial --faster 3600              an hour becomes a second
"""

_RULES = """\
Write the rules that Prometheus reads: one file a subject, or all of them to standard output. Each alert links to its
runbook under --runbooks; copies of docs/runbooks belong there.

  ecluse alerts rules --out /etc/prometheus/rules --runbooks https://wiki.example/runbooks
  ecluse alerts rules --form kubernetes --out rules && kubectl -n ecluse apply -f rules
  ecluse alerts rules --out trial --faster 3600              an hour becomes a second
"""

_LIST = """\
Name the alerts by subject, with how urgent each is (page: now, ticket: in working hours) and what it says when it
fires; <destination> and the like stand for what it then names.
"""

_FIELD = re.compile(r"{{ with \$labels\.(\w+) }}{{ \. }}{{ else }}.*?{{ end }}|{{ \$(?:labels\.)?(\w+)[^}]*}}")
_JOB = re.compile(r"[A-Za-z0-9_./-]+")


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="list|rules")
    plain = argparse.RawDescriptionHelpFormatter
    what.add_parser("list", help="name the alerts, with how urgent each is", description=_LIST, formatter_class=plain)
    made = what.add_parser(
        "rules", help="write the rules that Prometheus reads", description=_RULES, formatter_class=plain
    )
    made.add_argument("--out", type=Path, metavar="FOLDER", help="where to write them (default: standard output)")
    made.add_argument(
        "--job", type=_job, action="append", metavar="NAME",
        help=f"job of which some gateway must be there (default: {JOB}); again for each installation",
    )  # fmt: skip
    add_rules_options(made)


def add_rules_options(sub: argparse.ArgumentParser) -> None:
    """What commands that write rules have in common."""
    sub.add_argument(
        "--runbooks", type=_url, default=RUNBOOKS, metavar="URL",
        help=f"where your copies of docs/runbooks are (default: {RUNBOOKS}, which is nowhere)",
    )  # fmt: skip
    sub.add_argument(
        "--form", choices=("prometheus", "kubernetes"), default="prometheus",
        help="files for rule_files, or manifests of kind PrometheusRule for the Prometheus operator",
    )  # fmt: skip
    sub.add_argument("--faster", type=_factor, default=1.0, metavar="N", help="divide all times, for a try-out")


def run(args: argparse.Namespace) -> int:
    """List or write."""
    return _list() if args.what == "list" else _rules(args)


def _list() -> int:
    for name, alerts in SUBJECTS.items():
        print(name)
        for alert in alerts:
            print(f"  {alert.severity:<7} {alert.name:<28} {_read(alert.summary)}")
    return 0


def _read(summary: str) -> str:
    """A summary as people read it, its fields as <name>."""
    return _FIELD.sub(lambda field: f"<{field[1] or field[2]}>", summary)


def _rules(args: argparse.Namespace) -> int:
    named = of_jobs(*args.job or [JOB])

    def change(alert: Alert) -> Alert:
        return faster(named(alert), args.faster)

    if args.out is None:
        whole = text({name: map(change, alerts) for name, alerts in SUBJECTS.items()}, args.runbooks)
        sys.stdout.write(formed("ecluse", whole, args.form))
        return 0
    made = rules(change, args.runbooks)
    with writing(args.out):
        args.out.mkdir(parents=True, exist_ok=True)
        for name, written in made.items():
            (args.out / f"{name}.yaml").write_text(formed(f"ecluse-{name}", written, args.form))
    print(f"{args.out}: {len(made)} files of rules, {len(ALERTS)} alerts")
    return 0


def formed(name: str, rules: str, form: str) -> str:
    """Rules in the form that `--form` asks for."""
    return manifest(name, rules) if form == "kubernetes" else rules


def _url(text: str) -> str:
    try:
        return str(URL.read(text, Context(Path(), {})))
    except WrongValue as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _job(text: str) -> str:
    if _JOB.fullmatch(text) is None:
        raise argparse.ArgumentTypeError("must be the name of a job: letters, digits and . _ / -")
    return text


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 1 <= factor <= 100_000:
        raise argparse.ArgumentTypeError("must be a number from 1 to 100000")
    return factor
