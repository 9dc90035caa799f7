"""`python -m adapters.vendors.simulator --port N`: simulated vendors as a process of their own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from adapters.vendors.simulator.server import NAMES, serve


def main() -> None:
    """Parse the command line and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m adapters.vendors.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--names", nargs="+", default=list(NAMES), help="one simulated vendor for each name")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(given.host, given.port, given.names))


if __name__ == "__main__":
    main()
