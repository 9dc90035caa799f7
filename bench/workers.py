"""Two workers beside one: requests/s, CPU a request, how evenly calls are shared, time to start, memory at rest.

    bench/workers.py                      # needs gcc and ../shared/bench
    bench/workers.py --share 40           # each worker may use 40 % of a core (cgroup v1, as root): room for the load

The load generator and the mock vendor need CPU too: where a machine has no core to spare for them, two whole workers
can't show what they could do. With --share each worker (with the process that writes its ledger) has the same part of a
core, whether there is one or two, and the rest is for the load. Without it both cores are everybody's: then the CPU
seconds of a request say more than requests/s. Rounds of both are interleaved.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from installation import install

from gateway.identity.keyring import Keyring
from gateway.identity.keys import KeyGrant, KeyStore

ROOT = Path(__file__).parents[1]
RIG = ROOT.parent / "shared" / "bench"
CGROUP = Path("/sys/fs/cgroup/cpu")
VENDOR, PERIOD_US, CONNECTIONS = 19001, 10_000, 64
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Side:
    """A gateway of some workers. runs: requests/s and CPU microseconds a request of each round."""

    workers: int
    port: int
    folder: Path
    key: str
    process: subprocess.Popen[bytes]
    start_seconds: float
    runs: list[tuple[float, float]] = field(default_factory=list)
    bad: int = 0

    def serving(self) -> list[int]:
        """The serving processes."""
        if self.workers == 1:
            return [self.process.pid]
        status = json.loads(control(self.folder / "state" / "control.sock", "/status"))
        return [one["pid"] for one in status["processes"]]

    def served(self) -> list[float]:
        """Calls of each worker."""
        found = []
        for socket in sorted((self.folder / "state" / "workers").glob("*.sock")):
            series = json.loads(control(socket, "/metrics"))["ecluse_requests_total"]
            found.append(sum(value for _, value in series))
        return found


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--secs", type=int, default=4)
    parser.add_argument("--share", type=int, default=0, help="percent of a core that each worker may use; 0: no limit")
    parser.add_argument("--durability", default="write", choices=("fsync", "write", "async"))
    arguments = parser.parse_args()
    if not RIG.exists():
        print(f"the measuring rig isn't here ({RIG}): nothing measured")
        return 0
    (ROOT / "build").mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workers-", dir=ROOT / "build")))
        for name in ("mock", "loadgen"):
            subprocess.run(["gcc", "-O2", "-w", "-o", folder / name, RIG / f"{name}.c", "-lm"], check=True)
        stack.enter_context(running([str(folder / "mock"), "-p", str(VENDOR)]))
        bodies = write_bodies(folder)
        sides = [stack.enter_context(started(folder, n, 19080 + n, arguments.durability)) for n in (1, 2)]
        for side in sides:
            print(f"{side.workers} worker(s): serves after {side.start_seconds:.1f} s; at rest {memory(side)}")
            if arguments.share:
                stack.enter_context(limited(side, arguments.share))
        for _ in range(arguments.rounds):
            for side in sides:
                run(side, folder, bodies, arguments.secs)
        summary(sides, arguments.share)
    return 0


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process for as long as the block."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


@contextmanager
def started(folder: Path, workers: int, port: int, durability: str) -> Iterator[Side]:
    """A gateway with the starter bundle, and a key."""
    home = folder / f"workers{workers}"
    home.mkdir()
    settings = install(
        home, vendor=f"http://127.0.0.1:{VENDOR}/v1", port=port, durability=durability, metrics=port + 100
    )
    config = home / "config.yaml"
    text = config.read_text().replace("server: {", f"server: {{workers: {workers}, ")
    config.write_text(text.replace("organisation: bench", "organisation: bench\nlimits: {drain_seconds: 3}"))
    settings.state_dir.mkdir(parents=True)
    store = KeyStore.open(settings.keys_file, Keyring.load(settings.keyring.dir), settings.organisation)
    key = store.issue(KeyGrant(user="load", team="bench"), datetime.now(UTC))[1]
    begun = time.monotonic()
    command = [sys.executable, "-m", "gateway.cli.main", "serve", "--config", str(config)]
    with running(command) as process:
        assert process.stdout is not None
        while b"serves at" not in (line := process.stdout.readline()):
            assert line, "it didn't start"
        seconds = time.monotonic() - begun
        time.sleep(2)
        yield Side(workers, port, home, key, process, seconds)


def write_bodies(folder: Path) -> list[str]:
    """Requests of 2 KB; `########` becomes a counter on the wire, so that each is new."""
    chance = random.Random(7)
    words = (
        "merci de relire le rapport trimestriel et les principaux risques pour la direction including budget".split()
    )
    found = []
    for number in range(48):
        text = "Dossier ######## : " + " ".join(chance.choice(words) for _ in range(280))[:1800]
        ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], "max_tokens": 256}
        path = folder / f"body.{number}"
        path.write_text(json.dumps(ask, ensure_ascii=False))
        found.append(str(path))
    return found


def run(side: Side, folder: Path, bodies: list[str], seconds: int) -> None:
    """One round."""
    command = [
        str(folder / "loadgen"),
        "-u",
        f"127.0.0.1:{side.port}",
        "-v",
        "-c",
        str(CONNECTIONS),
        "-t",
        str(seconds),
    ]
    command += ["-w", "1", "-H", f"Authorization: Bearer {side.key}"]
    for body in bodies:
        command += ["-b", body]
    before = cpu_seconds(side.process.pid)
    result = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=seconds + 60).stdout)
    spent = cpu_seconds(side.process.pid) - before
    side.bad += result["non2xx"] + result["err"]
    side.runs.append((result["rps"], spent / max(result["rps"] * (seconds + 1), 1) * 1e6))


def summary(sides: list[Side], share: int) -> None:
    """The table."""
    print(
        f"\nrequests of 2 KB, {CONNECTIONS} connections, " + (f"{share} % of a core a worker" if share else "no limit")
    )
    speeds = []
    for side in sides:
        speed, cpu = (statistics.median(one) for one in zip(*side.runs, strict=True))
        speeds.append(speed)
        print(f"  {side.workers} worker(s) {speed:8.0f} requests/s {cpu:8.0f} us of CPU a request   bad {side.bad}")
    shares = sides[-1].served()
    print(f"  two are {speeds[1] / speeds[0]:.2f} times one; calls of each of the two: {shares}")


@contextmanager
def limited(side: Side, share: int) -> Iterator[None]:
    """Each worker with its ledger's process in a group of its own with its part of a core."""
    groups = []
    try:
        for number, worker in enumerate(side.serving()):
            group = CGROUP / f"ecluse-bench-{side.workers}-{number}"
            group.mkdir()
            groups.append(group)
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(PERIOD_US * share // 100))
            for process in tree(worker):
                (group / "cgroup.procs").write_text(str(process))
        yield
    finally:
        for group in groups:
            for process in (group / "cgroup.procs").read_text().split():
                (CGROUP / "cgroup.procs").write_text(process)
            group.rmdir()


def control(socket: Path, path: str) -> bytes:
    """What a control socket answers."""
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://control") as client:
        return client.get(path).content


def tree(process: int) -> list[int]:
    """A process and all below it."""
    found, todo = [], [process]
    while todo:
        one = todo.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").iterdir():
            todo += [int(child) for child in (task / "children").read_text().split()]
    return found


def cpu_seconds(process: int) -> float:
    """Of a process and all below it."""
    total = 0
    for one in tree(process):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory(side: Side) -> str:
    """Resident memory by kind of process."""
    serving = set(side.serving())
    kinds: dict[str, list[float]] = {}
    for one in tree(side.process.pid):
        command = Path(f"/proc/{one}/cmdline").read_text()
        kind = "simulators" if "adapters.vendors.simulator" in command else "ledger"
        kind = "serving" if one in serving else "supervisor" if one == side.process.pid else kind
        size = next(line for line in Path(f"/proc/{one}/status").read_text().splitlines() if line.startswith("VmRSS"))
        kinds.setdefault(kind, []).append(int(size.split()[1]) / 1024)
    return ", ".join(f"{kind} {' + '.join(f'{mb:.0f}' for mb in sizes)} MB" for kind, sizes in sorted(kinds.items()))


if __name__ == "__main__":
    sys.exit(main())
