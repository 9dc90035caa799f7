"""The table of figures: the whole gateway, everything on, beside nginx on the same upstream.

    make bench                              # all loads
    bench/figures.py --loads max16,c1       # some
    bench/figures.py --rounds 5 --secs 5

Uses the load generator and mock vendor in ../shared/bench; the gateway runs on CPU 0 alone, the load on CPU 1. Serves
the starter bundle with its response rules, a durable ledger (fsync), quotas and metrics. Every prompt is new to the
gateway. Latencies are microseconds; `added` is the gateway's percentile less the one of asking the vendor directly.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from installation import install

from gateway.identity.keyring import Keyring
from gateway.identity.keys import KeyGrant, KeyStore

ROOT = Path(__file__).parents[1]
RIG = ROOT.parent / "shared" / "bench" / "sidebyside.py"
PORT = 19080

BARS = {
    "max16": "requests/s, 16 connections, unseen 2 KB: bar >= 1,500",
    "c1": "one connection, added p50/p99: bar <= 1,000 / 4,000 us",
    "r300": "300 requests/s, added p99: bar <= 6,000 us",
    "sse50": "chunks/s relayed, response rules on: bar >= 15,000",
    "sse200": "200 streams, first token added p50/p99: bar <= 4,000 / 20,000 us",
    "agent": "117 kB agent turn, history seen, added p50/p99: bar <= 8,000 / 25,000 us",
}


def main() -> int:
    """Runs the loads and prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", default="max16,c1,r300,sse50,sse200,agent")
    parser.add_argument("--rounds", default=os.environ.get("ROUNDS", "3"))
    parser.add_argument("--secs", default=os.environ.get("SECS", "3"))
    parser.add_argument("--seen", action="store_true", help="send one and the same body for ever")
    parser.add_argument("--durability", default="fsync", choices=("fsync", "write", "async"))
    parser.add_argument("--folder", default=None, help="where the ledger lies (default: a new folder in build/)")
    arguments = parser.parse_args()
    if not RIG.exists():
        print(f"the measuring rig isn't here ({RIG}): nothing measured")
        return 0
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.folder or ROOT / "build") as name:
        folder = Path(name)
        key = prepare(folder, arguments.durability)
        print(f"fdatasync of this disk before: {sync_times(folder)}")
        out = folder / "result.json"
        command = [
            sys.executable, str(RIG), "--target", "ecluse", str(PORT),
            f"{Path(sys.executable).parent}/ecluse serve --config {folder}/config.yaml",
            "--header", f"ecluse=Authorization: Bearer {key}", "--loads", arguments.loads,
            "--rounds", arguments.rounds, "--secs", arguments.secs, "--json", str(out),
        ]  # fmt: skip
        subprocess.run(command + ["--seen"] * arguments.seen, check=True)
        print(f"fdatasync of this disk after: {sync_times(folder)}")
        summary(json.loads(out.read_text()))
    return 0


def prepare(folder: Path, durability: str) -> str:
    """Writes configuration, bundle and keyring; returns a key."""
    config = install(folder, vendor="http://127.0.0.1:19001/v1", port=PORT, durability=durability)
    keyring = Keyring.load(config.keyring.dir)
    config.state_dir.mkdir(parents=True, exist_ok=True)
    store = KeyStore.open(config.keys_file, keyring, config.organisation)
    return store.issue(KeyGrant(user="load", team="bench"), datetime.now(UTC))[1]


def sync_times(folder: Path, rounds: int = 200) -> str:
    """The disk's own price of a durable 1 KB append, which every latency contains."""
    took = []
    with open(folder / "sync.probe", "wb") as file:
        for _ in range(rounds):
            file.write(b"x" * 1024)
            file.flush()
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - start) * 1e6)
    took.sort()
    return f"p50 {statistics.median(took):.0f} us, p99 {took[int(rounds * 0.99)]:.0f} us"


def summary(result: dict) -> None:  # type: ignore[type-arg]
    """What the gateway adds to asking directly, beside each bar."""
    print("\nwhat the gateway adds")
    for load, rows in result["loads"].items():
        ours, direct = rows["ecluse"], rows["direct"]
        first, last = ("ttft50", "ttft99") if load.startswith("sse") else ("p50", "p99")
        added = f"added {first} {ours[first] - direct[first]:.0f} us, {last} {ours[last] - direct[last]:.0f} us"
        speed = f"{ours['chunks_s']:.0f} chunks/s" if load.startswith("sse") else f"{ours['rps']:.0f} requests/s"
        print(f"  {load:8s}{speed:>22s}   {added:44s} bad {ours['bad']:<4} {BARS.get(load, '')}")
    info = result["info"]["ecluse"]
    print(f"  start {info['start_s']} s (bar <= 2), idle {info['idle_mb']} MB (bar <= 100), peak {info['peak_mb']} MB")


if __name__ == "__main__":
    sys.exit(main())
