"""How a number of calls is shared out between classes and teams when there isn't room for all: a pure function."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf


def allot(demand: Mapping[tuple[int, str], float], calls: float, lower: int) -> dict[int, float]:
    """For each class, the most that any one of its teams gets; `inf` where all of the class has room.

    demand: calls wanted by class and team. calls: how many there is room for. lower: percent of it that each class
    below the highest gets before the higher ones take all. The rest goes to the classes in order, and within a class to
    all teams alike: one that wants less than its part leaves the rest to the others.
    """
    wanted: dict[int, list[float]] = {}
    for (rank, _), want in sorted(demand.items()):
        wanted.setdefault(rank, []).append(want)
    kept = {rank: min(sum(wants), calls * lower / 100) for rank, wants in list(wanted.items())[1:]}
    left = max(calls - sum(kept.values()), 0.0)
    levels = {}
    for rank, wants in wanted.items():
        part = min(sum(wants), kept.get(rank, 0.0) + left)
        left -= part - kept.get(rank, 0.0)
        levels[rank] = level(wants, part)
    return levels


def level(wants: list[float], part: float) -> float:
    """The height to which `part` fills vessels that hold `wants`; `inf` where it fills them all."""
    left = part
    for filled, want in enumerate(sorted(wants)):
        vessels = len(wants) - filled
        if want * vessels > left:
            return left / vessels
        left -= want
    return inf
