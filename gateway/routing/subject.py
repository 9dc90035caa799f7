"""What routes see of a call, and what of it stays together: a caller, a team, a conversation, the start of a prompt."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.ask import Ask, Passage
    from gateway.exchange import Exchange

LOOKED_AT = 256
"""Passages of a call that are looked at for its start: an agent sends thousands."""
CHARACTERS = 8192
"""How much of the start counts. Vendors keep prompts warm from about a thousand tokens on."""

_INSTRUCTIONS = ("system", "tool_definition")


class Subject:
    """One call, for routes. Texts are hashed with a key at once and only when a route asks; nothing of them is kept."""

    __slots__ = (
        "_ask",
        "_conversation",
        "_exchange",
        "_key",
        "_keys",
        "data_class",
        "dialect",
        "groups",
        "operation",
        "size",
        "stream",
        "team",
        "use_case",
    )

    def __init__(self, exchange: Exchange, ask: Ask, key: bytes, conversation: str = "") -> None:
        """conversation: as the client's header names it; it chooses nothing but company."""
        self.team, self.groups, self.use_case = exchange.caller.team, exchange.caller.groups, exchange.use_case
        self.data_class, self.size = exchange.data_class, exchange.bytes_in
        self.dialect, self.operation, self.stream = ask.dialect, ask.operation, ask.stream
        self._exchange, self._ask, self._key = exchange, ask, key
        self._conversation = conversation or ask.conversation or ""
        self._keys: dict[str, bytes] = {}

    def number(self, by: str, what: str) -> int:
        """A keyed hash, below 2**64, of `what` and of what stays together `by` caller, team, conversation or prompt."""
        key = self._keys.get(by)
        if key is None:
            key = self._keys[by] = blake2b(self._subject(by), key=self._key, digest_size=32).digest()
        return int.from_bytes(blake2b(what.encode(), key=key, digest_size=8).digest(), "big")

    def _subject(self, by: str) -> bytes:
        caller = self._exchange.caller
        if by == "team":
            return f"team\0{caller.organisation}\0{caller.team}".encode()
        if by == "caller":
            return f"caller\0{caller.pseudonym}".encode()
        if by == "prompt":
            texts = _start(p for p in self._ask.passages[:LOOKED_AT] if p.role in _INSTRUCTIONS)
            if texts:
                return f"prompt\0{caller.organisation}\0".encode() + texts
        if self._conversation:
            return f"conversation\0{caller.pseudonym}\0{self._conversation}".encode()
        return f"opening\0{caller.pseudonym}\0".encode() + _start(_opening(self._ask))


def _opening(ask: Ask) -> Iterator[Passage]:
    """The first message of a user, which is sent again with every turn; without messages, whatever is first."""
    looked_at = ask.passages[:LOOKED_AT]
    first = next((p.message for p in looked_at if p.role == "user" and p.message is not None), None)
    if first is None:
        return iter(looked_at[:1])
    return (p for p in looked_at if p.message == first and p.role == "user")


def _start(passages: Iterator[Passage]) -> bytes:
    parts, left = [], CHARACTERS
    for passage in passages:
        parts.append(passage.text[:left])
        left -= len(passage.text)
        if left <= 0:
            break
    return "\0".join(parts).encode("utf-8", "replace")
