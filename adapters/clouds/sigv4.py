"""AWS Signature Version 4: a request signed with a key that never leaves.

Of our own, because it is short, is checked against AWS's published examples and its library, and works with keys from
the configuration where that library (thirty megabytes) isn't installed. It signs on the event loop: hashing a body is
all that it costs.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from adapters.clouds.identity import Sending
from adapters.clouds.keeper import Keeper
from adapters.errors import AuthFailed

_ALGORITHM = "AWS4-HMAC-SHA256"
_PORTS = {"http": 80, "https": 443}


class Keys:
    """An access key. token: of a session, "" for keys that stay."""

    __slots__ = ("access", "secret", "token")

    def __init__(self, access: str, secret: str, token: str = "") -> None:
        self.access, self.secret, self.token = access, secret, token

    def __repr__(self) -> str:
        return "<Keys>"

    @classmethod
    def read(cls, text: str) -> Keys:
        """From `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, or with `:SESSION_TOKEN`; raises AuthFailed."""
        parts = text.split(":")
        if len(parts) not in (2, 3) or not all(parts):
            raise AuthFailed(code="cloud_identity", type="NotAKeyPair")
        return cls(*parts)


class Signer:
    """An identity that signs. keys: gives them, or keeps them. clock: Unix time."""

    def __init__(
        self, keys: Keeper[Keys] | Callable[[], Keys], region: str, service: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys, self._region, self._service, self._clock = keys, region, service, clock

    async def headers(self, sending: Sending) -> list[tuple[str, str]]:
        """The signature's headers."""
        keys = await self._keys.get() if isinstance(self._keys, Keeper) else self._keys()
        return signature(sending, keys, self._region, self._service, datetime.fromtimestamp(self._clock(), UTC))

    def warm(self) -> None:
        """Fetch keys, where they aren't the configuration's."""
        if isinstance(self._keys, Keeper):
            self._keys.warm()


def signature(sending: Sending, keys: Keys, region: str, service: str, at: datetime) -> list[tuple[str, str]]:
    """The headers to add to a request so that it is signed at this moment."""
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    added = [("x-amz-date", stamp)]
    if keys.token:
        added.append(("x-amz-security-token", keys.token))
    url = urlsplit(sending.url)
    port = "" if url.port in (None, _PORTS.get(url.scheme)) else f":{url.port}"
    signed = {"host": f"{url.hostname}{port}"}
    for name, value in [*sending.headers, *added]:
        if name == "content-type" or name.startswith("x-amz"):
            value = " ".join(value.split())
            signed[name] = f"{signed[name]},{value}" if name in signed else value
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [
            sending.method,
            quote(url.path or "/", safe="/~"),
            "&".join(sorted(url.query.split("&"))) if url.query else "",
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            hashlib.sha256(sending.body).hexdigest(),
        ]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    told = "\n".join([_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{keys.secret}".encode()
    for step in (stamp[:8], region, service, "aws4_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    signed_by = hmac.digest(key, told.encode(), "sha256").hex()
    credential = f"{_ALGORITHM} Credential={keys.access}/{scope}, SignedHeaders={names}, Signature={signed_by}"
    return [*added, ("authorization", credential)]
