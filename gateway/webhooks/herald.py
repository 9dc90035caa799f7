"""From the log to whoever is told: picks what webhooks are told of, once for all workers, never too often."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from gateway.state.claims import Claims
from gateway.webhooks.formats import written
from gateway.webhooks.notices import NOTICES, Message, Value, wanted
from gateway.webhooks.pacing import QUIET, SAME, Pacing
from gateway.webhooks.stories import Stories, Told
from observability.ledger import uuid7

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from gateway.config.webhooks import WebhookSettings
    from gateway.state.claims import Board
    from gateway.webhooks.sender import Webhooks

TEST = "webhook.test"
TOLD_BY_OTHERS = frozenset({"quota.soft"})
"""Events that somebody tells with more facts than the log has, and after a claim of their own."""


@dataclass(slots=True)
class _Waiting:
    """Something that happened so many times, and the latest of it."""

    message: Message
    times: int = 1


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
    ) -> None:
        self._webhooks, self._now, self._monotonic = webhooks, now, monotonic
        self._claims = Claims(board, 2 * settings.shared.poll_seconds + 0.2)
        self._stories = Stories(board, QUIET, lambda: now().timestamp())
        self._pacing = Pacing(elsewhere=self._stories.of)
        self._waiting: dict[str, deque[_Waiting]] = {}
        """By subject what came of it, in its order; of the first it isn't known yet who tells."""
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
        message = Message(event, self._now(), facts)
        if not message.notice.everywhere:
            self._offer(message)
            return
        waiting = self._waiting.setdefault(message.subject, deque())
        if len(waiting) > 1 and waiting[-1].message.event == event:
            waiting[-1].message = message
            waiting[-1].times += 1
            return
        waiting.append(_Waiting(message))
        if len(waiting) == 1:
            self._next(message.subject)

    async def try_out(self, name: str = "") -> dict[str, str]:
        """Sends a test to one receiver, or to all; by receiver what became of it: sent, refused, failed."""
        message, id_ = Message(TEST, self._now(), {}), uuid7()

        def body(receiver: WebhookSettings) -> bytes | None:
            return self._written(message, id_, receiver) if name in ("", receiver.name) else None

        return await self._webhooks.at_once(body)

    def tick(self) -> None:
        """Once a second: what was held and is due."""
        now = self._monotonic()
        for message in self._pacing.due(now):
            say = partial(self._say, message, self._pacing.told(message, now))
            if message.notice.everywhere:  # the others hold it as well
                key = f"notice/{message.subject}/{message.event}/due"
                self._claims.first(key, 2 * SAME, self._now().timestamp(), say)
            else:
                say()

    def _next(self, subject: str) -> None:
        """What is no news is held; of what is, it is found out first who tells."""
        waiting = self._waiting[subject]
        while waiting:
            first, now = waiting[0], self._now().timestamp()
            if not self._pacing.hold(first.message, self._monotonic(), first.times):
                key = f"notice/{subject}/{first.message.event}/{int(now // SAME)}"
                told = partial(self._told, subject)
                # Who loses the claim looks again when he knows the story: what is still news then, he tells.
                self._claims.first(key, 2 * SAME, now, told, again=True, otherwise=told)
                return
            waiting.popleft()
        del self._waiting[subject]

    def _told(self, subject: str) -> None:
        first = self._waiting[subject].popleft()
        try:
            self._offer(first.message, first.times)
        finally:
            self._next(subject)

    def _offer(self, message: Message, times: int = 1) -> None:
        now = self._monotonic()
        said = self._pacing.offer(message, now, times)
        if said is not None:
            self._say(said, self._pacing.told(said, now))

    def _say(self, message: Message, story: Told) -> None:
        if message.notice.everywhere:
            self._stories.tell(message.subject, *story)
        self._send(message)

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
