"""The certificate as `ecluse check` judges it: before a start, or after a renewal that was not taken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.tls.contexts import context
from gateway.tls.material import TlsRefused, exposed, judged, read

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.config.tls import TlsSettings

SOON = timedelta(days=14)


def checked(settings: TlsSettings, now: datetime) -> tuple[TlsRefused | None, tuple[str, ...]]:
    """What is wrong with the files, and notes of what works but needs attention; neither where TLS is off."""
    if not settings.on:
        return None, ()
    try:
        material = read(settings)
        validity = judged(material)
        context(material, settings, lambda _: None)
    except TlsRefused as refused:
        return refused, ()
    notes = [*validity.notes]
    if (open_to_all := exposed(settings)) is not None:
        notes.append(open_to_all)
    if now < validity.ends <= now + SOON:
        notes.append(f"server.tls.certificate: ends on {validity.ends:%Y-%m-%d %H:%M} UTC, which is soon")
    return validity.refused(now), tuple(notes)
