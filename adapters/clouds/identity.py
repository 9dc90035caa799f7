"""What a cloud identity is to the gateway: the headers by which one request may be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

Reveal = Callable[[], str]


class Sending(NamedTuple):
    """A request that is ready but for its credential. url: whole, as it goes out."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes

    def __repr__(self) -> str:
        return f"<Sending of {len(self.body)} bytes>"


class Identity(Protocol):
    """Who the gateway is at one vendor of a cloud."""

    async def headers(self, sending: Sending) -> list[tuple[str, str]]:
        """The headers that carry the credential, or sign the request; raises AuthFailed where there is none."""

    def warm(self) -> None:
        """Begin to fetch what has to be fetched, so that no call waits for it."""


class Cloud(NamedTuple):
    """How a vendor kind comes by an identity. module: what it needs to be installed, by its import name.

    needed: whether it needs that, for these options, with or without a credential in the configuration. build: the
    identity; None where the vendor's `credential_headers` say all. Its second argument reveals the credential.
    """

    module: str
    needed: Callable[[Mapping[str, str], bool], bool]
    build: Callable[[Mapping[str, str], Reveal | None], Identity | None]
