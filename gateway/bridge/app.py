"""What the bridge answers on its socket: chat completions and embeddings, and that it is alive."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from adapters.vendors.litellm import ASKED, PATHS, Asked
from gateway.bridge import answers, failures, parameters
from gateway.bridge.parameters import Refused
from gateway.bridge.way_out import SENDING, Sending
from gateway.errors import Refusal
from gateway.http import JSON, ClientGone, Request, Responder

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Protocol

    from gateway.bridge.failures import Failure
    from gateway.http import Receive, Scope, Send

    class Calls(Protocol):
        """litellm as the bridge uses it."""

        @property
        def known(self) -> Collection[str]: ...
        async def chat(self, asked: Asked, secret: str, parameters: Mapping[str, Any]) -> Any: ...
        async def embeddings(self, asked: Asked, secret: str, parameters: Mapping[str, Any]) -> Any: ...


MOST_BODY, BODY_SECONDS = 256 << 20, 60.0  # the gateway has bounded it already
_STREAM = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


class BridgeApp:
    """Plain ASGI. A caller that leaves ends his call, at the vendor too. under_way: calls now."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        request, responder = Request(scope, receive), Responder(scope, send)
        leaving = _Leaving()
        scope["ecluse.gone"] = leaving.leave
        self.under_way += 1
        try:
            await self._serve(request, responder)
        except (Refusal, Refused) as refusal:
            told = refusal if isinstance(refusal, Refused) else Refused("The body can't be read.")
            _tell(responder, failures.refused(told))
        except ClientGone:
            pass
        except asyncio.CancelledError:
            if not leaving.left:
                raise
        finally:
            self.under_way -= 1
            del scope["ecluse.gone"]

    async def _serve(self, request: Request, responder: Responder) -> None:
        if request.method != "POST" or request.path not in PATHS.values():
            responder.whole(404, [JSON], b'{"error":{"message":"no such path","type":"not_found_error"}}')
            return
        asked, secret = _asked(request)
        body = _object(await request.body(MOST_BODY, BODY_SECONDS))
        sending = Sending(asked)
        token = SENDING.set(sending)
        try:
            answer = self._chat if request.path == PATHS["openai_chat"] else self._embeddings
            await answer(asked, secret, body, responder)
        except (Refused, ClientGone):
            raise
        except Exception as problem:  # noqa: BLE001 - whatever litellm raises is told as a failure of the vendor
            await _fail(responder, failures.failure(sending, problem, secret))
        finally:
            SENDING.reset(token)
            await sending.close()

    async def _chat(self, asked: Asked, secret: str, body: Mapping[str, Any], responder: Responder) -> None:
        wanted = parameters.chat(body, self._calls.known)
        answer = await self._calls.chat(asked, secret, wanted)
        if not wanted.get("stream"):
            responder.whole(200, [JSON], answers.whole(answer))
            return
        async for chunk in answer:
            if not responder.started:  # what fails before the first chunk still has a status of its own
                await responder.start(200, _STREAM)
            await responder.part(answers.event(chunk))
        if not responder.started:
            await responder.start(200, _STREAM)
        await responder.part(answers.DONE)
        await responder.end()

    async def _embeddings(self, asked: Asked, secret: str, body: Mapping[str, Any], responder: Responder) -> None:
        wanted = parameters.embeddings(body, self._calls.known)
        encoding = wanted.pop("encoding_format", "float")  # spelled here: few vendors can
        answer = await self._calls.embeddings(asked, secret, wanted)
        responder.whole(200, [JSON], answers.vectors(answer, encoding))


class _Leaving:
    """Ends the call of a caller that left. left: he did."""

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self.left = False

    def leave(self) -> None:
        self.left = True
        assert self._task is not None
        self._task.cancel()


def _asked(request: Request) -> tuple[Asked, str]:
    """The vendor and its credential. Raises Refused where the gateway didn't say."""
    try:
        asked = Asked.read(request.header(ASKED.encode()))
    except (ValueError, TypeError):
        raise Refused("No vendor was named.") from None
    return asked, request.header(b"authorization").removeprefix("Bearer ")


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Refused("The body must be a JSON object.")
    return body


async def _fail(responder: Responder, failure: Failure) -> None:
    if not responder.started:
        _tell(responder, failure)
        return
    await responder.part(answers.failed(failure.body()))
    await responder.end()


def _tell(responder: Responder, failure: Failure) -> None:
    responder.whole(failure.status, failure.headers(), failure.body())
