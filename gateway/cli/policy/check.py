"""`ecluse policy check`: what is wrong with policies, and what will be soon."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from gateway.cli.main import REFUSED
from gateway.cli.policy.options import add_workspace, open_workspace
from policies.language import overdue, run_inline_tests

TEXT = """\
Read a bundle as the gateway would, and say everything that is wrong, as

  file:line:column: message (did you mean X?)

Exit code 1 where it would be refused, where a case under `tests:` isn't decided as it expects, or where something is
overdue (an expired exception, a rule that should have left shadow).
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_workspace(sub)


def run(args: argparse.Namespace) -> int:
    """Check."""
    here, now = open_workspace(args), datetime.now(UTC)
    failed = run_inline_tests(here.policies, here.engine, here.vocabulary, now)
    late = overdue(here.policies, now)
    for line in here.documents.render((*failed, *late)):
        print(line, file=sys.stderr)
    for note in here.notes:
        print(f"note: {note}")
    if failed or late:
        return REFUSED
    print(f"ok: {len(here.policies.rules)} rules, {len(here.policies.tests)} tests passed; {here.bundle.revision}")
    return 0
