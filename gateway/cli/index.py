"""`ecluse index`: indexes of the company's own data."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.bundle.bundle import read_papers
from gateway.bundle.indexes import IndexSpec, index_key
from gateway.cli.main import REFUSED, add_config
from gateway.config import Settings, load_config, read_settings
from gateway.documents import load, nearest
from gateway.identity import Keyring, KeyringRefused
from gateway.indexing.build import Built, build_documents, build_list
from gateway.indexing.tables import SourceRefused
from gateway.indexing.write import replace
from policies.indexes.stored import IndexKey, IndexRefused, opened

TEXT = """\
Make the indexes by which the company's own data is recognised: rows of its lists (staff, customers, contracts) and
excerpts of its documents and source code. What an index is for stands in the bundle:

  kind: Index                              kind: Index
  id: staff                                id: handbook
  file: indexes/staff.idx                  file: indexes/handbook.idx
  primary: last name
  supporting: [first name, birth date]
  near: 1

  ecluse index build staff exports/staff.csv            rows: CSV with a header; the delimiter is found out
  ecluse index build handbook docs/ policies/*.pdf      documents: txt, md, docx, pdf ... and source code, whole folders
  ecluse index build handbook docs/ --public www/       nothing that also stands in www/ will be found
  ecluse index show                                     what every index of the bundle holds, and how old it is
  ecluse reload                                         a running gateway takes the new file

The file is replaced in one step once it is whole. It holds keyed hashes only (docs/howto/your-own-data.md). Exit code 1
where a source is refused, then the old file stays; also where some files could not be read, which are named: the index
then holds the others.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="build|show")
    build = what.add_parser("build", help="make an index from its sources")
    build.add_argument("id", metavar="ID", help="the index, as the bundle names it")
    build.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="CSV files; or files and folders")
    build.add_argument(
        "--public",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="texts that anyone may share; repeatable",
    )
    build.add_argument(
        "--encoding", default="", help="of CSV files (default: UTF-8 or UTF-16 by mark, else windows-1252)"
    )
    build.add_argument("--delimiter", default="", help="of CSV files (default: found out)")
    show = what.add_parser("show", help="say what indexes hold, never values")
    show.add_argument("id", nargs="?", metavar="ID", help="one index (default: all)")
    for each in (build, show):
        add_config(each)


def run(args: argparse.Namespace) -> int:
    """Build or show."""
    config = load_config(args.config)
    settings = read_settings(config, args.config.parent)
    specs = read_papers(load(settings.bundle)).indexes
    if args.id is not None and args.id not in specs:
        near = nearest(args.id, specs)
        print(f"the bundle has no index {args.id}" + (f" (did you mean {near}?)" if near else ""), file=sys.stderr)
        return REFUSED
    try:
        key = index_key(Keyring.load(settings.keyring.dir))
        if args.what == "build":
            return _build(args, specs[args.id], settings.bundle, key)
        chosen = [specs[args.id]] if args.id else list(specs.values())
        return max((_show(spec, settings, key) for spec in chosen), default=0)
    except (SourceRefused, KeyringRefused) as refused:
        print(refused, file=sys.stderr)
        return REFUSED


def _build(args: argparse.Namespace, spec: IndexSpec, bundle: Path, key: IndexKey) -> int:
    now = datetime.now(UTC)
    target = (bundle / spec.file).resolve()
    if not target.is_relative_to(bundle.resolve()):
        print(f"{spec.file} is not in the bundle's folder", file=sys.stderr)
        return REFUSED
    made = _made(args, spec, key, now)
    try:
        replace(target, made.raw)
    except OSError as error:
        print(f"{target} can't be written: {error.strerror}", file=sys.stderr)
        return REFUSED
    print(f"{target}: {len(made.raw):,} bytes")
    for line in made.said:
        print(f"  {line}")
    for line in made.unread:
        print(f"not read: {line}", file=sys.stderr)
    return REFUSED if made.unread else 0


def _made(args: argparse.Namespace, spec: IndexSpec, key: IndexKey, now: datetime) -> Built:
    if spec.kind == "documents":
        return build_documents(spec, args.sources, key, now, public=args.public)
    return build_list(spec, args.sources, key, now, encoding=args.encoding, delimiter=args.delimiter)


def _show(spec: IndexSpec, settings: Settings, key: IndexKey) -> int:
    path = settings.bundle / spec.file
    try:
        stored = opened(path.read_bytes(), key)
    except (IndexRefused, OSError) as refused:
        said = refused.strerror if isinstance(refused, OSError) else refused
        print(f"{spec.id:<20} {path}: {said}", file=sys.stderr)
        return REFUSED
    about = stored.about
    if stored.kind == "exact":
        held = (
            f"{about['rows']:,} rows; {spec.near} of {about['width']} supporting cells within {spec.within} characters"
        )
    else:
        held = f"{about['documents']:,} documents"
    print(f"{spec.id:<20} {spec.fed:<20} {held}; built {about['built']}")
    return 0
