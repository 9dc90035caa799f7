"""`ecluse serve`: the serving process."""

from __future__ import annotations

import argparse
from pathlib import Path

from gateway.cli.init import copy_starter
from gateway.cli.main import add_config
from gateway.config import load_places
from gateway.documents import DocumentsRefused

TEXT = """\
Serve until SIGTERM or SIGINT, then finish the calls in flight. Exit code 2 where the start is refused.

With --development what is missing to try things out is made: the starter bundle, a keyring that works on loopback only,
and at the first start a developer key, printed once.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument(
        "--development", action="store_true", help="make a bundle, a keyring and a key where there are none"
    )


def run(args: argparse.Namespace) -> int:
    """Serve."""
    # Imported here: the rest of the command line works without the server's packages being loaded.
    from gateway.serve import run as serve

    if args.development:
        _make_bundle(args.config)
    return serve(args.config, development=args.development)


def _make_bundle(config: Path) -> None:
    """The starter bundle where the configuration names a folder that isn't there. What is wrong, `serve` will say."""
    try:
        bundle = load_places(config).bundle
    except DocumentsRefused:
        return
    if not bundle.exists():
        copy_starter(bundle)
        print(f"made {bundle} from the starter bundle")
