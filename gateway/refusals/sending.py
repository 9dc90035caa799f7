"""Answers with a refusal: a whole error in the caller's dialect, or an in-band one where the answer had begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.errors import Refusal, whole_seconds
from gateway.http import JSON

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.http import Headers, Responder


async def send(exchange: Exchange, responder: Responder, refusal: Refusal) -> None:
    """Answers with the refusal: a whole error, or an in-band one where the answer had begun."""
    exchange.outcome, exchange.code, exchange.because = refusal.outcome, refusal.code, refusal.because
    exchange.failure = refusal.counted
    words = refusal.message(exchange.pair.settings.server.language)
    dialect = exchange.dialect
    if responder.complete:  # an error after a whole answer would only break it
        await responder.end()
        return
    if responder.started:
        gate = exchange.attempts[-1].gate
        assert gate is not None, "an answer only begins with a reader"
        error = gate.reader.stream_error(
            refusal.kind, words, code=refusal.code, call_id=exchange.call, unsent=gate.unsent
        )
        if error:
            await responder.part(error)
            await responder.end()
        return  # without an end, the connection is closed in mid answer
    body = dialect.error(
        refusal.status, refusal.kind, words, param=refusal.param, code=refusal.code, call_id=exchange.call,
        wait=refusal.wait,
    )  # fmt: skip
    policy = (b"x-ecluse-policy", exchange.pair.bundle.revision.encode())
    responder.whole(refusal.status, [*headers(exchange.call, refusal), policy], body)


def headers(call: str, refusal: Refusal) -> Headers:
    """Headers of a refusal: the call's id under every name that clients look for, and when to come back."""
    name = call.encode()
    found = [JSON, (b"x-ecluse-call-id", name), (b"x-request-id", name), (b"request-id", name)]
    if refusal.retry_after is not None:
        found.append((b"retry-after", b"%d" % whole_seconds(refusal.retry_after)))
    if not refusal.retry:
        found.append((b"x-should-retry", b"false"))
    return found
