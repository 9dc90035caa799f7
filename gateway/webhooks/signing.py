"""The signature of a message, by which its receiver knows that it is ours and not an old one again."""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP, SIGNATURE = "x-ecluse-timestamp", "x-ecluse-signature"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over "TIMESTAMP.BODY", as its header has it: v1=HEX."""
    signed = str(timestamp).encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def headers(secret: str | None, timestamp: int, body: bytes) -> list[tuple[str, str]]:
    """The headers of a message. timestamp: Unix seconds of this try. Without a secret it isn't signed."""
    plain = [("content-type", "application/json"), ("user-agent", "ecluse")]
    if secret is None:
        return plain
    return [*plain, (TIMESTAMP, str(timestamp)), (SIGNATURE, signature(secret, timestamp, body))]
