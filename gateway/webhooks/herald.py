"""From the log to whoever is told: picks what webhooks are told of, once for all workers, never too often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from gateway.state.claims import Claims
from gateway.webhooks.formats import written
from gateway.webhooks.notices import NOTICES, Message, Value, wanted
from gateway.webhooks.pacing import Pacing
from observability.ledger import uuid7

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from gateway.config.webhooks import WebhookSettings
    from gateway.state.claims import Board
    from gateway.webhooks.sender import Webhooks

CLAIMED = 10
"""Seconds in which what several workers see is one thing."""
TEST = "webhook.test"
TOLD_BY_OTHERS = frozenset({"quota.soft"})
"""Events that somebody tells with more facts than the log has, and after a claim of their own."""


class Herald:
    """Tells the receivers of one process. now: the wall clock. monotonic: seconds."""

    def __init__(
        self,
        settings: Settings,
        webhooks: Webhooks,
        board: Board,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        pacing: Pacing | None = None,
    ) -> None:
        self._webhooks, self._now, self._monotonic = webhooks, now, monotonic
        self._claims = Claims(board, 2 * settings.shared.poll_seconds + 0.2)
        self._pacing = pacing or Pacing()
        self._organisation, self._language = settings.organisation, settings.server.language

    def use(self, settings: Settings, off: Collection[str] = ()) -> None:
        """The receivers and the language in force. Raises OSError for a CA bundle that can't be read, but for those
        that are `off`."""
        self._webhooks.use(settings.webhooks, off)
        self._organisation, self._language = settings.organisation, settings.server.language

    async def close(self) -> None:
        """Ends sending; what waits is given up."""
        await self._webhooks.close()

    def heard(self, event: str, facts: Mapping[str, Value]) -> None:
        """The log said something. Never waits."""
        if event in NOTICES and event not in TOLD_BY_OTHERS and self._webhooks.any and _in_loop():
            self.tell(event, facts)

    def tell(self, event: str, facts: Mapping[str, Value]) -> None:
        """Tells of an event of the table, soon."""
        message, now = Message(event, self._now(), facts), self._now().timestamp()
        if not message.notice.everywhere:
            self._offer(message)
            return
        key = f"notice/{message.subject}/{event}/{int(now // CLAIMED)}"
        self._claims.first(key, 2.0 * CLAIMED, now, lambda: self._offer(message), again=True)

    async def try_out(self, name: str = "") -> dict[str, str]:
        """Sends a test to one receiver, or to all; by receiver what became of it: sent, refused, failed."""
        message, id_ = Message(TEST, self._now(), {}), uuid7()

        def body(receiver: WebhookSettings) -> bytes | None:
            return self._written(message, id_, receiver) if name in ("", receiver.name) else None

        return await self._webhooks.at_once(body)

    def tick(self) -> None:
        """Once a second: what was held and is due."""
        for message in self._pacing.due(self._monotonic()):
            self._send(message)

    def _offer(self, message: Message) -> None:
        said = self._pacing.offer(message, self._monotonic())
        if said is not None:
            self._send(said)

    def _send(self, message: Message) -> None:
        id_ = uuid7()

        def body(receiver: WebhookSettings) -> bytes | None:
            return self._written(message, id_, receiver) if wanted(message.event, receiver.events) else None

        self._webhooks.send(body)

    def _written(self, message: Message, id_: str, receiver: WebhookSettings) -> bytes:
        return written(receiver.format, message, id_, self._organisation, receiver.language or self._language)


def _in_loop() -> bool:
    """Messages are sent by the loop; what is said where none runs (the very start, a thread) is in the log alone."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
