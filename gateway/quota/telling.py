"""Where a passed soft limit is told: metric, log, ledger, and the company's own addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gateway.quota.soft import SoftLimits
from observability.ledger import Event

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from gateway.measure import Measure
    from gateway.state.claims import Board
    from gateway.webhooks.herald import Herald
    from observability.ledger import Ledger


def soft_limits(
    settings: Settings, board: Board, measure: Measure, ledger: Ledger, herald: Herald, now: Callable[[], datetime]
) -> SoftLimits:
    """The soft limits of one worker. A claim is settled when every worker has asked the store twice."""

    def tell(message: Mapping[str, Any]) -> None:
        measure.quota_warned(message)
        detail = {name: value for name, value in message.items() if name not in ("event", "at", "organisation")}
        ledger.post(Event(at=now(), event=message["event"], detail=detail))
        try:
            herald.tell(message["event"], detail)
        except Exception as bug:  # noqa: BLE001 - a call that passes its soft limit must not pay for the news of it
            measure.bug_beside(bug)

    found = SoftLimits(board, tell, 2 * settings.shared.poll_seconds + 0.2)
    found.use(settings.quotas, settings.prices.currency)
    return found
