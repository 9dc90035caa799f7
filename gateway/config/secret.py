"""Secrets by reference: `${NAME}` from the environment, `file:PATH` from a file. Never written in a configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

MAX_SECRET = 64 << 10
_ENVIRONMENT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class SecretMissing(Exception):
    """The reference names a variable that isn't set, or a file that can't be read or is empty."""


class Secret:
    """A secret that never shows itself. `reveal()` gives its text; a file is read again after it changed."""

    __slots__ = ("_path", "_stamp", "_text", "reference")

    def __init__(self, reference: str, text: str, path: Path | None = None, stamp: int = 0) -> None:
        self.reference = reference
        self._text = text
        self._path = path
        self._stamp = stamp

    @classmethod
    def resolve(
        cls, reference: str, folder: Path, environ: Mapping[str, str], unset: list[str] | None = None
    ) -> Secret:
        """Read what `reference` names. folder: where a relative `file:` starts. SecretMissing says what is missing.

        unset: gets the names of variables that aren't set, in the place of SecretMissing.
        """
        if found := _ENVIRONMENT.fullmatch(reference):
            text = environ.get(found[1], "").strip()
            if not text and unset is None:
                raise SecretMissing(f"the environment variable {found[1]} is not set")
            if not text and unset is not None:
                unset.append(found[1])
            return cls(reference, text)
        if reference.startswith("file:"):
            path = folder / reference.removeprefix("file:")
            return cls(reference, _read(path), path, _stamp(path))
        # The words don't repeat the value: whoever pasted a key here must not find it in a log as well.
        raise SecretMissing("a secret is given by reference: ${NAME} or file:PATH, never written here")

    @property
    def known(self) -> bool:
        """Whether it has a text: not where its variable isn't set and nothing is to be sent."""
        return bool(self._text)

    def reveal(self) -> str:
        """The secret's text. Where its file is gone or empty for a moment, the last text that was read."""
        if not self._text:
            raise SecretMissing(f"{self.reference} is not set")  # nothing is ever sent with an empty key
        if self._path is not None:
            self._read_again(self._path)
        return self._text

    def _read_again(self, path: Path) -> None:
        try:
            stamp = _stamp(path)
            if stamp != self._stamp:
                self._text, self._stamp = _read(path), stamp
        except (OSError, SecretMissing):
            return

    def __eq__(self, other: object) -> bool:
        """The same reference, and the same text when each was read last."""
        if not isinstance(other, Secret):
            return NotImplemented
        return (self.reference, self._path, self._text) == (other.reference, other._path, other._text)

    def __hash__(self) -> int:
        return hash((self.reference, self._path))

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret can't be copied out of the process")


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SecretMissing(f"the secret's file {path} can't be read: {error.strerror}") from None
    try:
        text = raw[: MAX_SECRET + 1].decode().strip()
    except UnicodeDecodeError:
        text = ""
    if not text or len(raw) > MAX_SECRET or "\n" in text:
        raise SecretMissing(f"the secret's file {path} must hold one line of text")
    return text
