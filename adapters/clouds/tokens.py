"""Identities that carry a token which a cloud gives out for a while."""

from __future__ import annotations

from adapters.clouds.identity import Sending
from adapters.clouds.keeper import Keeper


class Bearer:
    """`Authorization: Bearer` with the token that is good now."""

    def __init__(self, tokens: Keeper[str]) -> None:
        self._tokens = tokens

    async def headers(self, sending: Sending) -> list[tuple[str, str]]:
        """One header."""
        return [("authorization", f"Bearer {await self._tokens.get()}")]

    def warm(self) -> None:
        """Fetch a token."""
        self._tokens.warm()
