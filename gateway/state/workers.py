"""Which workers serve at this moment, and under what: a file each in the state folder that they share.

A worker holds a lock on its file for as long as it lives: a file that nobody holds is that of a worker that was killed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

FOLDER = "workers"


class Presence:
    """This worker's file. Not telling doesn't stop it from serving: what can't be written is left out."""

    def __init__(self, state: Path) -> None:
        self._file = state / FOLDER / f"{os.getpid()}-{secrets.token_hex(4)}.json"
        self._descriptor: int | None = None

    def tell(self, value: Mapping[str, Any]) -> None:
        """Says anew under what this worker serves: plain values."""
        raw = orjson.dumps(value)
        try:
            if self._descriptor is None:
                self._descriptor = self._made(raw)
            else:
                os.pwrite(self._descriptor, raw, 0)
                os.ftruncate(self._descriptor, len(raw))
        except OSError:
            return

    def end(self) -> None:
        """This worker no longer serves."""
        if self._descriptor is not None:
            self._file.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _made(self, raw: bytes) -> int:
        """The file gets its name when it is locked: nobody may take it for a dead worker's."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._file.with_suffix(".new")
        descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.pwrite(descriptor, raw, 0)
        fresh.rename(self._file)
        return descriptor


def present(state: Path) -> list[dict[str, Any]]:
    """What each living worker tells, by name. The files of dead ones are taken away."""
    found = []
    for file in (state / FOLDER).glob("*.json"):
        try:
            with file.open("rb") as one:
                if _dead(one.fileno()):
                    file.unlink(missing_ok=True)
                else:
                    found.append(orjson.loads(one.read()))
        except (OSError, ValueError):
            continue  # it ended, or writes at this moment
    return sorted(found, key=lambda one: str(one.get("worker")))


def differing(workers: list[dict[str, Any]]) -> str | None:
    """A sentence where workers serve different bundles or configurations; None where all serve the same."""
    under: dict[tuple[str, str], list[str]] = {}
    for one in workers:
        under.setdefault((str(one.get("policy")), str(one.get("config"))), []).append(str(one.get("worker")))
    if len(under) < 2:
        return None
    said = [f"bundle {policy} with configuration {config} at {', '.join(w)}" for (policy, config), w in under.items()]
    return f"workers serve different bundles or configurations, reload those behind: {'; '.join(said)}"


def _dead(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
