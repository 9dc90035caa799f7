"""Simulated vendors on a loopback socket, inside a test, inside the gateway's process, or as a process of their own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from itertools import count
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters.vendors.simulator.app import simulator_app
from adapters.vendors.simulator.line import CONNECTION, TRANSPORT
from adapters.vendors.simulator.recorder import Recorder

NAMES = ("alpha", "beta", "internal")


_numbers = count(1)


class _Connection(HttpToolsProtocol):
    """Leaves its transport where answers that are no proper HTTP find it, and its number."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.number = next(_numbers)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.scope["state"] = {TRANSPORT: self.transport, CONNECTION: self.number}


class _Server(uvicorn.Server):
    """A server that leaves the signals of the process to whoever runs it, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class SimulatorServer:
    """Several simulated vendors on one port, each under its name; an async context manager.

    port 0 takes a free one. `url(name)` is the base URL without `/v1`; `recorder` has what all of them received.
    """

    def __init__(
        self, names: Sequence[str] = NAMES, port: int = 0, host: str = "127.0.0.1", recorder: Recorder | None = None
    ) -> None:
        self.names = tuple(names)
        self.recorder = recorder if recorder is not None else Recorder()
        self._host, self.port = host, port
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    def url(self, name: str) -> str:
        """The base URL of one simulated vendor."""
        if name not in self.names:
            raise KeyError(name)
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}/{name}"

    async def __aenter__(self) -> SimulatorServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; returns when requests are answered. OSError where the port is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.create_server((self._host, self.port), family=family, backlog=1024)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app(), http=_Connection, ws="none", lifespan="off", log_config=None, log_level="critical",
            access_log=False, timeout_graceful_shutdown=1, timeout_keep_alive=75,
        )  # fmt: skip
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.listening.wait()

    async def stop(self) -> None:
        """Stop listening and drop what is still under way."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = self._server.force_exit = True
        await self._serving
        for connection in tuple(self._server.server_state.connections):
            connection.transport.abort()
        for task in tuple(self._server.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self._server.server_state.tasks, return_exceptions=True)

    async def wait(self) -> None:
        """Until somebody stops it."""
        if self._serving is not None:
            await asyncio.shield(self._serving)

    def _app(self) -> Starlette:
        mounts = [Mount(f"/{name}", simulator_app(name, self.recorder)) for name in self.names]
        return Starlette(routes=[*mounts, Route("/", self._index)])

    async def _index(self, request: Request) -> Response:
        return JSONResponse({"simulators": {name: self.url(name) for name in self.names}})


async def serve(host: str = "127.0.0.1", port: int = 0, names: Sequence[str] = NAMES) -> None:
    """Run simulated vendors until cancelled; prints one line for each with its base URL."""
    async with SimulatorServer(names, port, host) as server:
        for name in server.names:
            print(f"{name}: {server.url(name)}", flush=True)  # noqa: T201 - this is a command's output
        await server.wait()
