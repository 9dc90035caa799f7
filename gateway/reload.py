"""Hot reload: a new pair is built beside the old one and swapped in whole, or refused whole."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gateway import provenance
from gateway.bundle.last_good import keep
from gateway.bundle.pair import Pair, load_pair
from gateway.bundle.source import look
from gateway.config.authorities import bundles, untrusted
from gateway.config.changes import changed
from gateway.documents import DocumentsRefused
from gateway.epoch import Epoch
from gateway.in_force import tell
from gateway.signing import warm
from gateway.warm import warm_up

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from gateway.runtime import Runtime

FIXED = ("server", "state_dir", "ledger", "keyring", "shared", "simulator", "organisation")
"""Where the settings are that a running process can't change, all but a few: they take a restart."""

# A thread that computes lets the loop wait for the interpreter's lock this long at most, not for the usual 5 ms.
_SHORT_TURN = 0.0005


class Reloaded(NamedTuple):
    """What a reload brought. was, revision: of the pair before and now. bundle: revision of the bundle now.

    files: of its files alone, where it is signed. later: settings that need a restart.
    """

    was: str
    revision: str
    bundle: str
    files: str | None
    later: tuple[str, ...]


class NotPrepared(Exception):
    """What is to be taken was not prepared here; its words are for the operator."""


class Reloader:
    """Reloads of one gateway, one after the other however many ask at once."""

    def __init__(self, runtime: Runtime, config: Path, simulators: Mapping[str, str]) -> None:
        self._runtime, self._config, self._simulators = runtime, config, simulators
        self._one_at_a_time = asyncio.Lock()
        self._prepared: Epoch | None = None

    async def reload(self, by: str = "control") -> Reloaded:
        """Takes the files as they are now. The pair is built in a thread while calls go on; the loop only swaps it.

        by: who asked, for the record. Raises DocumentsRefused, and OSError for a CA bundle that was taken away since it
        was read; then all stays as it was.
        """
        async with self._one_at_a_time:
            return await self._take(await self._build(by), by)

    async def prepare(self, by: str = "control") -> str:
        """Builds the pair of the files as they are now and holds it ready, out of force; its revision. Raises likewise.

        Of several workers all prepare before any takes, so that one that refuses keeps the others from it.
        """
        async with self._one_at_a_time:
            self._prepared = await self._build(by)
            return self._prepared.pair.revision

    async def take(self, revision: str, by: str = "control") -> Reloaded:
        """Brings into force what was prepared. Raises NotPrepared and likewise."""
        async with self._one_at_a_time:
            epoch, self._prepared = self._prepared, None
            if epoch is None or epoch.pair.revision != revision:
                raise NotPrepared(f"revision {revision} was not prepared")
            return await self._take(epoch, by)

    def drop(self) -> None:
        """Forgets what was prepared."""
        self._prepared = None

    async def _build(self, by: str) -> Epoch:
        try:
            with _short_turns():
                return await asyncio.to_thread(self._built, self._runtime.epoch.pair)
        except (DocumentsRefused, OSError) as refused:
            self._refused(by, refused)
            raise

    async def _take(self, epoch: Epoch, by: str) -> Reloaded:
        runtime, old = self._runtime, self._runtime.epoch.pair
        try:
            self._connect(epoch)
        except OSError as failed:
            with suppress(OSError):  # one of those that were in force was taken away meanwhile
                self._connect(runtime.epoch)
            refused = _named(epoch.pair.settings, failed)
            self._refused(by, refused)
            raise refused from None
        _swap(runtime, epoch)
        warm(epoch)
        _tell(runtime, old, by)
        if runtime.station.first and not await asyncio.to_thread(_kept, epoch.pair):
            runtime.measure.log.event("last_good.not_kept", config=epoch.pair.revision)
        later = changed(old.settings, epoch.pair.settings, FIXED)
        return Reloaded(
            old.revision, epoch.pair.revision, epoch.pair.bundle.revision, provenance.signed_files(epoch.pair), later
        )

    def _connect(self, epoch: Epoch) -> None:
        """What has connections takes the settings of an epoch; the webhooks last, since what waits for one that is
        gone is lost. Raises OSError for a CA bundle that can't be read."""
        runtime, settings = self._runtime, epoch.pair.settings
        runtime.transport.use([upstream.endpoint for upstream in epoch.upstreams.values()])
        runtime.tracing.use(settings.tracing)
        runtime.herald.use(settings)

    def _refused(self, by: str, refused: Exception) -> None:
        provenance.not_loaded(self._runtime, by, refused)

    def changed(self) -> bool:
        """Whether the files differ from those in force."""
        pair = self._runtime.epoch.pair
        return look(self._config, pair.settings.bundle) != pair.seen

    def _built(self, old: Pair) -> Epoch:
        runtime = self._runtime
        pair = load_pair(
            self._config,
            serving=True,
            previous=old,
            simulators=self._simulators,
            today=lambda: runtime.now().date(),
        )
        epoch = Epoch.of(pair)
        warm_up(epoch, runtime.now())
        return epoch


def _named(settings: Settings, failed: OSError) -> OSError:
    """The same with the settings whose files went bad since they were read."""
    said = [f"{place}.ca_bundle: {wrong}" for place, file in bundles(settings) if (wrong := untrusted(file))]
    return OSError("; ".join(said)) if said else failed


def _swap(runtime: Runtime, epoch: Epoch) -> None:
    """The whole of what the loop does: a call begins either before it or after it."""
    settings, same = epoch.pair.settings, epoch.pair.revision == runtime.epoch.pair.revision
    runtime.epoch = epoch
    runtime.files.use(settings.files)
    runtime.health.use(settings.health, epoch.credentials())
    runtime.retries.share = settings.health.retry_share
    runtime.quotas.replace_limits(settings.quotas)
    runtime.soft.use(settings.quotas, settings.prices.currency)
    runtime.capacity.use(settings)
    runtime.measure.log.use(settings.logging.level, settings.logging.calls)
    runtime.router.use(settings)
    now = runtime.monotonic()
    for exchange in () if same else runtime.live:
        exchange.outdated = exchange.outdated or now


def _tell(runtime: Runtime, old: Pair, by: str) -> None:
    runtime.measure.loaded(runtime.epoch.pair, runtime.now().timestamp())
    runtime.measure.reloaded(ok=True, by=by)
    provenance.loaded(runtime, old, by)
    tell(runtime)


def _kept(pair: Pair) -> bool:
    """Whether the disk took it. In a thread: the loop alone writes to the log."""
    try:
        keep(pair)
    except OSError:
        return False
    return True


@contextmanager
def _short_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SHORT_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
