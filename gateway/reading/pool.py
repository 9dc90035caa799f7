"""A bounded pool of processes that read files: started when the first file comes, killed when one takes too long.

A worker gets no environment, no descriptor but its two pipes, and says nothing but its answer. One that is killed, that
dies or whose caller leaves is replaced by the next file.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import gateway
from gateway.reading.contents import Contents, Limits
from gateway.reading.frames import MOST_HEAD, READY, SIZE, Job, contents

_ROOT = Path(gateway.__file__).parents[1]
_MAIN = "import sys; sys.path.insert(0, sys.argv[1]); from gateway.reading.worker import serve; serve(int(sys.argv[2]))"
_PIECE = 1 << 18
_START_SECONDS = 30.0
_FILES_A_WORKER = 500  # then a fresh one takes over: parsers leak
_BYTES_A_CHARACTER = 4


class Busy(Exception):
    """Too many files wait already, for too long, or no worker can be started."""


class _NotStarted(Exception):
    """A worker could not be started."""


class Pool:
    """workers: processes at once. waiting: files that may wait for one. memory: bytes of each process."""

    def __init__(self, workers: int, waiting: int, memory: int) -> None:
        self._workers, self._most_waiting, self._memory = workers, waiting, memory
        self._idle: list[_Worker] = []
        self._ended: list[_Worker] = []
        self._running = 0
        self._waiting = 0
        self._used = False
        self._closed = False
        self._room = asyncio.Condition()

    @property
    def processes(self) -> int:
        """Worker processes that live now."""
        return self._running + len(self._idle)

    def resize(self, workers: int, waiting: int, memory: int) -> None:
        """Other bounds from now on. Workers that were given another memory end with their file."""
        self._workers, self._most_waiting = workers, waiting
        if memory != self._memory:
            self._memory = memory
            self._end_idle()

    async def read(
        self,
        payload: str | bytes,
        encoding: str,
        limits: Limits,
        mime: str = "",
        charset: str = "",
        *,
        wait: float = 60.0,
    ) -> Contents:
        """The texts of a file. wait: seconds that it may wait for a worker. Raises Busy.

        Cancelled, it kills the worker at once.
        """
        job = Job(encoding, len(payload), mime[:100], charset[:40], limits)
        await self._enter(wait)
        worker: _Worker | None = None
        try:
            worker = self._rested()
            if worker is None:
                worker = await _Worker.spawned(self._memory)
                await worker.ready()
            return await worker.read(job, payload)
        except _NotStarted:
            raise Busy from None
        except BaseException:
            if worker is not None:
                worker.kill()
            raise
        finally:
            await self._leave(worker)

    def _rested(self) -> _Worker | None:
        while self._idle:
            worker = self._idle.pop()
            if not worker.gone:
                return worker
            self._end(worker)
        return None

    async def _enter(self, wait: float) -> None:
        if self._running >= self._workers and self._waiting >= self._most_waiting:
            raise Busy
        self._used = True
        self._waiting += 1
        try:
            async with asyncio.timeout(wait), self._room:
                await self._room.wait_for(lambda: self._running < self._workers or self._closed)
                if self._closed:
                    raise Busy
                self._running += 1
        except TimeoutError:
            raise Busy from None
        finally:
            self._waiting -= 1

    async def _leave(self, worker: _Worker | None) -> None:
        self._running -= 1
        if worker is not None:
            if worker.ended or self._closed or worker.memory != self._memory or worker.files >= _FILES_A_WORKER:
                self._end(worker)
            else:
                self._idle.append(worker)
        async with self._room:
            self._room.notify()

    def rest(self) -> None:
        """End idle workers where no file came since this was last called."""
        if not self._used:
            self._end_idle()
        self._used = False

    def _end_idle(self) -> None:
        for worker in self._idle:
            self._end(worker)
        self._idle.clear()

    def _end(self, worker: _Worker) -> None:
        worker.kill()
        self._ended = [one for one in self._ended if not one.gone]
        self._ended.append(worker)

    async def close(self) -> None:
        """Ends every worker that is idle; busy ones end with their file or its caller."""
        self._closed = True
        self._end_idle()
        for worker in self._ended:
            await worker.wait()
        async with self._room:
            self._room.notify_all()


class _Worker:
    """One process. files: how many it has read. ended: it can't be used any more."""

    def __init__(self, process: asyncio.subprocess.Process, memory: int) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process, self._in, self._out = process, process.stdin, process.stdout
        self.memory, self.files, self.ended = memory, 0, False

    @classmethod
    async def spawned(cls, memory: int) -> _Worker:
        """A new one. Raises _NotStarted."""
        try:
            return cls(await cls._process_of(memory), memory)
        except OSError:
            raise _NotStarted from None

    @staticmethod
    async def _process_of(memory: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-c", _MAIN, str(_ROOT), str(memory),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={}, cwd="/", start_new_session=True, limit=1 << 20,
        )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it has given up what it doesn't need. Raises _NotStarted."""
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._out.readexactly(len(READY))
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            self.kill()
            raise _NotStarted from None

    async def read(self, job: Job, payload: str | bytes) -> Contents:
        """One file. A worker that takes too long, dies or talks nonsense is killed; then the reason says which."""
        self.files += 1
        try:
            async with asyncio.timeout(job.limits.seconds):
                await self._send(job, payload)
                head, size = SIZE.unpack(await self._out.readexactly(SIZE.size))
                if head > MOST_HEAD or size > _BYTES_A_CHARACTER * job.limits.characters:
                    raise ValueError("too long an answer")
                found = contents(await self._out.readexactly(head), await self._out.readexactly(size))
        except TimeoutError:
            self.kill()
            return Contents("", reason="time")
        except (OSError, ValueError, TypeError, asyncio.IncompleteReadError):
            self.kill()
            return Contents("", reason="worker_died")
        if found.reason == "memory":
            self.kill()
        return found

    async def _send(self, job: Job, payload: str | bytes) -> None:
        self._in.write(job.head())
        for piece in _pieces(payload):
            self._in.write(piece)
            await self._in.drain()

    def kill(self) -> None:
        """End it now; it holds nothing that would have to be put away."""
        self.ended = True
        with suppress(ProcessLookupError):
            self._process.kill()
        self._in.close()

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        return self._process.returncode is not None

    async def wait(self) -> None:
        """Wait until it has."""
        await self._process.wait()


def _pieces(payload: str | bytes) -> Iterator[bytes]:
    for at in range(0, len(payload), _PIECE):
        piece = payload[at : at + _PIECE]
        yield piece if isinstance(piece, bytes) else piece.encode("ascii", "replace")
