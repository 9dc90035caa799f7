"""`ecluse check`: what is wrong, and what will be."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta

from gateway.bundle.pair import Pair, load_pair
from gateway.cli.main import REFUSED, add_config
from gateway.config import Settings
from gateway.documents import Rendered
from gateway.identity import Keyring, KeyringRefused
from policies.language import overdue, read

TEXT = """\
Read the configuration and the bundle as the gateway would, and say everything that is wrong, as

  file:line:column: message (did you mean X?)

Exit code 1 where they would be refused, or where something in them is overdue (an expired exception, a rule that
should have left shadow). Notes tell what works but needs attention: destinations that aren't routable, contracts that
end soon, credentials shared by vendors.
"""

AHEAD = timedelta(days=14)


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Check."""
    pair = load_pair(args.config)
    now = datetime.now(UTC)
    late = _overdue(pair, now)
    soon = [line for line in _overdue(pair, now + AHEAD) if line not in late]
    for line in late:
        print(line, file=sys.stderr)
    for note in (*pair.notes, *(f"{line} in {AHEAD.days} days or less" for line in soon), *_keyring(pair.settings)):
        print(f"note: {note}")
    print(_summary(pair))
    return REFUSED if late else 0


def _overdue(pair: Pair, now: datetime) -> list[Rendered]:
    documents = pair.bundle.documents
    texts, _, _ = read(*pair.bundle.sources)
    return list(documents.render(overdue(texts, now)))


def _keyring(settings: Settings) -> list[str]:
    try:
        ring = Keyring.load(settings.keyring.dir)
    except KeyringRefused as refused:
        return [str(refused)]
    if not ring.suits(settings.server.data, settings.server.metrics):
        return ["the keyring was made by a development start: it is refused on a listener that others can reach"]
    return []


def _summary(pair: Pair) -> str:
    bundle = pair.bundle
    counts = (
        (len(pair.settings.vendors), "vendors"),
        (len(pair.destinations), "destinations"),
        (len(pair.models), "models"),
        (len(bundle.contracts), "contracts"),
        (len(bundle.use_cases), "use cases"),
        (len(bundle.policies.rules), "rules"),
        (len(bundle.engine.catalogue.detectors), "detectors"),
    )
    return f"ok: {', '.join(f'{count} {what}' for count, what in counts)}; revision {pair.revision}"
