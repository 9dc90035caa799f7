"""One worker as its supervisor sees it: a process, a line to it, and what it last said."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gateway
from gateway.workers.line import Line, Message
from gateway.workers.station import Station

if TYPE_CHECKING:
    from observability.logs.fields import Field
    from observability.merging import Snapshot

_ROOT = Path(gateway.__file__).parents[1]
_MAIN = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from gateway.workers.serving import main; sys.exit(main(*sys.argv[2:]))"
)
TOLD_SECONDS = 2.0
SILENT_SECONDS = 3.0
SERVES = "serves"


class Child:
    """Made by `Child.start`. told: called with each message that isn't only about the worker itself.

    ready: it has said so. leaving: it takes no more connections, and its end is expected. reasons: why no call should
    be sent to it. bridged: it needs litellm's process. last: its figures at its end, or as last asked for.
    """

    def __init__(self, station: Station, process: asyncio.subprocess.Process, line: Line) -> None:
        self.station, self.process, self._line = station, process, line
        self.started = self.beaten = time.monotonic()
        self.ready = self.leaving = self.bridged = False
        self.reasons: list[str] = []
        self.calls, self.drain_seconds = 0, 0.0
        self.revision = ""
        self.last: Snapshot = {}
        self._accepts: frozenset[int] = frozenset()
        self._accepted = asyncio.Event()
        self._decided = asyncio.Event()
        self.ended: asyncio.Task[int]

    @classmethod
    async def start(
        cls,
        config: Path,
        station: Station,
        pair: tuple[socket.socket, socket.socket],
        told: Callable[[Child, Message], None],
    ) -> Child:
        """A fresh interpreter, in a session of its own so that Ctrl-C reaches the supervisor alone. pair: both ends of
        its line, of which the second is the worker's. Raises OSError."""
        ours, theirs = pair
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-c", _MAIN, str(_ROOT), str(config), station.written(),
                stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(), *station.listening, *station.tls),
                start_new_session=True,
            )  # fmt: skip
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        child = cls(station, process, await Line.open(ours))
        child.ended = asyncio.create_task(child._life(told))
        return child

    @property
    def slot(self) -> int:
        """Which of the workers it is."""
        return self.station.slot

    @property
    def takes(self) -> bool:
        """Whether calls may be sent to it. One that was silent for a while may only be busy: others take for it."""
        return self.state == SERVES

    @property
    def state(self) -> str:
        """What it does, in words for the operator."""
        if self.leaving:
            return "finishes its calls"
        if not self.ready:
            return "starts"
        if time.monotonic() - self.beaten > SILENT_SECONDS:
            return "gives no sign of life"
        return "; ".join(self.reasons) or SERVES

    async def began(self, seconds: float) -> bool:
        """Waits until it serves or has ended; whether it serves. Ends it where it does neither in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._decided.wait()
        except TimeoutError:
            self.kill()
        if not self.ready:
            await self.ended
        return self.ready

    async def accept(self, slots: Collection[int]) -> None:
        """Has it take connections from the sockets of these slots and no others; waits until it does."""
        wanted = frozenset(slots)
        if wanted == self._accepts or self.leaving:
            return
        self._accepts = wanted
        self._accepted.clear()
        self._line.say(accept=sorted(wanted))
        try:
            async with asyncio.timeout(TOLD_SECONDS):
                await self._accepted.wait()
        except TimeoutError:
            return  # its loop is busy, or hangs: it will do it, or be replaced

    def unready(self) -> None:
        """Has it close each connection with its next answer."""
        self._line.say(unready=True)

    def hand_on(self, event: str, facts: Mapping[str, Field]) -> None:
        """Has it tell the webhooks of something that it can't see itself."""
        self._line.say(event=event, facts=facts)

    def announce(self) -> None:
        """Has it show the developer key of a first development start."""
        self._line.say(announce=True)

    def drain(self, linger: float) -> None:
        """Has it finish what it has, and end. linger: seconds that kept connections get to be used once more."""
        self.leaving = True
        self._line.say(drain=linger)

    def kill(self) -> None:
        """Ends it as it is."""
        with suppress(ProcessLookupError):  # it has just ended
            self.process.send_signal(signal.SIGKILL)

    async def _life(self, told: Callable[[Child, Message], None]) -> int:
        async for said in self._line.heard():
            self._heard(said)
            told(self, said)
        code = await self.process.wait()
        self._decided.set()
        self._accepted.set()
        await self._line.close()
        return code

    def _heard(self, said: dict[str, Any]) -> None:
        if "ready" in said:
            self.ready, self.revision, self.beaten = True, said["ready"], time.monotonic()
            self.bridged = said["bridged"]
            self._decided.set()
        elif "beat" in said:
            self.beaten, self.reasons, self.calls = time.monotonic(), said["beat"], said["calls"]
            self.revision, self.drain_seconds, self.bridged = said["revision"], said["drain_seconds"], said["bridged"]
        elif "accepting" in said:
            self._accepted.set()
        elif "last" in said:
            self.last = said["last"]


def ending(code: int) -> str:
    """What became of a worker, in a few words."""
    return f"ended by signal {-code}" if code < 0 else f"ended with {code}"
