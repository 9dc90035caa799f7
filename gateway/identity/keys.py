"""Keys of callers: how they look, and the store that knows them only as keyed hashes."""

from __future__ import annotations

import hmac
import secrets
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from gateway.identity.callers import Caller
from gateway.identity.keyfile import KeyGrant, KeyStoreRefused, StoredKey, read_keys, write_keys
from gateway.identity.keyring import Keyring

PREFIX = "ecl_"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_LENGTH, CHECKSUM_LENGTH = 32, 6
KEY_LENGTH = len(PREFIX) + SECRET_LENGTH + CHECKSUM_LENGTH

_BODY_END = len(PREFIX) + SECRET_LENGTH


def new_key() -> str:
    """A new random key: `ecl_`, 32 characters of secret (190 bits), 6 of checksum."""
    body = PREFIX + "".join(secrets.choice(BASE62) for _ in range(SECRET_LENGTH))
    return body + checksum(body)


def checksum(body: str) -> str:
    """CRC-32 of the rest of a key in base 62: tells a typing error or a random string from a key without any hash."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, 62)
        digits += BASE62[digit]
    return digits


def well_formed(presented: str) -> bool:
    """Whether a string is a key at all; says nothing of whether it was ever issued."""
    return (
        len(presented) == KEY_LENGTH
        and presented.startswith(PREFIX)
        and presented.isascii()
        and checksum(presented[:_BODY_END]) == presented[_BODY_END:]
    )


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key that was issued. caller: what it stands for."""

    id: str
    caller: Caller
    label: str
    created: str
    digest: bytes = field(repr=False)


class KeyStore:
    """The keys that are valid now, in memory; every change is on disk before it counts."""

    def __init__(self, file: Path, keyring: Keyring, organisation: str, stored: Iterable[StoredKey]) -> None:
        self._file = file
        self._keyring = keyring
        self._organisation = organisation
        self._pepper = keyring.pepper
        self._stored = {key.id: key for key in stored}
        self._records: dict[bytes, KeyRecord] = {}
        self._index(self._stored)

    @classmethod
    def open(cls, file: Path, keyring: Keyring, organisation: str) -> KeyStore:
        """Read the store, empty where there is no file; KeyStoreRefused where it is damaged or of another keyring."""
        return cls(file, keyring, organisation, read_keys(file, keyring.ids["pepper"]))

    def find(self, presented: str) -> KeyRecord | None:
        """The record of a key as a client presented it, or None. Its time says nothing about any issued key.

        The dictionary is keyed by a keyed hash, so what an attacker can time is the hash of his own guess.
        """
        if not well_formed(presented):
            return None
        digest = blake2b(presented.encode(), key=self._pepper, digest_size=32).digest()
        record = self._records.get(digest)
        return record if record is not None and hmac.compare_digest(record.digest, digest) else None

    def issue(self, grant: KeyGrant, now: datetime) -> tuple[KeyRecord, str]:
        """Make a key and store its hash. Returns its record and the key itself, which is nowhere kept."""
        key = new_key()
        digest = blake2b(key.encode(), key=self._pepper, digest_size=32).hexdigest()
        created = now.isoformat(timespec="seconds")
        stored = StoredKey(id=_new_id(self._stored.__contains__), digest=digest, created=created, grant=grant)
        self._replace({**self._stored, stored.id: stored})
        return self._records[bytes.fromhex(digest)], key

    def revoke(self, key_id: str) -> KeyRecord | None:
        """Forget a key; its record, or None where there is none of that id."""
        gone = self._stored.get(key_id)
        if gone is None:
            return None
        record = self._records[bytes.fromhex(gone.digest)]
        self._replace({id_: key for id_, key in self._stored.items() if id_ != key_id})
        return record

    def records(self) -> tuple[KeyRecord, ...]:
        """Every valid key, oldest first."""
        return tuple(sorted(self._records.values(), key=lambda r: (r.created, r.id)))

    def __len__(self) -> int:
        return len(self._records)

    def _replace(self, stored: dict[str, StoredKey]) -> None:
        write_keys(self._file, self._keyring.ids["pepper"], stored.values())
        self._index(stored)
        self._stored = stored

    def _index(self, stored: dict[str, StoredKey]) -> None:
        self._records = {(record := self._record(key)).digest: record for key in stored.values()}

    def _record(self, key: StoredKey) -> KeyRecord:
        grant = key.grant
        caller = Caller(
            key_id=key.id,
            organisation=self._organisation,
            team=grant.team,
            groups=grant.groups,
            user=grant.user,
            use_cases=grant.use_cases,
            models=grant.models,
            pseudonym=self._keyring.pseudonym_of(self._organisation, grant.user),
        )
        return KeyRecord(key.id, caller, grant.label, key.created, bytes.fromhex(key.digest))


def _new_id(taken: Callable[[str], bool]) -> str:
    while taken(made := "k_" + secrets.token_hex(5)):
        continue
    return made


__all__ = ["KeyGrant", "KeyRecord", "KeyStore", "KeyStoreRefused", "new_key", "well_formed"]
