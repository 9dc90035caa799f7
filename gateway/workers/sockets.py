"""Who takes connections from which socket: each worker from its own, and from those of slots that can't for now."""

from __future__ import annotations

from collections.abc import Mapping


def sockets_by_worker(slots: int, workers: Mapping[int, bool]) -> dict[int, frozenset[int]]:
    """The sockets of each worker, by slot. workers: those that live, and whether each may be sent calls.

    Every socket has exactly one taker for as long as any worker lives: the kernel puts connections into all of them.
    Where none may be sent calls, each keeps its own, to say so.
    """
    takers = sorted(slot for slot, ready in workers.items() if ready) or sorted(workers)
    if not takers:
        return {}
    found: dict[int, set[int]] = {slot: set() for slot in workers}
    for slot in range(slots):
        own = slot if slot in takers else min(takers, key=lambda one: (len(found[one] | {one}), one))
        found[own].add(slot)
    return {slot: frozenset(taken) for slot, taken in found.items()}
