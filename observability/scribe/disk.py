"""The few calls on the file system that the ledger makes, in one place, so that a test can make each of them fail."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Disk:
    """The real one. Every method raises OSError."""

    def create(self, path: Path) -> int:
        """A new file open for writing, locked by this process for as long as it is open. FileExistsError if there.

        Another worker that sweeps may take it for a dead one's before it is locked: then it is made once more.
        """
        while True:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                return descriptor
            os.close(descriptor)

    def claim(self, path: Path) -> int | None:
        """An existing file open for reading and writing; None while another process still writes to it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def append(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write all of `data` at `offset` (bytes); it may still sit in the page cache."""
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written

    def sync(self, descriptor: int) -> None:
        """Return when what was written to the file is on the disk."""
        os.fdatasync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names of new files in the folder are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def free(self, folder: Path) -> int:
        """Bytes that this process may still write on the folder's file system."""
        state = os.statvfs(folder)
        return state.f_bavail * state.f_frsize
