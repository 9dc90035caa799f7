"""Reads files from disk in the same confined processes, for commands: one reader, any number of files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType

from adapters.wire.payloads import RAW
from gateway.reading.contents import Contents, Limits
from gateway.reading.pool import Pool


class DiskReader:
    """For use with `with`. Not inside a running event loop."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits(file_bytes=256 << 20, seconds=60.0, memory=1 << 30, characters=20_000_000)
        self._runner = asyncio.Runner()
        self._pool: Pool | None = None

    def __enter__(self) -> DiskReader:
        return self

    def read(self, path: Path) -> Contents:
        """The texts of a file, or the reason why it can't be read. Raises OSError where it can't be opened."""
        if path.stat().st_size > self._limits.file_bytes:
            return Contents("", reason="too_large")
        return self._runner.run(self._read(path.read_bytes()))

    async def _read(self, raw: bytes) -> Contents:
        if self._pool is None:
            self._pool = Pool(1, 1, self._limits.memory)
        # A file on disk declares nothing; one that is text in no other letters is read as Western European.
        return await self._pool.read(raw, RAW, self._limits, "text/plain")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._runner.run(self._pool.close())
        self._runner.close()
