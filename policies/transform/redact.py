"""Redaction: what stands in a text instead of a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import hexdigits
from typing import Final, NamedTuple

import orjson

CONFIDENTIAL: Final = "confidential"

_FILLER: Final = "\u200b"
_SHORT: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Span(NamedTuple):
    """A stretch to be replaced and why. action: redact | pseudonymise. surrogate: as in Rewrite."""

    start: int
    end: int
    detector: str
    rule: str
    action: str = "redact"
    surrogate: bool = False


def placeholder(detector: str) -> str:
    """What is shown for a value, safe inside JSON strings, code and URLs' text: `[redacted: fin.iban]`."""
    return f"[redacted: {detector}]"


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Overlapping spans as one, in order; it goes by the first and longest, or the first that redacts if any does."""
    current: Span | None = None
    for span in sorted(spans, key=lambda s: (s.start, -s.end, s.detector, s.rule, s.surrogate)):
        if current is None or span.start >= current.end:
            if current is not None:
                yield current
            current = span
        else:
            ruling = span if current.action != "redact" and span.action == "redact" else current
            current = ruling._replace(start=current.start, end=max(current.end, span.end))
    if current is not None:
        yield current


def unescaped(text: str) -> str:
    """JSON source as a reader of its strings sees it, each escape as fillers and its character: offsets stay.

    The fillers print nothing, so detection looks through them. An escape that is cut off at the end is left out.
    """
    parts: list[str] = []
    done, at = 0, text.find("\\")
    while at >= 0:
        length = _length(text, at)
        if at + length > len(text):
            return "".join([*parts, text[done:at]])
        parts += (text[done:at], _FILLER * (length - 1), _character(text[at + 1 : at + length]))
        done = at + length
        at = text.find("\\", done)
    return "".join([*parts, text[done:]]) if parts else text


def whole_escapes(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened so that it splits no escape of the JSON source `text`."""
    last = escape_start(text, end)
    return escape_start(text, start), end if last == end else last + _length(text, last)


def trimmed_escapes(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without escapes of the JSON source `text` that it splits: their letters are none of the value's.

    Widened instead where nothing would be left.
    """
    first, last = escape_start(text, start), escape_start(text, end)
    begin = start if first == start else first + _length(text, first)
    return (begin, last) if begin < last else whole_escapes(text, start, end)


def escape_start(text: str, place: int) -> int:
    """`place`, or where the escape begins that it lies inside."""
    for at in range(max(place - 5, 0), place):
        if text[at] == "\\" and _begins_escape(text, at) and at + _length(text, at) > place:
            return at
    return place


def breaks_strings(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` of JSON source holds an unescaped quote: replacing it would join two strings."""
    at = text.find('"', start, end)
    while at >= 0:
        if not (at and text[at - 1] == "\\" and _begins_escape(text, at - 1)):
            return True
        at = text.find('"', at + 1, end)
    return False


def is_json_source(text: str) -> bool:
    """Whether a text is a JSON object or array, as tool arguments are in some dialects."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _length(text: str, at: int) -> int:
    """Characters of the escape that begins at `at`, as if the text went on where it is cut off."""
    if text[at + 1 : at + 2] != "u":
        return 2
    return 6 if all(c in hexdigits for c in text[at + 2 : at + 6]) else 2


def _character(escape: str) -> str:
    """What an escape without its backslash stands for."""
    if len(escape) == 5:
        return chr(int(escape[1:], 16))
    return _SHORT.get(escape, escape)


def _begins_escape(text: str, at: int) -> bool:
    """Whether the backslash at `at` begins an escape: an even number of backslashes stand right before it."""
    count = 0
    while at - count > 0 and text[at - count - 1] == "\\":
        count += 1
    return count % 2 == 0
