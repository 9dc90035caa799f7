"""What a start connects: vendors, webhooks, the collector. None of them keeps the others from being served."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config.authorities import bundles, untrusted

if TYPE_CHECKING:
    from adapters.transport import Transport
    from gateway.epoch import Epoch
    from gateway.measure import Measure
    from gateway.tracing.tracing import Tracing
    from gateway.webhooks.herald import Herald


def connect(epoch: Epoch, transport: Transport, herald: Herald, tracing: Tracing, measure: Measure) -> None:
    """Takes the settings of a first epoch, but for those whose authorities are no good any more, which are said: the
    load refused them unless they went bad since they came into force.

    What is sent to such a vendor or webhook fails, until its file is there again; traces are off until a reload. Nobody
    is ever held against other authorities instead.
    """
    settings = epoch.pair.settings
    bad = {place for place, file in bundles(settings) if untrusted(file) is not None}
    endpoints = [one.endpoint for name, one in epoch.upstreams.items() if f"vendors.{name}" not in bad]
    transport.use(endpoints)
    herald.use(settings, {name for name in settings.webhooks if f"webhooks.{name}" in bad})
    tracing.use(replace(settings.tracing, endpoint=None) if "tracing" in bad else settings.tracing)
    for place in sorted(bad):
        measure.log.event("authorities.bad", where=place)
