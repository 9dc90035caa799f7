"""Runs a command with the system calls that a unit of systemd leaves it, where no systemd runs:

python unit_sandbox.py UNIT COMMAND ...
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # libseccomp's SCMP_ACT_ALLOW, and SCMP_ACT_ERRNO with EPERM
MDWE, MDWE_REFUSE = 65, 1  # prctl's PR_SET_MDWE, which is later than what systemd itself does for the same setting


def settings(unit: Path) -> dict[str, list[str]]:
    """Setting -> its values, in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def allowed(filters: list[str]) -> set[str]:
    """The system calls of `SystemCallFilter=` lines."""
    found = {*_of("@default")}
    for line in filters:
        names = {name for group in line.lstrip("~").split() for name in _of(group)}
        found = found - (names - {*_of("@default")}) if line.startswith("~") else found | names
    return found


def _of(group: str) -> Iterator[str]:
    if not group.startswith("@"):
        yield group
        return
    said = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", group], capture_output=True, text=True, check=True
    ).stdout
    for line in said.splitlines()[1:]:
        if line.strip() and not line.strip().startswith("#"):
            yield from _of(line.strip())


def confine(names: set[str]) -> None:
    """From now on, for this process and those that it starts."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    made = ctypes.c_void_p(library.seccomp_init(REFUSE))
    for name in names:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            library.seccomp_rule_add(made, ALLOW, number, 0)
    if library.seccomp_load(made) != 0:
        raise OSError("the filter can't be loaded")


def main(unit: str, *command: str) -> None:
    found = settings(Path(unit))
    names = allowed(found["SystemCallFilter"])
    if found.get("MemoryDenyWriteExecute") == ["yes"]:
        ctypes.CDLL(None).prctl(MDWE, MDWE_REFUSE, 0, 0, 0)
    confine(names)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
