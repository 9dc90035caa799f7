"""What a process of ours takes from the machine, as the kernel tells it (Linux; elsewhere nothing is told)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from observability.metrics import Metrics

_PROC = Path("/proc")
_CPU = "process_cpu_seconds_total"
_GAUGES = (
    "process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_start_time_seconds",
)  # fmt: skip
PROCESS_FAMILIES = (_CPU, *_GAUGES)


class Taken(NamedTuple):
    """cpu: seconds, user and system. memory: resident bytes. most_files: None where nothing bounds them. started: Unix
    time."""

    cpu: float
    memory: int
    open_files: int
    most_files: int | None
    started: float


def taken(pid: int) -> Taken | None:
    """Of a process that lives and is ours; otherwise None."""
    own = _PROC / str(pid)
    try:
        # Its name, in parentheses, may hold spaces and parentheses itself.
        stat = (own / "stat").read_text().rpartition(")")[2].split()
        files, limits = _open_files(own / "fd"), (own / "limits").read_text()
        booted = _booted()
    except OSError:
        return None
    tick = os.sysconf("SC_CLK_TCK")
    return Taken(
        cpu=(int(stat[11]) + int(stat[12])) / tick,
        memory=int(stat[21]) * os.sysconf("SC_PAGE_SIZE"),
        open_files=files,
        most_files=_most_files(limits),
        started=booted + int(stat[19]) / tick,
    )


def show(metrics: Metrics, pids: Mapping[str, int | None]) -> None:
    """Sets what processes take, by name, anew; nothing of one that isn't there."""
    for gauge in _GAUGES:
        metrics.forget(gauge)
    for name, pid in pids.items():
        found = taken(pid) if pid is not None else None
        if found is None:
            continue
        metrics.set(_CPU, (name,), found.cpu)
        for gauge, value in zip(_GAUGES, found[1:], strict=True):
            if value is not None:
                metrics.set(gauge, (name,), float(value))


def _open_files(folder: Path) -> int:
    """Newer kernels (6.2) tell how many as the folder's size; to list thousands takes milliseconds of the loop."""
    return folder.stat().st_size or len(os.listdir(folder))


def _most_files(limits: str) -> int | None:
    line = next((line for line in limits.splitlines() if line.startswith("Max open files")), "")
    soft = line.removeprefix("Max open files").split()[:1]
    return int(soft[0]) if soft and soft[0].isdigit() else None


@cache
def _booted() -> float:
    lines = (_PROC / "stat").read_text().splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith("btime ")), 0.0)
