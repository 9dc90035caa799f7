"""`ecluse serve`: the serving process."""

from __future__ import annotations

import argparse
from pathlib import Path

from gateway.cli.main import add_config
from gateway.config import load_places
from gateway.config.starting import starting_settings
from gateway.documents import DocumentsRefused

TEXT = """\
Serve until SIGTERM or SIGINT, then finish the calls in flight. Exit code 2 where the start is refused.

With server.workers above 1 a supervisor starts as many serving processes; SIGUSR2 makes it replace them, as `ecluse
restart` does.

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
    if args.development:
        _make_bundle(args.config)
    settings = starting_settings(args.config)
    # Imported here: the rest of the command line works without the server's packages being loaded, and a supervisor
    # without those that judge.
    if settings is not None and settings.server.workers > 1:
        from gateway.supervisor import run as supervise

        return supervise(args.config, settings, development=args.development)
    from gateway.serve import run as serve

    return serve(args.config, development=args.development)


def _make_bundle(config: Path) -> None:
    """The starter bundle where the configuration names a folder that isn't there. What is wrong, `serve` will say."""
    try:
        bundle = load_places(config).bundle
    except DocumentsRefused:
        return
    if not bundle.exists():
        from gateway.cli.init import copy_starter

        copy_starter(bundle)
        print(f"made {bundle} from the starter bundle")
