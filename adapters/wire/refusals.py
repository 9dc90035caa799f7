"""Why a body is refused, in words that hold none of it."""

from __future__ import annotations

import codecs

import orjson

from adapters.errors import BodyRefused
from adapters.wire.tokens import VALUE_STEP, skip

_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def unreadable(raw: bytes, message: str, position: int) -> BodyRefused:
    """The refusal of bytes that no strict JSON reader takes.

    message, position: the parser's words (constants of its own, never content) and character offset.
    """
    if raw.startswith(_BOMS):
        return BodyRefused("bom", "The body starts with a byte order mark; send plain UTF-8.")
    try:
        offset = len(raw.decode()[:position].encode())
    except UnicodeDecodeError as broken:
        return BodyRefused("invalid_utf8", f"The body is not UTF-8 at byte {broken.start}.")
    place = f"at byte {offset}"
    if "surrogate" in message:
        return BodyRefused("lone_surrogate", f"A string {place} holds half of a surrogate pair.")
    if "depth" in message:
        return too_deep()
    if "after document" in message:
        return BodyRefused("trailing_bytes", f"The body goes on after its JSON value, {place}.")
    if "infinity" in message or raw.startswith((b"NaN", b"Infinity", b"-Infinity"), offset):
        return BodyRefused("not_a_number", f"The number {place} is not a finite JSON number.")
    if raw.startswith(b"I", offset) and raw.startswith(b"-", offset - 1):
        return BodyRefused("not_a_number", f"The number {place} is not a finite JSON number.")
    return BodyRefused(
        "not_json", f"The body is not JSON {place}." if raw else "The body is empty; send a JSON object."
    )


def too_deep() -> BodyRefused:
    """The refusal of nesting beyond the limit."""
    return BodyRefused("too_deep", "The body is nested too deeply.")


def too_many_texts() -> BodyRefused:
    """The refusal of more texts than the limit."""
    return BodyRefused(
        "too_many_texts", "The body has too many strings, names and numbers (limits.texts). Send fewer at once."
    )


def repeated_key(raw: bytes) -> BodyRefused:
    """The refusal of an object that names a key twice, with the byte offset of the second where it can be told."""
    offset = _second_key(raw)
    place = "" if offset is None else f" at byte {offset}"
    return BodyRefused("duplicate_key", f"An object repeats a key{place} (keys that differ only in letter case count).")


def _second_key(raw: bytes) -> int | None:
    """Offset of the first key that its object already has. Reads the bytes alone, since parsers keep only one."""
    open_values: list[set[str]] = []
    for step in VALUE_STEP.finditer(raw):
        head = raw[step.start()]
        if head in b"{[":
            open_values.append(set())
        elif head in b"}]":
            open_values.pop()
        elif head in b'"' and raw[skip(raw, step.end(), b"")] in b":" and _seen(open_values[-1], step.group()):
            return step.start()
    return None


def _seen(keys: set[str], token: bytes) -> bool:
    key = fold(str(orjson.loads(token)))
    if key in keys:
        return True
    keys.add(key)
    return False


def fold(key: str) -> str:
    """A key as lenient readers see it: letter case (also of K and long s) makes no difference."""
    return key.casefold()
