"""The form in which an index is stored: a header, sections of numbers, a checksum; opened whole or refused whole.

    8 bytes   ECLUSEIX
    2 bytes   version of the format, little end first (as all numbers)
    4 bytes   length of the header
    header    JSON: kind, key (the id of the key that it was made under), about (counts, names), sections
    sections  each begins at a multiple of eight bytes
    32 bytes  BLAKE2b of all before, under the index key

Without the key nothing in it can be guessed at, and nothing in it can be changed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import orjson

MAGIC = b"ECLUSEIX"
VERSION = 2
_HEAD = len(MAGIC) + 2 + 4
_SEAL = 32
_ALIGNED = 8
_BYTES = {"H": 2, "I": 4, "Q": 8}


class IndexRefused(Exception):
    """An index can't be used as it is. Its words say why, and nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class IndexKey:
    """The key under which an installation's indexes are made. id: names it, tells nothing of it."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, key_id: str, secret: bytes) -> IndexKey:
        """The index key that follows from a key of the keyring."""
        return cls(key_id, blake2b(key=secret, digest_size=32, person=b"ecluse index").digest())


@dataclass(frozen=True, slots=True)
class Stored:
    """An index as stored. kind: exact or documents. about: what its owner may be told. mark: names its content."""

    kind: str
    about: Mapping[str, Any]
    sections: Mapping[str, memoryview]
    mark: str

    def numbers(self, name: str, form: str) -> memoryview[int]:
        """A section as numbers: `H` of two bytes, `I` of four, `Q` of eight."""
        found = self.sections.get(name)
        if found is None or len(found) % _BYTES[form]:
            raise IndexRefused(f"it has no section {name}")
        return found.cast(form)  # type: ignore[call-overload, no-any-return]

    def raw(self, name: str) -> bytes:
        """A section as bytes."""
        if name not in self.sections:
            raise IndexRefused(f"it has no section {name}")
        return bytes(self.sections[name])


def packed(kind: str, about: Mapping[str, Any], sections: Mapping[str, bytes], key: IndexKey) -> bytes:
    """The bytes of an index."""
    sizes = {name: len(section) for name, section in sections.items()}
    header = orjson.dumps({"kind": kind, "key": key.id, "about": dict(about), "sections": sizes})
    parts = [MAGIC, VERSION.to_bytes(2, "little"), len(header).to_bytes(4, "little"), header]
    size = _HEAD + len(header)
    for section in sections.values():
        parts += [bytes(-size % _ALIGNED), section]
        size += -size % _ALIGNED + len(section)
    body = b"".join(parts)
    return body + _seal(body, key)


def opened(raw: bytes, key: IndexKey | None) -> Stored:
    """The index of these bytes; IndexRefused where they are cut, changed, or made under another key.

    key: None where there is no keyring: only what needs none is then looked at.
    """
    if sys.byteorder != "little":
        raise IndexRefused("indexes are read on little-endian machines only")
    header, start = _header(raw)
    sections: dict[str, memoryview] = {}
    place = start
    whole = memoryview(raw)
    for name, size in header["sections"].items():
        place += -place % _ALIGNED
        sections[name] = whole[place : place + size]
        place += size
    if len(raw) != place + _SEAL:
        raise IndexRefused(f"it is cut short or was added to: {place + _SEAL} bytes are expected, {len(raw)} are there")
    if key is not None:
        _check(whole, header["key"], key)
    return Stored(header["kind"], header["about"], sections, bytes(whole[-_SEAL:]).hex()[:16])


def _header(raw: bytes) -> tuple[dict[str, Any], int]:
    if raw[: len(MAGIC)] != MAGIC:
        raise IndexRefused("it is no index (ecluse index build makes one)")
    version = int.from_bytes(raw[len(MAGIC) : len(MAGIC) + 2], "little")
    if version != VERSION:
        raise IndexRefused(f"it has format {version}, this version reads {VERSION}: build it again")
    size = int.from_bytes(raw[_HEAD - 4 : _HEAD], "little")
    try:
        header = orjson.loads(raw[_HEAD : _HEAD + size])
        lengths = [length for length in header["sections"].values() if type(length) is int and length >= 0]
        fit = len(lengths) == len(header["sections"]) and isinstance(header["about"], dict)
        if not (fit and isinstance(header["key"], str) and isinstance(header["kind"], str)):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise IndexRefused("its header is damaged or cut short") from None
    return header, _HEAD + size


def _check(whole: memoryview, key_id: str, key: IndexKey) -> None:
    if key_id != key.id:
        raise IndexRefused(f"it was made under the key {key_id}, the keyring's is {key.id}: build it again")
    if not compare_digest(whole[-_SEAL:], _seal(whole[:-_SEAL], key)):
        raise IndexRefused("it was changed after it was made (its checksum is wrong)")


def _seal(body: bytes | memoryview, key: IndexKey) -> bytes:
    return blake2b(body, key=key.secret, digest_size=_SEAL, person=b"ecluse seal").digest()
