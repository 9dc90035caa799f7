"""Hot reload: a new pair is built beside the old one and swapped in whole, or refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.bundle.last_good import keep
from gateway.bundle.pair import load_pair
from gateway.epoch import Epoch
from gateway.warm import warm_up
from observability.ledger import Event

if TYPE_CHECKING:
    from gateway.runtime import Runtime

FIXED = ("server", "state_dir", "ledger", "keyring", "simulator", "organisation")
"""Settings that a running process can't change: they take a restart."""


def reload(runtime: Runtime, config: Path, simulators: Mapping[str, str]) -> tuple[str, list[str]]:
    """Takes the files as they are now; gives the new revision and what needs a restart.

    Raises DocumentsRefused, and OSError for a CA bundle that can't be read; then all stays as it was.
    """
    old = runtime.epoch
    pair = load_pair(config, serving=True, previous=old.pair, simulators=simulators)
    later = [name for name in FIXED if getattr(pair.settings, name) != getattr(old.pair.settings, name)]
    epoch = Epoch.of(pair)
    warm_up(epoch, runtime.now())
    runtime.transport.use([upstream.endpoint for upstream in epoch.upstreams.values()])
    runtime.epoch = epoch
    runtime.files.use(pair.settings.files)
    runtime.quotas.replace_limits(pair.settings.quotas)
    now = runtime.monotonic()
    for exchange in runtime.live:
        exchange.outdated = exchange.outdated or now
    try:
        keep(pair)
    except OSError:
        runtime.measure.log.event("last_good.not_kept", level="error", config=pair.revision)
    runtime.measure.loaded(pair, runtime.now().timestamp())
    runtime.measure.reloaded(ok=True)
    runtime.ledger.post(
        Event(at=runtime.now(), event="reload", detail={"from": old.pair.revision, "to": pair.revision})
    )
    return pair.revision, later
