"""The bridge's process: loads litellm, listens on its socket, and lives for as long as who started it does."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from gateway.bridge.app import BridgeApp
from gateway.bridge.calls import LiteLLMCalls
from gateway.bridge.egress import Egress
from gateway.bridge.way_out import WayOut
from gateway.reading import confine
from gateway.server import Listener
from gateway.workers.line import Line

BEAT_SECONDS = 0.5
NOT_LOADED = 3
"""Exit code where litellm isn't installed or can't be loaded."""


def main(line: str, path: str) -> NoReturn:
    """Serves on the Unix socket at `path` until told to end, or until the line's other end is gone.

    line: descriptor of the line to who started it.
    """
    code = asyncio.run(_serve(socket.socket(fileno=int(line)), Path(path)))
    os._exit(code)  # what litellm has started beside (threads, tidying up at exit) is waited for by nobody


async def _serve(end: socket.socket, path: Path) -> int:
    confine.end_with_parent()
    egress = Egress()
    try:
        app = BridgeApp(LiteLLMCalls(WayOut(egress)))
    except ImportError as failed:
        print(f"the litellm bridge can't be loaded: {failed}", file=sys.stderr)  # noqa: T201
        return NOT_LOADED
    line, listener = await Line.open(end), Listener(app)
    await listener.listen_unix(path, own_user_only=True)
    _fall_silent()
    egress.hold()
    beating = asyncio.create_task(_beats(line, app))
    async for said in line.heard():
        if "drain" in said:
            listener.stop_accepting()
            await listener.finish(said["drain"], lambda: None)
            break
    beating.cancel()
    await line.close()
    return 0


async def _beats(line: Line, app: BridgeApp) -> None:
    while True:
        line.say(beat=app.under_way)
        await asyncio.sleep(BEAT_SECONDS)


def _fall_silent() -> None:
    """What litellm or a library of its prints from now on could be a prompt or a key, and goes nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
