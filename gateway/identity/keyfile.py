"""The file of issued keys: keyed hashes and what each key may do, rewritten whole and atomically."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

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
    """Replace `file` as a whole: at any moment a reader finds the old or the new one, on disk when this returns."""
    entries = [{"id": k.id, "digest": k.digest, "created": k.created, **asdict(k.grant)} for k in keys]
    raw = orjson.dumps({"format": FORMAT, "pepper": pepper_id, "keys": entries}, option=orjson.OPT_INDENT_2)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(file.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, file)
    _sync_folder(file.parent)


def _stored(file: Path, entry: Any) -> StoredKey:
    try:
        id_, digest, created = entry.pop("id"), entry.pop("digest"), entry.pop("created")
        if not all(isinstance(part, str) for part in (id_, digest, created)) or not _DIGEST.fullmatch(digest):
            raise KeyStoreRefused("id, digest or created is wrong")
        return StoredKey(id=id_, digest=digest, created=created, grant=KeyGrant.parse(entry))
    except (AttributeError, KeyError, KeyStoreRefused) as error:
        raise KeyStoreRefused(f"{file} is damaged: {error}") from None


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise KeyStoreRefused(f"{name} must be one line of at most 128 characters, without commas")
    return value


def _names(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise KeyStoreRefused(f"{name} must be a list")
    return tuple(_text(name, item) for item in value)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
