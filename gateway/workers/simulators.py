"""Simulated vendors in a process of their own: all workers ask the same ones."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import adapters

START_SECONDS = 30.0
_ROOT = str(Path(adapters.__file__).parents[1])
_MAIN = f"import sys; sys.path.insert(0, {_ROOT!r}); from adapters.vendors.simulator.__main__ import main; main()"


class Simulators:
    """Made by `Simulators.start`. It ends when we do: it watches its standard input. urls: by name."""

    def __init__(self, process: asyncio.subprocess.Process, urls: Mapping[str, str]) -> None:
        self._process, self.urls = process, urls

    @classmethod
    async def start(cls, names: Sequence[str], port: int) -> Simulators:
        """Returns when requests are answered. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", _MAIN, "--until-input-ends", "--port", str(port), "--names", *names,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        urls: dict[str, str] = {}
        try:
            async with asyncio.timeout(START_SECONDS):
                while len(urls) < len(names):
                    name, found, url = (await process.stdout.readline()).decode().strip().partition(": ")
                    if not found:
                        raise OSError("the vendor simulator didn't start")
                    urls[name] = url
        except TimeoutError:
            process.kill()
            raise OSError("the vendor simulator didn't start in time") from None
        return cls(process, urls)

    async def stop(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
