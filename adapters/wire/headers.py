"""Which headers pass, both ways: lists of what may, never of what may not."""

from __future__ import annotations

import re
from collections.abc import Iterable

Headers = Iterable[tuple[bytes, bytes]]

USER_AGENT = "ecluse"

_ACCEPTED = {"application/json", "text/event-stream", "*/*"}
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
_DEFAULT_ANTHROPIC_VERSION = "2023-06-01"

# What each family's clients say about the format that they want; everything else stays here.
_BETA = {"anthropic": "anthropic-beta", "openai": "openai-beta"}

# What is looked at of what a client says.
_SAID = {name.encode(): name for name in ("accept", "anthropic-version", *_BETA.values())}

_BACK = {
    b"content-type": b"content-type",
    b"retry-after": b"retry-after",
    b"x-should-retry": b"x-should-retry",
    b"openai-processing-ms": b"openai-processing-ms",
    b"openai-version": b"openai-version",
    b"x-request-id": b"x-vendor-request-id",
    b"request-id": b"x-vendor-request-id",
    b"apim-request-id": b"x-vendor-request-id",
}


def outgoing(
    client: Headers, *, family: str, beta_allowed: frozenset[str], stream: bool = False, in_body: object = None
) -> list[tuple[str, str]]:
    """The headers sent to a vendor, but for its credential.

    stream: the answer is to be a stream; SDKs that ask for one in the body go on saying that they accept JSON, and a
    server may go by that. family: openai | anthropic. beta_allowed: values of `anthropic-beta` or `openai-beta` that
    the destination lets pass. in_body: the betas that the body names, which clouds read there; they are held by the
    same list and stand with those of the header, from which such a vendor's envelope puts them back. Answers are asked
    for uncompressed, so that they can be inspected as they arrive.
    """
    said = _joined(client)
    headers = [
        ("content-type", "application/json"),
        ("accept", _accept(f"text/event-stream,{said.get('accept', '')}" if stream else said.get("accept", ""))),
        ("accept-encoding", "identity"),
        ("user-agent", USER_AGENT),
    ]
    if family == "anthropic":
        version = said.get("anthropic-version", "")
        known = version if _VERSION.fullmatch(version) else _DEFAULT_ANTHROPIC_VERSION
        headers.append(("anthropic-version", known))
    beta = _BETA.get(family)
    if beta:
        named = [said.get(beta, ""), *(one for one in (in_body if type(in_body) is list else ()) if type(one) is str)]
        headers += [(beta, value) for value in [_permitted(",".join(named), beta_allowed)] if value]
    return headers


def incoming(vendor: Headers) -> list[tuple[bytes, bytes]]:
    """The vendor's headers that a client sees; the vendor's request id comes back as `x-vendor-request-id`.

    Rate-limit headers stay here: they are the company's account, not the caller's.
    """
    passed = {}
    for name, value in vendor:
        shown = _BACK.get(name.lower())
        if shown is not None and _plain(value):
            passed[shown] = value
    return list(passed.items())


def _joined(client: Headers) -> dict[str, str]:
    """Headers that are looked at, by name; repeated ones joined by commas, those with odd bytes left out."""
    said: dict[str, str] = {}
    for name, value in client:
        key = _SAID.get(name.lower())
        if key is not None and _plain(value):
            said[key] = f"{said[key]},{value.decode('ascii')}" if key in said else value.decode("ascii")
    return said


def _plain(value: bytes) -> bool:
    return value.isascii() and value.decode("ascii").isprintable()


def _accept(value: str) -> str:
    media = [item.split(";")[0].strip().lower() for item in value.split(",")]
    return ", ".join(dict.fromkeys(item for item in media if item in _ACCEPTED)) or "*/*"


def _permitted(value: str, allowed: frozenset[str]) -> str:
    return ",".join(item for item in (part.strip() for part in value.split(",")) if item in allowed)
