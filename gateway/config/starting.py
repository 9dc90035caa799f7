"""The settings that a start goes by, also where the present files can't be read: a last good copy is kept."""

from __future__ import annotations

import stat
from pathlib import Path

from gateway.config.load import load_config, read_settings
from gateway.config.settings import Settings
from gateway.documents import DocumentsRefused, load

CONFIG = "config.yaml"
"""Name of the configuration inside a copy."""


def starting_settings(path: Path) -> Settings | None:
    """The file's, or those of the last good copy; None where neither can be read."""
    try:
        found = [path, *(copy / CONFIG for copy in copies(path))]
    except OSError:
        found = [path]
    for config in found:
        try:
            return read_settings(load_config(config), path.parent, trusts=config is path)
        except DocumentsRefused:
            continue
    return None


def copies(path: Path) -> list[Path]:
    """The folders where a last good copy is, most likely first. OSError where the state folder is closed to us."""
    found = [state / Settings().last_good_dir.name for state in _state_folders(path)]
    return [copy for copy in found if _is_there(copy / CONFIG)]


def _is_there(file: Path) -> bool:
    """Unlike Path.is_file, which on some Pythons calls missing what may not be looked at."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except PermissionError:
        raise
    except OSError:
        return False


def _state_folders(path: Path) -> list[Path]:
    """Where the state folder may be when the configuration can't be trusted: as it says, or the default."""
    found = [path.parent / Settings().state_dir]
    try:
        named = load(path).items[0].value.get("state_dir")
    except (DocumentsRefused, IndexError):
        return found
    return [path.parent / named, *found] if isinstance(named, str) else found
