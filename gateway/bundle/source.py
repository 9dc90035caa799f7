"""Whether the files of a pair stand still: while they are read, and before the watcher reads them at all.

A folder that is being written to can hold half of the old bundle and half of the new one, each file valid by itself.
So every file is looked at before and after all are read, and a git command that is under way is waited for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.documents import DocumentsRefused, Rendered

SIGNATURES = ".signatures"
"""The one hidden folder of a bundle that counts: who signed it."""

Look = Mapping[str, tuple[int, ...]]
"""What a look at files showed: path -> size, times and inode. Two looks are equal where nothing changed between."""


def look(*paths: Path) -> Look:
    """A look at files and at every file below folders that a load may read, links followed. Reads none of them.

    What isn't there, or goes away meanwhile, isn't in it.
    """
    found: dict[str, tuple[int, ...]] = {}
    for path in paths:
        for name in _below(path) if path.is_dir() else [str(path)]:
            try:
                seen = os.stat(name)
            except OSError:
                continue
            found[name] = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino, seen.st_dev)
    return found


def refuse_unsettled(before: Look, after: Look) -> None:
    """DocumentsRefused where two looks differ, naming a few of the files that changed."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        said = f"changed while it was being read{more}: let the copy or checkout end, then load again"
        raise DocumentsRefused([Rendered(name, 0, 0, said) for name in names[:3]])


def checkout_under_way(bundle: Path) -> Path | None:
    """The lock of a git command that may be writing the bundle's folder at this moment; None where there is none."""
    for folder in (bundle, *bundle.resolve().parents):
        git = folder / ".git"
        if git.is_file():  # a further worktree: the file says where its own folder is
            git = _named_in(git)
        if git.is_dir():
            lock = git / "index.lock"
            return lock if lock.exists() else None
    return None


def refuse_checkout(bundle: Path) -> None:
    """DocumentsRefused while a git command is at work in the bundle's folder."""
    lock = checkout_under_way(bundle)
    if lock is not None:
        said = "a git command is under way in the bundle's folder (remove this file if it broke off)"
        raise DocumentsRefused([Rendered(str(lock), 0, 0, said)])


def _below(folder: Path) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".") or (f == SIGNATURES and here == str(folder))]
        for name in files:
            if not name.startswith("."):
                yield os.path.join(here, name)


def _named_in(file: Path) -> Path:
    try:
        named = file.read_text("utf-8").strip().removeprefix("gitdir:").strip()
    except (OSError, UnicodeDecodeError):
        return file
    return file.parent / named
