"""Files of the state folder that several workers write: one at a time, and each as a whole."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_SECONDS = 2.0
_PAUSE_SECONDS = 0.005


@contextmanager
def alone(file: Path, seconds: float = LONGEST_SECONDS) -> Iterator[None]:
    """While this lasts nobody else who asks likewise writes `file`.

    Raises BlockingIOError where another holds it for so long: a worker that stands still must not stop the others.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file.with_name(file.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, time.monotonic() + seconds)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise BlockingIOError(errno.EAGAIN, "another worker holds the file") from None
            time.sleep(_PAUSE_SECONDS)


def replace(file: Path, raw: bytes) -> None:
    """Replaces a file (0600): at any moment a reader finds the old or the new one, on disk when this returns."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(file.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
