"""The installation's own keys: one file each, outside the state folder, every one for a single purpose.

pepper hashes callers' keys, pseudonym names people in records, digest fingerprints bodies, findings fingerprints
detected values, tokens makes what stands for a pseudonymised value. Lost pepper: every key must be issued anew. Lost
pseudonym, digest or findings key: old records stay readable but can't be joined with new ones. Lost or renewed tokens
key: values get other tokens from then on. samples seals review samples; without it none are kept, lost or renewed those
that are kept can't be read any more. The memo key lives and dies with the process.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

PURPOSES = ("pepper", "pseudonym", "digest", "findings", "tokens")
OPTIONAL = ("samples",)
DEVELOPMENT_MARK = "DEVELOPMENT"

_SIZE = 32
_FILE = re.compile(r"([a-z]+)-v([1-9][0-9]{0,5})\.key")
_MARK_TEXT = "This keyring was made by a development start. It is refused on a listener that others can reach.\n"


class KeyringRefused(Exception):
    """The keyring is missing, incomplete, damaged or open to others. Its words never hold key material."""


class ListenAddress(Protocol):
    """An address of a listener."""

    @property
    def loopback(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys in use. ids: purpose -> id (`pepper-v1-1f0c9a2b`), to be written in what the key protects."""

    pepper: bytes = field(repr=False)
    pseudonym: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    findings: bytes = field(repr=False)
    tokens: bytes = field(repr=False)
    ids: Mapping[str, str]
    development: bool = False
    samples: bytes | None = field(repr=False, default=None)
    memo: bytes = field(repr=False, default_factory=lambda: secrets.token_bytes(_SIZE))

    @classmethod
    def create(cls, folder: Path, *, development: bool = False) -> Keyring:
        """Make a keyring in a new or empty folder; KeyringRefused where there is one already."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise KeyringRefused(f"{folder} is not empty: a keyring is never overwritten")
        folder.chmod(0o700)
        for purpose in (*PURPOSES, *OPTIONAL):
            _write_new(folder / f"{purpose}-v1.key", secrets.token_hex(_SIZE) + "\n")
        if development:
            _write_new(folder / DEVELOPMENT_MARK, _MARK_TEXT)
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> Keyring:
        """Read the newest version of every key; KeyringRefused says what is wrong."""
        newest = _newest(folder)
        missing = [purpose for purpose in PURPOSES if purpose not in newest]
        if missing:
            raise KeyringRefused(f"the keyring {folder} has no {', '.join(missing)} key ({_remedy(folder, newest)})")
        there = (*PURPOSES, *(purpose for purpose in OPTIONAL if purpose in newest))
        keys = {purpose: _read(folder / newest[purpose]) for purpose in there}
        if len(set(keys.values())) != len(keys):
            raise KeyringRefused(f"the keyring {folder} uses one key for two purposes")
        ids = {p: f"{newest[p].removesuffix('.key')}-{_fingerprint(key)}" for p, key in keys.items()}
        return cls(**keys, ids=ids, development=(folder / DEVELOPMENT_MARK).exists())

    @staticmethod
    def complete(folder: Path) -> tuple[str, ...]:
        """Make the keys that a keyring of an earlier version lacks; for what. KeyringRefused where there is none."""
        newest = _newest(folder)
        if "pepper" not in newest:
            raise KeyringRefused(f"{folder} is no keyring: ecluse init DIR makes one")
        missing = tuple(purpose for purpose in (*PURPOSES, *OPTIONAL) if purpose not in newest)
        for purpose in missing:
            _write_new(folder / f"{purpose}-v1.key", secrets.token_hex(_SIZE) + "\n")
        return missing

    def suits(self, *listeners: ListenAddress) -> bool:
        """Whether the keyring may serve these listeners: one of a development start only on loopback."""
        return not self.development or all(listener.loopback for listener in listeners)

    def pseudonym_of(self, organisation: str, user: str) -> str:
        """The name of a person in records: `p_` and 26 letters and digits, the same for ever under one key."""
        name = f"{len(organisation)}:{organisation}{user}".encode()
        raw = blake2b(name, key=self.pseudonym, digest_size=16).digest()
        return "p_" + base64.b32encode(raw).decode().rstrip("=").lower()


def _newest(folder: Path) -> dict[str, str]:
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise KeyringRefused(f"the keyring {folder} can't be read: {error.strerror}") from None
    found = sorted((int(m[2]), m[1], name) for name in names if (m := _FILE.fullmatch(name)))
    return {purpose: name for _, purpose, name in found}


def _remedy(folder: Path, newest: Mapping[str, str]) -> str:
    if "pepper" not in newest:
        return "ecluse init makes a keyring"
    return f"ecluse init --complete {folder} adds it; give the same file to every replica"


def _read(path: Path) -> bytes:
    try:
        if stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO:
            raise KeyringRefused(f"{path} is open to every user of this machine: chmod o-rwx it")
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise KeyringRefused(f"{path} can't be read: {error.strerror}") from None
    except ValueError:
        key = b""
    if len(key) != _SIZE:
        raise KeyringRefused(f"{path} is not a key: one line of {_SIZE * 2} hexadecimal digits is expected")
    return key


def _fingerprint(key: bytes) -> str:
    return blake2b(b"ecluse key id", key=key, digest_size=4).hexdigest()


def _write_new(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
