"""Vendors in a cloud, as the simulator plays them: Bedrock and Vertex AI, whose requests are signed or carry a token.

A signature isn't checked, but that there is one.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from adapters.vendors.simulator import converse, messages
from adapters.vendors.simulator.frames import Frame
from adapters.vendors.simulator.prompt import Prompt
from adapters.vendors.simulator.script import Script
from adapters.vendors.simulator.speech import Speech
from adapters.wire.eventstream import CONTENT_TYPE, encode

_EXCEPTIONS = {
    400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException",
    408: "ModelTimeoutException", 424: "ModelErrorException", 429: "ThrottlingException",
    503: "ServiceUnavailableException", 529: "ServiceUnavailableException",
}  # fmt: skip
_CHUNK = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}
_BROKEN = {":exception-type": "modelStreamErrorException", ":message-type": "exception"}


def signed(headers: Mapping[bytes, bytes]) -> str | None:
    """What Bedrock says to a request without a signature or an API key; None to others."""
    authorization = headers.get(b"authorization", b"")
    if authorization.startswith(b"Bearer "):
        return None
    if not authorization.startswith(b"AWS4-HMAC-SHA256 Credential=") or b"/bedrock/aws4_request" not in authorization:
        return "Missing Authentication Token"
    return None if b"x-amz-date" in headers else "Authorization header requires existence of 'X-Amz-Date'"


def tokened(headers: Mapping[bytes, bytes]) -> str | None:
    """What Vertex AI says to a request without a token; None to others."""
    return None if headers.get(b"authorization", b"").startswith(b"Bearer ") else "Request is missing a credential"


def chunks(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """Anthropic's events, each in a chunk of an event stream."""
    return (frame._replace(wrap=_chunk) for frame in messages.stream(script, prompt))


def _chunk(data: bytes) -> bytes:
    return encode(_CHUNK, orjson.dumps({"bytes": base64.b64encode(data).decode()}))


def broken(script: Script, code: str | None) -> Frame:
    """An exception inside a stream."""
    return Frame(orjson.dumps({"message": code or "failed"}), wrap=partial(encode, _BROKEN))


def event_stream(prompt: Prompt) -> str | None:
    """The content type of a stream."""
    return CONTENT_TYPE if prompt.stream else None


def failure(status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """An error body of AWS's; what it is stands in a header."""
    return {"message": message if code is None else f"{code}: {message}"}


def exception(status: int) -> tuple[str, str]:
    """The header that says what a failure is."""
    return "x-amzn-errortype", _EXCEPTIONS.get(status, "InternalServerException")


def _read_count(body: Mapping[str, Any]) -> Prompt:
    """The request inside."""
    inner = orjson.loads(base64.b64decode(body["input"]["invokeModel"]["body"]))
    return messages.read_count({**inner, "model": body["model"]})


def _count(script: Script, prompt: Prompt) -> dict[str, Any]:
    return {"inputTokens": prompt.input_tokens}


_MODEL = "/model/{model:path}"
_PING = _chunk(b'{"type":"ping"}')
_ALIVE = encode({":event-type": "initial-response", ":message-type": "event"}, b"{}")
_INVOKE = Speech(
    "aws", ("anthropic_version", "messages", "max_tokens"), messages.read, messages.answer, chunks, broken, _PING,
    event_stream, admits=signed,
)  # fmt: skip
_CONVERSE = Speech(
    "aws", ("messages",), converse.read, converse.answer, converse.stream, broken, _ALIVE, event_stream, admits=signed
)
BEDROCK: Mapping[str, Speech] = {
    f"{_MODEL}/invoke": _INVOKE,
    f"{_MODEL}/invoke-with-response-stream": _INVOKE._replace(streams=True),
    f"{_MODEL}/count-tokens": Speech("aws", ("input",), _read_count, _count, chunks, broken, admits=signed),
    f"{_MODEL}/converse": _CONVERSE,
    f"{_MODEL}/converse-stream": _CONVERSE._replace(streams=True),
}

_PUBLISHERS = "/v1/projects/{project}/locations/{location}/publishers"
GOOGLE = f"{_PUBLISHERS}/google/models"


def claude_on_vertex(failing: Callable[[Script, str | None], Frame]) -> dict[str, Speech]:
    """Anthropic's messages by rawPredict. failing: an error inside a stream."""
    speech = Speech(
        "anthropic", ("anthropic_version", "messages", "max_tokens"), messages.read, messages.answer, messages.stream,
        failing, b'event: ping\ndata: {"type":"ping"}\n\n', admits=tokened,
    )  # fmt: skip
    count = speech._replace(needs=("anthropic_version", "messages", "model"), read=messages.read_count,
                            answer=messages.count)  # fmt: skip
    models = f"{_PUBLISHERS}/anthropic/models"
    return {
        f"{models}/count-tokens:rawPredict": count,
        f"{models}/{{model}}:rawPredict": speech,
        f"{models}/{{model}}:streamRawPredict": speech._replace(streams=True),
    }
