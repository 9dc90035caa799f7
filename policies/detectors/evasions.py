"""Checks of what hides, steers or carries off: encoded runs, and addresses that take data along."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes

from policies.detectors.looks import DIGITS, entropy
from policies.detectors.model import Verdict

# Names of parameters of pictures that say size, quality or version, not data.
_HARMLESS = frozenset(
    b"w h s v width height size quality version format fm fit crop dpr auto style logo color colour label theme lang "
    b"locale rev ts t cache branch ref scale zoom page id itok sig signature expires".split()
)
_TELLING = frozenset(
    b"data d secret secrets token key keys password pwd q query text txt content c msg message m info payload exfil "
    b"leak prompt history chat conversation context email mail user name ssn iban body p log dump cookie session "
    b"env x b64 base64 encoded summary".split()
)
_IDENTIFIER = b"0123456789abcdefABCDEF-"
_LEAST_VALUE = 8
_LEAST_RANDOM = 24
_LEAST_LABEL = 30
# Whole megabytes are counted through: bytes that are no text, and bytes that are no letters.
_UNREADABLE = bytes(byte for byte in range(0x80) if not (0x20 <= byte < 0x7F or byte in b"\t\r\n"))
_NO_LETTERS = bytes(byte for byte in range(256) if not chr(byte).isalpha())
_LEAST_SIGNS = 8
_READABLE = 0.9
_LEAST_ENCODED = 20


def encoded_text(value: bytes) -> Verdict | None:
    """A long run of base64 or hexadecimal: surer where text comes out of it."""
    if value.startswith(b"eyJ") or _few_signs(value):
        return None
    plain = _decoded(value)
    if plain is None:
        return None
    readable = len(plain.translate(None, _UNREADABLE)) >= _READABLE * len(plain)
    if readable and b" " in plain and len(plain.translate(None, _NO_LETTERS)) > len(plain) // 2:
        return Verdict(0.85, "text comes out of it")
    return Verdict(0.4, "encoded")


def _few_signs(value: bytes) -> bool:
    if len(set(value[:256])) >= _LEAST_SIGNS:
        return False
    for _ in range(_LEAST_SIGNS - 1):
        value = value.translate(None, value[:1])
    return not value


def _decoded(value: bytes) -> bytes | None:
    try:
        if not value.translate(None, b"0123456789abcdefABCDEF"):
            return bytes.fromhex(value[: len(value) // 2 * 2].decode())
        plain = value.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        return base64.b64decode(plain[: len(plain) // 4 * 4])
    except (binascii.Error, ValueError):
        return None


def escaped_text(value: bytes) -> Verdict | None:
    """A run of escapes of which each stands for a letter that needs none."""
    return Verdict(0.85, "letters written as escapes") if len(value) >= _LEAST_ENCODED else None


def picture_address(value: bytes) -> Verdict | None:
    """The address of a picture, which is fetched without anybody's doing: does it carry data off?"""
    return _carried(value, _LEAST_VALUE, 0.9)


def link_address(value: bytes) -> Verdict | None:
    """The address of a link, which somebody must follow: only much data counts."""
    return _carried(value, _LEAST_RANDOM, 0.8)


def written_address(value: bytes) -> Verdict | None:
    """`![text](address` or `[text](address`: a picture or a link."""
    address = value.rpartition(b"](")[2].lstrip(b"< \n\t")
    return picture_address(address) if value.startswith(b"!") else link_address(address)


def _carried(value: bytes, least: int, confidence: float) -> Verdict | None:
    host, path, query = _parts(value)
    if _has_place(value):
        return Verdict(confidence, "a place for data in the address")
    for name, data in query:
        plain = unquote_to_bytes(data)
        if len(plain) < least or name in _HARMLESS:
            continue
        if name in _TELLING or b" " in plain.replace(b"+", b" ").strip() or b"@" in plain or _random(plain):
            return Verdict(confidence, "data in the query")
    if any(len(label) >= _LEAST_LABEL for label in host.split(b".")):
        return Verdict(confidence, "data in the host's name")
    parts = [unquote_to_bytes(part) for part in path.split(b"/")]
    if any(part.count(b" ") >= 2 or _told(part) for part in parts):
        return Verdict(confidence, "data in the path")
    return None


def _has_place(value: bytes) -> bool:
    """Whether the address has a place in braces where data would go; identifiers of documents are written so too."""
    places = unquote_to_bytes(value).split(b"{")[1:]
    return any(place.partition(b"}")[0].translate(None, _IDENTIFIER) for place in places)


def _parts(value: bytes) -> tuple[bytes, bytes, list[tuple[bytes, bytes]]]:
    """Host, path, and the pairs of the query (a query without names counts as one)."""
    rest = value.partition(b"://")[2].partition(b"#")[0]
    before, _, query = rest.partition(b"?")
    host, _, path = before.partition(b"/")
    pairs = []
    for pair in query.replace(b"&amp;", b"&").split(b"&") if query else ():
        name, equals, data = pair.partition(b"=")
        pairs.append((name.lower(), data) if equals else (b"data", name))
    return host, path, pairs


def _random(data: bytes) -> bool:
    return len(data) >= _LEAST_RANDOM and not DIGITS.isdisjoint(data) and entropy(data) >= 3.2


def _told(part: bytes) -> bool:
    """Base64 of readable text: what an address names otherwise (hashes, ids) decodes to no text."""
    bare = part.rpartition(b".")[0] if part[-5:].count(b".") else part
    verdict = encoded_text(bare) if len(bare) >= _LEAST_RANDOM else None
    return verdict is not None and verdict.confidence > 0.5
