"""The store that workers and replicas share, as it is configured, and what is told of how it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.state.board_sqlite import TABLES, SqliteBoard
from gateway.state.follower import Follower
from gateway.state.owners import Owners
from gateway.state.sqlite import SqliteLink

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from gateway.config.settings import Settings
    from gateway.identity.keyring import Keyring
    from gateway.measure import Measure
    from gateway.state.board import Board


def follow(settings: Settings, keyring: Keyring, measure: Measure) -> Follower:
    """This worker's end of the board; nothing is connected yet."""
    shared, watch = settings.shared, StoreWatch(measure)
    follower = Follower(
        _board(settings, watch),
        keyring.pepper,
        watch,
        poll_seconds=shared.poll_seconds,
        stale_seconds=shared.stale_seconds,
    )
    measure.metrics.watch("ecluse_store_age_seconds", (), lambda: min(follower.age, _LONG_AGO))
    measure.metrics.watch("ecluse_store_lost_total", (), lambda: float(follower.lost))
    return follower


def unshared(settings: Settings, name: str) -> Path | None:
    """A file of this machine's own for what the store would keep, where there is none."""
    return settings.state_dir / name if settings.shared.store == "memory" else None


MOST_OWNED = 500_000
"""Things that vendors keep of which one machine knows the owner; those that end first are forgotten."""


def open_owners(settings: Settings, keyring: Keyring, measure: Measure, now: Callable[[], datetime]) -> Owners:
    """The table of what vendors keep for whom: in the store that replicas share, and in a file of this machine."""
    shared, watch = settings.shared, StoreWatch(measure)

    def clock() -> float:
        return now().timestamp()

    file = settings.state_dir / "owners.db"
    own = SqliteBoard(
        SqliteLink(file, seconds=shared.timeout_seconds, tables=TABLES, said=watch.damaged), clock, MOST_OWNED
    )
    board = _board(settings, watch) if shared.store == "redis" else None
    return Owners([own] if board is None else [board, own], keyring.findings, keyring.pepper, clock)


def _board(settings: Settings, watch: StoreWatch) -> Board | None:
    shared = settings.shared
    if shared.store == "sqlite":
        file = settings.shared_file
        return SqliteBoard(SqliteLink(file, seconds=shared.timeout_seconds, tables=TABLES, said=watch.damaged))
    if shared.store == "redis":
        # Only where it is needed: the package takes 5 MB of every worker.
        from gateway.state.board_redis import RedisBoard
        from gateway.state.redis import RedisLink

        assert shared.url is not None, "the configuration was refused without it"
        return RedisBoard(RedisLink(shared.url.reveal(), seconds=shared.timeout_seconds), shared.prefix)
    return None


class StoreWatch:
    """Counts what the store does wrong, and says in the log when that begins and when it ends."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._failing = ""

    def store_failed(self, reason: str) -> None:
        """A question wasn't answered."""
        self._measure.metrics.inc("ecluse_store_failures_total", (reason,))
        if reason != self._failing:
            self._measure.log.event("store.failed", reason=reason)
        self._failing = reason

    def store_answered(self) -> None:
        """A question was answered."""
        if self._failing:
            self._measure.log.event("store.back", reason=self._failing)
            self._failing = ""

    def store_forged(self, count: int) -> None:
        """Facts came without a proof: of another installation under the same prefix, or of somebody else."""
        self._measure.metrics.inc("ecluse_store_forged_total", (), float(count))
        self._measure.log.event("store.forged", count=count)

    def fault(self, bug: Exception) -> None:
        """A fact that can't be used."""
        self._measure.log.fault(bug)

    def damaged(self, aside: Path) -> None:
        """The file was damaged and was set aside."""
        self._measure.log.event("store.damaged", file=aside.name)


_LONG_AGO = 1e6
