"""`ecluse check`: what is wrong, and what will be."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.bundle.pair import Pair, load_pair
from gateway.bundle.samples import unsampled
from gateway.bundle.seal import approval_of, read_seal, with_indexes
from gateway.cli.complaints import ERROR, complaints, errors, failed
from gateway.cli.main import REFUSED, add_config
from gateway.cli.policy.verify import refuse_replaced
from gateway.cli.table import plain
from gateway.documents import DocumentsRefused, Rendered
from gateway.identity import Keyring, KeyringRefused
from gateway.tls.checking import checked

TEXT = """\
Read the configuration and the bundle as the gateway would, and say everything that is wrong, as

  file:line:column: message (did you mean X?)

Exit code 1 where they would be refused, where a case under `tests:` of a policy isn't decided as it expects, or where
something is overdue (an expired exception, a rule that should have left shadow). Notes tell what works but needs
attention: destinations that aren't routable, contracts that end soon, vendors without a credential or with another's,
and what `${NAME}` refers to where it isn't set here: only the service must have it, a start without it is refused.
Of the certificate in `server.tls`: whether it fits its key, is in date, and will be for two weeks.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Check."""
    pair = load_pair(args.config)
    unsigned, unseen = _unsigned(pair, args.config)
    found = [*complaints(pair.bundle, datetime.now(UTC)), *errors(unsigned)]
    for one in found:
        if one.level == ERROR:
            print(one.place, file=sys.stderr)
    soon = [str(one.place) for one in found if one.level != ERROR]
    wrong, certificate = checked(pair.settings.server.tls, datetime.now(UTC))
    for note in (*pair.notes, *soon, *unseen, *_keyring(pair), *map(plain, certificate)):
        print(f"note: {note}")
    if wrong is not None:
        print(f"{args.config}: {wrong}", file=sys.stderr)
    if failed(found) or wrong is not None:
        return REFUSED
    print(_summary(pair))
    return 0


def _unsigned(pair: Pair, config: Path) -> tuple[tuple[Rendered, ...], list[str]]:
    """What the bundle lacks in signatures, and a note of what can't be told."""
    asked, bundle = pair.settings.bundle_signatures, pair.bundle
    try:
        seal = read_seal(pair.settings.bundle)
        approval = approval_of(seal, asked, bundle.documents, None)
        approval = with_indexes(approval, asked, bundle.documents, bundle.indexes.files)
        return (), [] if approval is None else refuse_replaced(config, approval, asked, seal)
    except DocumentsRefused as refused:
        return refused.problems, []


def _keyring(pair: Pair) -> list[str]:
    settings = pair.settings
    try:
        ring = Keyring.load(settings.keyring.dir)
    except KeyringRefused as refused:
        return [str(refused)]
    if not ring.suits(settings.server.data, settings.server.metrics):
        return ["the keyring was made by a development start: it is refused on a listener that others can reach"]
    return [note for note in unsampled(pair.policies, ring) if note not in pair.notes]


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
        (len(bundle.policies.tests), "tests passed"),
    )
    return f"ok: {', '.join(f'{count} {what}' for count, what in counts)}; revision {pair.revision}"
