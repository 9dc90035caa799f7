"""`ecluse policy schema`: what editors need to complete, explain and check policies while they are written."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gateway.bundle.schema import BUNDLE, existing, file_name, modeline, schemas, shipped, text, write
from gateway.cli.main import REFUSED
from gateway.cli.policy.options import add_workspace, given, open_workspace
from gateway.documents import nearest

TEXT = """\
Write JSON Schemas (draft 7) for editors with a YAML language server (VS Code, Neovim, JetBrains ...): completion, hover
text, and errors as you type. With a configuration or a vocabulary they offer the names that exist: detectors,
destinations, teams, use cases. Without one, the shipped detectors.

  ecluse policy schema                          that of any document of a bundle, which its `kind` picks
  ecluse policy schema EgressPolicy             that of one kind of document
  ecluse policy schema --out bundle/.schema     all of them, as files

Each document of a file then begins with a line that points there, or the editor's settings name the folder:

  # yaml-language-server: $schema=.schema/bundle.schema.json
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("kind", nargs="?", default=BUNDLE, metavar="KIND", help=f"kind of document (default: {BUNDLE})")
    sub.add_argument("--out", type=Path, metavar="DIR", help="write every schema to this folder")
    add_workspace(sub)


def run(args: argparse.Namespace) -> int:
    """Print one or write all."""
    # Written while policies are: what is wrong with these must not take the editor's help away.
    made = schemas(existing(open_workspace(args, policies=False).bundle) if given(args) else shipped())
    if args.out is not None:
        written = write(args.out, made)
        print(f"wrote {len(written)} schemas to {args.out}/; each document of a file beside that folder begins with")
        print(modeline(args.out / file_name(BUNDLE), args.out.parent / "policy.yaml"))
        return 0
    if args.kind not in made:
        near = nearest(args.kind, made)
        print(f"there is no kind {args.kind}" + (f" (did you mean {near}?)" if near else ""), file=sys.stderr)
        return REFUSED
    sys.stdout.write(text(made[args.kind]))
    return 0
