"""Keys of callers: how they look, and the store that knows them only as keyed hashes."""

from __future__ import annotations

import hmac
import secrets
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from gateway.alone import alone
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
    """The keys that are valid now, in memory; a key that is made here is on disk before it counts.

    Several workers may keep one file: each only adds to it and takes from it. told: is told of what is made and revoked
    here, for those who share the keys: the id, the key or None where it is revoked, whether its calls are to be ended.
    """

    def __init__(self, file: Path, keyring: Keyring, organisation: str, stored: Iterable[StoredKey]) -> None:
        self._file = file
        self._keyring = keyring
        self._organisation = organisation
        self._pepper = keyring.pepper
        self._stored: dict[str, StoredKey] = {}
        self._records: dict[bytes, KeyRecord] = {}
        self._gone: set[str] = set()
        self._unsaved = False
        self.told: Callable[[str, StoredKey | None, bool], None] = lambda id_, key, cut: None
        for key in stored:
            self._take(key)

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

    def holds(self, key_id: str) -> bool:
        """Whether a key is still valid."""
        return key_id in self._stored

    def issue(self, grant: KeyGrant, now: datetime) -> tuple[KeyRecord, str]:
        """Make a key and store its hash. Returns its record and the key itself, which is nowhere kept."""
        key = new_key()
        digest = blake2b(key.encode(), key=self._pepper, digest_size=32).hexdigest()
        created = now.isoformat(timespec="seconds")
        stored = StoredKey(id=_new_id(self._stored.__contains__), digest=digest, created=created, grant=grant)
        self._write({stored.id: stored})
        self._take(stored)
        self.told(stored.id, stored, False)
        return self._records[bytes.fromhex(digest)], key

    def revoke(self, key_id: str, *, cut: bool = False) -> KeyRecord | None:
        """Forget a key; its record, or None where there is none of that id. cut: end its calls too.

        It is gone also where the disk or a damaged file refuses; then `save` has still to be done.
        """
        record = self._drop(key_id)
        if record is not None:
            self.told(key_id, None, cut)
            with suppress(OSError, KeyStoreRefused):
                self.save()
        return record

    def adopt(self, key: StoredKey) -> None:
        """Takes a key that was made elsewhere; `save` writes it down."""
        if key.id not in self._stored and key.id not in self._gone:
            self._take(key)
            self._unsaved = True

    def gone(self, key_id: str) -> KeyRecord | None:
        """Forgets a key that was revoked elsewhere, for ever; its record where it was valid here."""
        self._gone.add(key_id)
        return self._drop(key_id)

    @property
    def waiting(self) -> bool:
        """Whether `save` has something to write."""
        return self._unsaved

    def save(self) -> None:
        """Brings the file up to what is known here, if that changed."""
        if self._unsaved:
            self._unsaved = False
            try:
                self._write({})
            except BaseException:
                self._unsaved = True
                raise

    def records(self) -> tuple[KeyRecord, ...]:
        """Every valid key, oldest first."""
        return tuple(sorted(self._records.values(), key=lambda r: (r.created, r.id)))

    def stored(self) -> tuple[StoredKey, ...]:
        """Every valid key, as it is stored."""
        return tuple(self._stored.values())

    def __len__(self) -> int:
        return len(self._records)

    def _drop(self, key_id: str) -> KeyRecord | None:
        key = self._stored.pop(key_id, None)
        if key is None:
            return None
        self._gone.add(key_id)
        self._unsaved = True
        return self._records.pop(bytes.fromhex(key.digest))

    def _write(self, more: dict[str, StoredKey]) -> None:
        """Writes what the file has, what is known here and `more`, without what was revoked."""
        pepper = self._keyring.ids["pepper"]
        with alone(self._file):
            there = {key.id: key for key in read_keys(self._file, pepper)}
            every = there | dict(self._stored) | more
            valid = {id_: key for id_, key in every.items() if id_ not in self._gone}
            if valid != there:
                write_keys(self._file, pepper, valid.values())

    def _take(self, key: StoredKey) -> None:
        record = self._record(key)
        self._stored[key.id] = key
        self._records[record.digest] = record

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
