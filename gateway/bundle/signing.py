"""Ed25519: keys in files, signatures in base64. The only place that imports the library."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


class KeyRefused(Exception):
    """A key file that can't be used. Its words never hold key material."""


class SigningKey:
    """The private half of a signer's key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def create(cls, file: Path, passphrase: str = "") -> SigningKey:
        """Make a key in a new file that only its owner may read (PKCS #8 PEM); KeyRefused where there is one."""
        made = cls(Ed25519PrivateKey.generate())
        locked: KeySerializationEncryption = (
            BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        )
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as out:
                out.write(made._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
        except OSError as error:
            raise KeyRefused(f"{file} can't be made: {error.strerror}") from None
        return made

    @classmethod
    def load(cls, file: Path, passphrase: Callable[[], str]) -> SigningKey:
        """Read a key; `passphrase` is asked where it is locked. KeyRefused says why it can't be used."""
        try:
            if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyRefused(f"{file} is open to others: chmod 600 it")
            raw = file.read_bytes()
        except OSError as error:
            raise KeyRefused(f"{file} can't be read: {error.strerror}") from None
        try:
            try:
                key = load_pem_private_key(raw, None)
            except TypeError:  # what the library raises where there is a passphrase and none was given
                key = load_pem_private_key(raw, passphrase().encode())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise KeyRefused(f"{file} is no private key in PEM, or the passphrase is another one") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyRefused(f"{file} is no Ed25519 key")
        return cls(key)

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> str:
        """The signature of a message, in base64."""
        return base64.b64encode(self._key.sign(message)).decode()


def holds(public: bytes, signature: str, message: bytes) -> bool:
    """Whether a signature (base64) of this message was made with the key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
