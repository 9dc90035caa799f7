"""What Bedrock streams, as the events of the dialect that was spoken: Anthropic's messages, or Converse.

A stream may end in an exception, which has a type and a message; it is an error of the dialect then, and told before
anything that came after it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import orjson

from adapters.errors import ProtocolBroken
from adapters.wire.eventstream import EventStream, Message
from adapters.wire.sse import Event, encode

# Exceptions inside a stream, in the words of Anthropic's errors. Names are compared without regard to case.
EXCEPTIONS: Final[Mapping[str, str]] = {
    "throttlingexception": "rate_limit_error",
    "modelnotreadyexception": "overloaded_error",
    "serviceunavailableexception": "overloaded_error",
    "modeltimeoutexception": "timeout_error",
    "modelstreamerrorexception": "api_error",
    "modelerrorexception": "api_error",
    "internalserverexception": "api_error",
    "servicequotaexceededexception": "billing_error",
    "validationexception": "invalid_request_error",
    "accessdeniedexception": "permission_error",
    "resourcenotfoundexception": "not_found_error",
}


class _Framing:
    """A framer of event streams."""

    def __init__(self) -> None:
        self._stream = EventStream()

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that this chunk completes."""
        return [self._event(message) for message in self._stream.feed(chunk)]

    def end(self) -> list[Event]:
        """Nothing is held here."""
        return []

    def rest(self) -> bytes:
        """What is left of an unfinished message."""
        return self._stream.rest()

    def _event(self, message: Message) -> Event:
        if message.headers.get(":message-type") == "event":
            return self._said(message)
        name = message.headers.get(":exception-type") or message.headers.get(":error-code") or ""
        kind = EXCEPTIONS.get(name.lower(), "api_error")
        told = {"type": "error", "error": {"type": kind, "message": _message(message)}}
        return _framed("error", orjson.dumps(told))

    def _said(self, message: Message) -> Event:
        raise NotImplementedError


class MessagesFraming(_Framing):
    """Anthropic's events, each inside a `chunk` in base64."""

    def _said(self, message: Message) -> Event:
        data: bytes | None = None
        with suppress(orjson.JSONDecodeError, binascii.Error, KeyError, TypeError):
            data = base64.b64decode(orjson.loads(message.payload)["bytes"], validate=True)
        if data is None or b"\n" in data:
            raise ProtocolBroken(code="bad_chunk")
        return _framed(_type(data), data)


class ConverseFraming(_Framing):
    """Events of Converse: the type in a header, JSON on one line."""

    def _said(self, message: Message) -> Event:
        return _framed(message.headers.get(":event-type", ""), message.payload.replace(b"\n", b" "))


def _type(data: bytes) -> str:
    """What Anthropic's clients want to read on the event's own line."""
    try:
        kind = orjson.loads(data)["type"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""  # the reader refuses it
    return kind if isinstance(kind, str) and kind.isidentifier() else ""


def _message(message: Message) -> str:
    told = message.headers.get(":error-message")
    if told is None:
        try:
            told = orjson.loads(message.payload).get("message")
        except (orjson.JSONDecodeError, AttributeError):
            told = None
    return told if isinstance(told, str) else ""


def _framed(kind: str, data: bytes) -> Event:
    return Event(encode(kind or None, data), kind, data)
