"""Two bounded memories keyed by digests: refused passages, and vendor-held blobs with the vendor that issued them."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path

import orjson


class RefusedPassages:
    """Passages that a caller was already refused: clients resend them, and a refusal must not repeat for ever.

    White space around a passage doesn't count: Claude Code adds a line end where it joins the refused turn to the next.
    told: is told of each new one by its name, a keyed hash.
    """

    def __init__(self, secret: bytes, most: int = 50_000) -> None:
        self._secret = secret[:64]
        self._most = most
        self.told: Callable[[str, str], None] = lambda caller, name: None
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._seen)

    def add(self, caller: str, text: str) -> None:
        """Remembers that `caller` was refused `text`."""
        digest = self._digest(caller, text)
        if digest not in self._seen:
            self._take(digest)
            self.told(caller, digest.hex())

    def hear(self, name: str, value: bytes | None) -> None:
        """One that another worker refused, or None: that it was long enough ago."""
        if value is not None:
            self._take(bytes.fromhex(name))
        else:
            self._seen.pop(bytes.fromhex(name), None)

    def knows(self, caller: str, text: str) -> bool:
        """Whether `caller` was refused `text` before."""
        return self._digest(caller, text) in self._seen

    def _take(self, digest: bytes) -> None:
        self._seen[digest] = None
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)

    def _digest(self, caller: str, text: str) -> bytes:
        named = f"{caller}\0{text.strip()}".encode("utf-8", "surrogatepass")
        return blake2b(named, digest_size=16, key=self._secret, person=b"refused").digest()


LASTS_FOR = 7 * 86400.0
"""Seconds for which it is known who issued a blob."""


class VendorStates:
    """Which vendor issued a blob through this gateway to an organisation; only that vendor may get it back. For a week.

    Where no store is shared it is kept in a file beside the ledger so that sessions of agent tools survive a restart (a
    kill loses what was issued since the last save: the client is then told to start a new conversation). told: is told
    of each blob by its name, a keyed hash, and of the vendor.
    """

    def __init__(
        self,
        secret: bytes,
        file: Path | None = None,
        most: int = 50_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """clock: Unix time."""
        self._secret = secret[:64]
        self._file = file
        self._most = most
        self._clock = clock
        self.told: Callable[[str, str], None] = lambda name, vendor: None
        self._changed = False
        self._issuers: OrderedDict[str, tuple[str, float]] = OrderedDict()
        if file is not None and file.exists():
            try:
                self._issuers.update(_read(file, clock() + LASTS_FOR))
            except (orjson.JSONDecodeError, AttributeError, TypeError, ValueError):
                self._issuers.clear()  # a damaged memory only means that old blobs are refused

    def issued(self, organisation: str, blob: str, vendor: str) -> None:
        """Remembers that `vendor` issued the blob whose SHA-256 is `blob`."""
        key = self.name(organisation, blob)
        self.take(key, vendor)
        self.told(key, vendor)

    def take(self, key: str, vendor: str) -> None:
        """Remembers what was issued under this name."""
        self._issuers[key] = vendor, self._clock() + LASTS_FOR
        self._issuers.move_to_end(key)
        self._changed = True
        if len(self._issuers) > self._most:
            self._issuers.popitem(last=False)

    def issuer(self, organisation: str, blob: str) -> str | None:
        """The vendor that issued the blob, None where it never passed here."""
        return self._known(self.name(organisation, blob))

    def missing(self, organisation: str, blobs: Iterable[str]) -> list[str]:
        """The names of those that never passed here."""
        return [name for blob in blobs if self._known(name := self.name(organisation, blob)) is None]

    def _known(self, name: str) -> str | None:
        vendor, ends = self._issuers.get(name, (None, 0.0))
        return vendor if ends > self._clock() else None

    def save(self) -> None:
        """Writes the memory if it changed; replaces the file in one step."""
        while self._issuers and next(iter(self._issuers.values()))[1] <= self._clock():
            self._issuers.popitem(last=False)
            self._changed = True
        if self._file is None or not self._changed:
            return
        new = self._file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(orjson.dumps(dict(self._issuers)))
        new.replace(self._file)
        self._changed = False

    def name(self, organisation: str, blob: str) -> str:
        """How a blob is known."""
        return blake2b(f"{organisation}\0{blob}".encode(), digest_size=16, key=self._secret).hexdigest()


def _read(file: Path, ends: float) -> dict[str, tuple[str, float]]:
    """What was written; ends: of what an earlier version wrote, which knew none."""
    written = orjson.loads(file.read_bytes())
    return {
        str(name): (said, ends) if isinstance(said, str) else (str(said[0]), min(float(said[1]), ends))
        for name, said in written.items()
    }
