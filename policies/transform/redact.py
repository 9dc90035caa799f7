"""Redaction: what stands in a text instead of a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import orjson

CONFIDENTIAL: Final = "confidential"


class Span(NamedTuple):
    """A stretch to be redacted and why."""

    start: int
    end: int
    detector: str
    rule: str


def placeholder(detector: str) -> str:
    """What is shown for a value, safe inside JSON strings, code and URLs' text: `[redacted: fin.iban]`."""
    return f"[redacted: {detector}]"


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Overlapping spans as one, in order; it goes by the detector and rule of its first and longest one."""
    current: Span | None = None
    for span in sorted(spans, key=lambda s: (s.start, -s.end, s.detector, s.rule)):
        if current is None or span.start >= current.end:
            if current is not None:
                yield current
            current = span
        elif span.end > current.end:
            current = current._replace(end=span.end)
    if current is not None:
        yield current


def whole_escapes(text: str, start: int, end: int) -> tuple[int, int]:
    """The span moved so that it splits no escape of the JSON source `text` (`\\n`, `\\u00e9`).

    An escape that it begins inside is left alone, one that it ends inside is taken whole: the end may then lie behind
    the end of a text that is still growing.
    """
    first = start
    for back in range(1, 6):
        at = start - back
        if at >= 0 and text[at] == "\\" and _begins_escape(text, at):
            first = max(start, at + _length(text, at))
    for back in range(1, 6):
        at = end - back
        if at >= start and text[at] == "\\" and _begins_escape(text, at):
            end = max(end, at + _length(text, at))
    return (first if first < end else start), end


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
    return 6 if text[at + 1 : at + 2] == "u" else 2


def _begins_escape(text: str, at: int) -> bool:
    """Whether the backslash at `at` begins an escape: an even number of backslashes stand right before it."""
    count = 0
    while at - count > 0 and text[at - count - 1] == "\\":
        count += 1
    return count % 2 == 0
