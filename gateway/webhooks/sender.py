"""Sends messages one after the other, beside the calls: a receiver that is slow or gone holds nothing up but the queue,
which is bounded."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from adapters.errors import UpstreamError
from adapters.transport import Endpoint
from gateway.config.webhooks import is_url
from gateway.webhooks.signing import headers

if TYPE_CHECKING:
    from adapters.transport import Transport
    from gateway.config.webhooks import WebhookSettings

MOST_WAITING = 1000
"""Messages that wait for a receiver; the oldest are given up."""
TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 120.0
"""Seconds between two tries, doubled each time."""
SECONDS = 10.0
"""Time for one try."""
MOST_ANSWER = 64 * 1024


class Listener(Protocol):
    """Who wants to know what became of messages. result: sent, refused, failed (another try follows), given_up."""

    def webhook(self, name: str, result: str) -> None: ...


class _Message(NamedTuple):
    body: bytes
    tries: int
    due: float


class _Receiver:
    """One address with what waits for it."""

    def __init__(self, settings: WebhookSettings) -> None:
        self.settings = settings
        self.waiting: deque[_Message] = deque()
        self.task: asyncio.Task[None] | None = None
        self._endpoint = Endpoint(
            base_url=settings.url,
            ca_bundle=str(settings.ca_bundle) if settings.ca_bundle else None,
            egress_proxy=settings.egress_proxy,
            connect_seconds=SECONDS / 2,
            first_byte_seconds=SECONDS,
            idle_seconds=SECONDS,
            total_seconds=SECONDS,
            connections=1,
        )

    @property
    def endpoint(self) -> Endpoint:
        """Where it is now: an address that is a secret may be renewed in its place."""
        address = self.settings.address
        if address is not None and (said := address.reveal()) != self._endpoint.base_url and is_url(said):
            self._endpoint = replace(self._endpoint, base_url=said)
        return self._endpoint


class Webhooks:
    """The receivers of one process: the webhooks of the configuration that something can be sent to.

    transport: used for nothing else, and closed with it. monotonic: seconds. now: Unix time.
    """

    def __init__(
        self,
        transport: Transport,
        listener: Listener,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], float] = lambda seconds: seconds * random.uniform(0.5, 1.0),  # noqa: S311 - no secret
    ) -> None:
        self._transport = transport
        self._listener = listener
        self._monotonic, self._now, self._pause = monotonic, now, pause
        self._receivers: dict[str, _Receiver] = {}

    def use(self, webhooks: Mapping[str, WebhookSettings], off: Collection[str] = ()) -> None:
        """The receivers of the configuration in force. What waits for one that is gone is given up.

        Raises OSError for a CA bundle that can't be read; then all stays as it was. off: those whose bundle may be so;
        what is sent to them fails as long as it is.
        """
        known = self._receivers
        kept = {
            name: known[name] if name in known and _same(known[name].settings, wanted) else _Receiver(wanted)
            for name, wanted in webhooks.items()
            if wanted.sends
        }
        self._transport.use([receiver.endpoint for name, receiver in kept.items() if name not in off])
        for name, old in known.items():
            if kept.get(name) is not old:
                self._end(name, old)
        self._receivers = kept

    @property
    def any(self) -> bool:
        """Whether there is anybody to tell."""
        return bool(self._receivers)

    def send(self, written: Callable[[WebhookSettings], bytes | None]) -> None:
        """Queues a message for every receiver, as it is written for each; None: not for that one. Never waits."""
        for name, receiver in self._receivers.items():
            body = written(receiver.settings)
            if body is None:
                continue
            if len(receiver.waiting) >= MOST_WAITING:
                receiver.waiting.popleft()
                self._listener.webhook(name, "given_up")
            receiver.waiting.append(_Message(body, 0, 0.0))
            if receiver.task is None or receiver.task.done():
                receiver.task = asyncio.get_running_loop().create_task(self._serve(name, receiver))

    async def at_once(self, written: Callable[[WebhookSettings], bytes | None]) -> dict[str, str]:
        """Sends a message past the queues, once; by receiver what became of it: sent, refused, failed."""
        bodies = [(name, one, body) for name, one in self._receivers.items() if (body := written(one.settings))]
        results = await asyncio.gather(*(self._tried(one, body) for _, one, body in bodies))
        return {name: result for (name, _, _), result in zip(bodies, results, strict=True)}

    async def close(self) -> None:
        """Ends sending; what waits is given up."""
        for name, receiver in self._receivers.items():
            self._end(name, receiver)
        await self._transport.__aexit__(None, None, None)

    def _end(self, name: str, receiver: _Receiver) -> None:
        if receiver.task is not None:
            receiver.task.cancel()
        for _ in receiver.waiting:
            self._listener.webhook(name, "given_up")
        receiver.waiting.clear()

    async def _serve(self, name: str, receiver: _Receiver) -> None:
        """Works the queue of one receiver off."""
        while receiver.waiting:
            message = receiver.waiting[0]
            await asyncio.sleep(max(message.due - self._monotonic(), 0.0))
            result = await self._tried(receiver, message.body)
            if not receiver.waiting or receiver.waiting[0] is not message:
                continue  # it was given up meanwhile
            receiver.waiting.popleft()
            if result == "failed":
                if message.tries + 1 < TRIES:
                    wait = min(FIRST_PAUSE * 2**message.tries, LONGEST_PAUSE)
                    due = self._monotonic() + self._pause(wait)
                    receiver.waiting.appendleft(_Message(message.body, message.tries + 1, due))
                else:
                    result = "given_up"
            self._listener.webhook(name, result)

    async def _tried(self, receiver: _Receiver, body: bytes) -> str:
        """One try. An answer that says the message itself is wrong isn't tried again."""
        secret, endpoint = receiver.settings.secret, receiver.endpoint
        signed = headers(secret.reveal() if secret is not None else None, int(self._now()), body)
        try:
            answer = await self._transport.send(endpoint, "POST", "", signed, body)
            try:
                await answer.read(MOST_ANSWER)
            finally:
                answer.close()
        except UpstreamError as error:
            return "refused" if error.status is not None and 300 <= error.status < 400 else "failed"
        if answer.status < 300:
            return "sent"
        return "failed" if answer.status in (408, 425, 429) or answer.status >= 500 else "refused"


def _same(one: WebhookSettings, other: WebhookSettings) -> bool:
    """Whether a reload left a receiver as it was: a secret that was renewed in its place is read again anyway."""
    alike = all(
        (a.reference if a else None) == (b.reference if b else None)
        for a, b in ((one.secret, other.secret), (one.address, other.address))
    )
    return alike and replace(one, secret=other.secret, address=other.address) == other
