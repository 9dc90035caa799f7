"""A bundle's own cases (`tests:` of its policies), run by commands that bring it nearer to ruling."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.bundle.workspace import Workspace, with_configuration, with_vocabulary
from gateway.config import load_config
from policies.language import run_inline_tests


def add_untested(sub: argparse.ArgumentParser) -> None:
    """The option that goes on where cases fail."""
    sub.add_argument("--untested", action="store_true", help="go on even where the bundle's own cases fail")


def stopped(here: Workspace, *, untested: bool) -> bool:
    """Print each case that isn't decided as it expects, at its place; whether that stops the command."""
    problems = run_inline_tests(here.policies, here.engine, here.vocabulary, datetime.now(UTC))
    for place in here.documents.render(problems):
        print(place, file=sys.stderr)
    if not problems:
        return False
    on = "and --untested goes on" if untested else "(--untested goes on all the same)"
    print(f"cases of the bundle's own fail {on}", file=sys.stderr)
    return not untested


def beside(config: Path, vocabulary: Path, bundle: Path) -> Workspace | None:
    """The bundle with the configuration, else with the vocabulary, whichever is there; None where neither is.

    A file that only says who may sign (CI of a policy repository) is no configuration to run cases with.
    """
    if config.is_file() and any("destinations" in document.value for document in load_config(config).items):
        return with_configuration(config, bundle, secrets=False)
    return with_vocabulary(vocabulary, bundle) if vocabulary.is_file() else None
