"""The file of issued keys: keyed hashes and what each key may do, rewritten whole and atomically."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.alone import replace

FORMAT = 1

_NAME = re.compile(r"[^\x00-\x1f\x7f,]{1,128}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LISTS = ("groups", "use_cases", "models")
_TEXTS = ("user", "team", "label")


class KeyStoreRefused(Exception):
    """The file of keys can't be used, or a key can't be made as asked. Its words hold no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGrant:
    """What a new key is to stand for. use_cases: none means the sandbox. models: patterns."""

    user: str
    team: str
    groups: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    models: tuple[str, ...] = ("*",)
    label: str = ""

    @classmethod
    def parse(cls, value: Any) -> KeyGrant:
        """From plain values (a control request, the file); KeyStoreRefused names the member at fault."""
        if not isinstance(value, Mapping):
            raise KeyStoreRefused("a key is described by an object")
        unknown = sorted(set(value) - {*_LISTS, *_TEXTS})
        if unknown:
            raise KeyStoreRefused(f"a key has no {unknown[0]}")
        found: dict[str, Any] = {name: _text(name, value[name]) for name in _TEXTS if value.get(name)}
        found |= {name: _names(name, value[name]) for name in _LISTS if value.get(name) is not None}
        for required in ("user", "team"):
            if required not in found:
                raise KeyStoreRefused(f"a key needs a {required}")
        return cls(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """One entry of the file. digest: keyed hash, hexadecimal. created: ISO 8601, UTC."""

    id: str
    digest: str
    created: str
    grant: KeyGrant


def read_keys(file: Path, pepper_id: str) -> list[StoredKey]:
    """The entries of `file`, none where it isn't there. pepper_id: the key that the hashes must have been made with."""
    try:
        if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXO | stat.S_IWGRP):
            raise KeyStoreRefused(f"{file} is open to others: chmod 600 it")
        value = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise KeyStoreRefused(f"{file} can't be read: {error.strerror}") from None
    except orjson.JSONDecodeError:
        raise KeyStoreRefused(f"{file} is damaged: not JSON") from None
    if not isinstance(value, dict) or value.get("format") != FORMAT or not isinstance(value.get("keys"), list):
        raise KeyStoreRefused(f"{file} is damaged, or of a version that this one can't read")
    if value.get("pepper") != pepper_id:
        raise KeyStoreRefused(f"{file} was written under the key {value.get('pepper')}, the keyring has {pepper_id}")
    keys = [_stored(file, entry) for entry in value["keys"]]
    if len({key.id for key in keys}) != len(keys) or len({key.digest for key in keys}) != len(keys):
        raise KeyStoreRefused(f"{file} is damaged: a key is there twice")
    return keys


def write_keys(file: Path, pepper_id: str, keys: Iterable[StoredKey]) -> None:
    """Replace `file` as a whole, on disk when this returns."""
    entries = [{"id": k.id, **described(k)} for k in keys]
    replace(file, orjson.dumps({"format": FORMAT, "pepper": pepper_id, "keys": entries}, option=orjson.OPT_INDENT_2))


def described(key: StoredKey) -> dict[str, Any]:
    """A key as plain values, but for its id."""
    return {"digest": key.digest, "created": key.created, **asdict(key.grant)}


def described_key(id_: str, value: Any) -> StoredKey:
    """The key of plain values; KeyStoreRefused where they describe none."""
    return _stored("what was said of a key", {**value, "id": id_} if isinstance(value, dict) else value)


def _stored(where: Path | str, entry: Any) -> StoredKey:
    try:
        id_, digest, created = entry.pop("id"), entry.pop("digest"), entry.pop("created")
        if not all(isinstance(part, str) for part in (id_, digest, created)) or not _DIGEST.fullmatch(digest):
            raise KeyStoreRefused("id, digest or created is wrong")
        return StoredKey(id=id_, digest=digest, created=created, grant=KeyGrant.parse(entry))
    except (AttributeError, KeyError, KeyStoreRefused) as error:
        raise KeyStoreRefused(f"{where} is damaged: {error}") from None


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise KeyStoreRefused(f"{name} must be one line of at most 128 characters, without commas")
    return value


def _names(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise KeyStoreRefused(f"{name} must be a list")
    return tuple(_text(name, item) for item in value)
