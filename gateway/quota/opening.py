"""The quotas of one worker as they are configured: with the store that shares them, or by itself."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.quota.accounts import Accounts
from gateway.quota.keeper import Keeper
from gateway.quota.leases import LeaseBook
from gateway.quota.quotas import Quotas
from gateway.quota.tills.sqlite import TABLES, SqliteTill
from gateway.sharing import StoreWatch
from gateway.state.sqlite import SqliteLink

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from gateway.measure import Measure
    from gateway.quota.keeper import Till
    from gateway.state.redis import RedisLink


@dataclass(frozen=True, slots=True)
class Opened:
    """The quotas, and who asks for more of them: nobody where no other worker shares them."""

    quotas: Quotas
    keeper: Keeper | None = None
    link: RedisLink | SqliteLink | None = None

    @property
    def barred(self) -> bool:
        """Whether the store is there and grants nothing, so that calls under limits are turned away."""
        return self.keeper is not None and self.keeper.book.barred

    async def run(self) -> None:
        """Asks beside the calls, until cancelled."""
        if self.keeper is not None:
            await self.keeper.run()

    async def close(self) -> None:
        """Gives back what isn't used, when nothing is served any more."""
        if self.keeper is not None:
            await self.keeper.close()
        if self.link is not None:
            await self.link.close()


def open_quotas(settings: Settings, secret: bytes, worker: str, measure: Measure) -> Opened:
    """Nothing is connected yet. secret: the same for all workers. worker: its name, told to the store."""
    shared = settings.shared
    whole = shared.store == "memory"
    accounts = Accounts(settings.quotas, settings.organisation, secret, whole=whole)
    if whole:
        return Opened(Quotas(accounts, time.time, overrun=measure.overrun))
    # Another name at each start: what was granted to the process before this one isn't known here.
    book = LeaseBook(f"{worker}-{secrets.token_hex(6)}", accounts, shared.lease_seconds)
    till, link = _till(settings, measure)
    keeper = Keeper(book, till, measure, replicas=settings.processes)
    return Opened(Quotas(accounts, keeper.unix, keeper, measure.overrun), keeper, link)


def _till(settings: Settings, measure: Measure) -> tuple[Till, RedisLink | SqliteLink]:
    shared = settings.shared
    if shared.store == "redis":
        # Only where it is needed: the package takes 5 MB of every worker.
        from gateway.quota.tills.redis import RedisTill
        from gateway.state.redis import RedisLink as Link

        assert shared.url is not None, "the configuration was refused without it"
        link = Link(shared.url.reveal(), seconds=shared.timeout_seconds, most=1)
        return RedisTill(link, shared.prefix, shared.lease_seconds), link
    file, watch = settings.shared_file, StoreWatch(measure)
    sqlite = SqliteLink(file, seconds=shared.timeout_seconds, tables=TABLES, said=watch.damaged)
    return SqliteTill(sqlite, file, shared.lease_seconds), sqlite
