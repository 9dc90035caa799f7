"""`ecluse policy vocabulary`: the names of a configuration, without its secrets."""

from __future__ import annotations

import argparse
import sys

from gateway.bundle.pair import load_pair
from gateway.bundle.vocabulary import described
from gateway.cli.main import add_config
from gateway.documents import dump

TEXT = """\
Write the names that policies may use (vendors, destinations with their hosts and contracts, models, teams, groups) as
YAML, without secrets. Kept beside a bundle, it stands in for the configuration, so that a policy repository's own CI
checks and tests it:

  ecluse policy vocabulary --config /etc/ecluse/config.yaml > vocabulary.yaml
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Write it."""
    pair = load_pair(args.config)
    sys.stdout.write(dump(described(pair.settings, pair.urls)))
    return 0
