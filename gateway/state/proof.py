"""The proof that a fact was said by a gateway of this installation: a store is believed nothing without it.

Whoever can write to the store could else give himself a key, lift a rule or end a stop. A value is kept as a mark
(live or dropped), the value itself, and a keyed hash of all that with the key and the rank of the fact.
"""

from __future__ import annotations

import hmac
from hashlib import blake2b

_LIVE, _DROPPED = b"+", b"-"  # in this order: of two facts of one rank the dropped one counts
_SIZE = 16


class Proof:
    """Makes and checks proofs. secret: a key of the keyring, the same for all gateways of the installation."""

    def __init__(self, secret: bytes) -> None:
        self._key = blake2b(b"ecluse board", key=secret[:64], digest_size=32).digest()

    def held(self, key: str, rank: int, value: bytes | None) -> bytes:
        """The value as it is stored; None says that the fact was dropped."""
        body = _DROPPED if value is None else _LIVE + value
        return body + self._hash(key, rank, body)

    def holds(self, key: str, rank: int, held: bytes) -> bool:
        """Whether one of us said this."""
        return len(held) > _SIZE and hmac.compare_digest(self._hash(key, rank, held[:-_SIZE]), held[-_SIZE:])

    def _hash(self, key: str, rank: int, body: bytes) -> bytes:
        named = b"%d %d %s" % (rank, len(key), key.encode("utf-8", "surrogatepass"))
        return blake2b(named + body, key=self._key, digest_size=_SIZE).digest()


def value_of(held: bytes) -> bytes | None:
    """The value in what is stored; None where it was dropped."""
    return held[1:-_SIZE] if held[:1] == _LIVE else None
