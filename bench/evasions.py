"""Disguises of a value that must not hide it: what an evader would do by hand, in one function each."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

Disguise = Callable[[str], str]


def _fullwidth(value: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in value)


def _percent(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())


def _spaced(value: str) -> str:
    """One space between all letters and digits, whatever stood between them before."""
    return " ".join(char for char in value if char.isalnum())


UNICODE: dict[str, Disguise] = {
    "zero-width": "\u200b".join,
    "soft hyphen": "\u00ad".join,
    "fullwidth": _fullwidth,
}
ENCODED: dict[str, Disguise] = {
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "hex": lambda value: value.encode().hex(),
    "percent": _percent,
    "base64 of percent": lambda value: base64.b64encode(quote(value, safe="").encode()).decode(),
}
SPACED: dict[str, Disguise] = {"spaced": _spaced}
KINDS: dict[str, dict[str, Disguise]] = {"unicode": UNICODE, "encoded": ENCODED, "spaced": SPACED}
