"""`ecluse serve`: the serving process."""

from __future__ import annotations

import argparse
import os
import pwd
import sys
from pathlib import Path

from gateway.cli.main import add_config
from gateway.config import load_places
from gateway.config.starting import starting_settings
from gateway.documents import DocumentsRefused

TEXT = """\
Serve until SIGTERM or SIGINT, then finish the calls in flight. Exit code 2 where the files don't allow a start, or root
asks for one in the state folder of another user; 1 where the machine doesn't (a port that is taken, a full disk), which
may pass.

With server.workers above 1 a supervisor starts as many serving processes; SIGUSR2 makes it replace them, as `ecluse
restart` does.

With --development what is missing to try things out is made: the starter bundle, a keyring that works on loopback only,
and at the first start a developer key, printed once.
"""

_NOT_AS_ROOT = """\
state_dir {settings.state_dir} belongs to {owner}: what root writes there the gateway of {owner} could not read.
Start it as that user: systemctl start ecluse, or sudo -u {owner} ecluse serve --config {config}"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument(
        "--development", action="store_true", help="make a bundle, a keyring and a key where there are none"
    )


def run(args: argparse.Namespace) -> int:
    """Serve."""
    settings = starting_settings(args.config)
    if settings is not None and (owner := owner_before_root(settings.state_dir)):
        print(_NOT_AS_ROOT.format(settings=settings, owner=owner, config=args.config), file=sys.stderr)
        return 2  # gateway.serve.REFUSED, of a module that isn't loaded for this
    if args.development:
        _make_bundle(args.config)
    # Imported here: the rest of the command line works without the server's packages being loaded, and a supervisor
    # without those that judge.
    if settings is not None and settings.server.workers > 1:
        from gateway.supervisor import run as supervise

        return supervise(args.config, settings, development=args.development)
    from gateway.serve import run as serve

    return serve(args.config, development=args.development)


def owner_before_root(folder: Path) -> str:
    """Whose a folder is, where this process is root's and the folder somebody else's; "" otherwise.

    What root makes there is closed to them (0600). A folder of root's that a group may write is nobody's in this sense:
    volumes of Kubernetes are like that.
    """
    try:
        owner = folder.stat().st_uid
    except OSError:  # serving makes it, or says why it can't
        return ""
    if os.geteuid() != 0 or owner == 0:
        return ""
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"\\#{owner}"  # as sudo takes it, in a shell


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
