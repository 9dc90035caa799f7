"""Small texts kept for a while under a key of the keyring: nobody reads or changes them without it."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Sealer:
    """AES-256-GCM under one key. id: of the key, to be written beside what it seals."""

    def __init__(self, key: bytes, id_: str) -> None:
        self._key = key
        self.id = id_

    @cached_property
    def _cipher(self) -> AESGCM:
        # Not before it is needed: the library takes 8 MB, and most gateways keep no samples.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)

    def seal(self, text: str, bound: str) -> bytes:
        """The sealed text. bound: what it belongs to; only with the same it opens."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), bound.encode())

    def open(self, sealed: bytes, bound: str) -> str | None:
        """The text; None where it is of another key, of something else, or changed."""
        from cryptography.exceptions import InvalidTag

        try:
            raw = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound.encode())
        except (InvalidTag, ValueError):
            return None
        return raw.decode("utf-8", "surrogatepass")
