"""`python -m adapters.vendors.simulator --port N`: simulated vendors as a process of their own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from adapters.vendors.simulator.server import NAMES, serve


def main() -> None:
    """Parse the command line and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m adapters.vendors.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--names", nargs="+", default=list(NAMES), help="one simulated vendor for each name")
    parser.add_argument("--until-input-ends", action="store_true", help="end with whoever holds our standard input")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(given))


async def _run(given: argparse.Namespace) -> None:
    serving = asyncio.create_task(serve(given.host, given.port, given.names))
    if given.until_input_ends:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


if __name__ == "__main__":
    main()
