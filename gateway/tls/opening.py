"""The certificate of a serving process, known to its metrics and its log."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from gateway.tls.certificates import Certificates
from gateway.tls.handing import taken

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.config.settings import Settings
    from gateway.measure import Measure
    from gateway.runtime import Runtime
    from gateway.workers.station import Station

LISTENER = "data"
"""The only one that speaks TLS."""


def open_certificates(
    settings: Settings, station: Station, measure: Measure, now: Callable[[], datetime]
) -> Certificates | None:
    """None where the data listener speaks plain HTTP. Raises TlsRefused."""
    found = Certificates.of(settings.server.tls, measure.handshake_failed, now, taken(station.tls))
    if found is not None:

        def tell(of: Certificates) -> None:
            ends = of.validity.ends
            code = of.refused.code if of.refused is not None else ""
            measure.certificate(LISTENER, ends.timestamp(), round((ends - now()).total_seconds() / 86400, 1), code)

        found.told = tell
        tell(found)
    return found


def keeping(runtime: Runtime) -> Iterator[Coroutine[Any, Any, None]]:
    """What looks for renewals, where there is a certificate."""
    if runtime.certificates is not None:
        yield runtime.certificates.keep(runtime.measure.bug_beside)
