"""JSON tokens in bytes that are known to be valid JSON, and where each character of a string stands in them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from itertools import accumulate

import orjson

# The inside of a string but for escapes. Spelt as ranges, which the engine turns into one bitmap: twice as fast.
_PLAIN = rb"[\x00-!#-\[\]-\xff]*+"
# No possessive repeat of a group here or below: CPython before 3.11.5 matches them wrongly (gh-106052).
STRING = rb'"' + _PLAIN + rb"(?:\\." + _PLAIN + rb')*"'
_NUMBER = rb"-?[0-9][0-9.eE+-]*+"

# Strings and numbers, in the order of the document. Possessive, so that no input makes them backtrack.
TOKEN = re.compile(STRING + rb"|" + _NUMBER)

# The same where no quote follows two backslashes, so that a quote after one is always escaped: four times as fast.
_SIMPLE_TOKEN = re.compile(rb'"[^"]*+"(?:(?<=\\")[^"]*+")*|' + _NUMBER)

# One step through the inside of a string token: a run of plain characters, a surrogate pair, or one escape.
_STEP = re.compile(
    rb"(?P<run>[^\\]++)|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)

# Strings, brackets, commas and bare words, for finding the end of any value.
VALUE_STEP = re.compile(STRING + rb'|[\[\]{},:]|[^\s"\[\]{},:]++')


_BETWEEN = (b"{", b"[", b",")
_QUOTE = ord('"')
_MOST_PIECES = 10_000  # of a body cut at its backslashes
# In a string of more bytes than this places are looked up by marks, of which one stands every so many bytes or escapes.
LONG = 4096
_APART = 512


def token_spans(raw: bytes) -> list[tuple[int, int]]:
    """The byte span of every string and number, in the order of the document."""
    pattern = TOKEN if b'\\\\"' in raw else _SIMPLE_TOKEN
    return [token.span() for token in pattern.finditer(raw)]


def string_count(raw: bytes) -> int:
    """How many strings there are, keys included."""
    quotes = raw.count(b'"')
    if b"\\" not in raw:
        return quotes // 2
    pieces = raw.split(b"\\", _MOST_PIECES)
    if len(pieces) > _MOST_PIECES:
        plain = raw.replace(b"\\\\", b"")
        return (plain.count(b'"') - plain.count(b'\\"')) // 2
    escaped = 0
    after = iter(pieces)
    next(after)
    for piece in after:
        if not piece:
            next(after)  # one backslash escapes another: what follows the second is plain
        elif piece[0] == _QUOTE:
            escaped += 1
    return (quotes - escaped) // 2


def crowded(raw: bytes, most: int) -> bool:
    """Whether there are more than `most` values, without reading them: of bytes that may be no JSON at all."""
    if len(raw) <= 2 * most or sum(map(raw.count, _BETWEEN)) <= most:  # a value takes two bytes
        return False
    # What stands within strings is no value. Without escapes every second piece between quotes is outside.
    bare = raw.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in raw else raw
    if bare.count(b'"') > 4 * most + 2:  # names have quotes too
        return True
    outside = b"".join(bare.split(b'"')[::2])
    return sum(map(outside.count, _BETWEEN)) > most


def character_span(raw: bytes, start: int, end: int, i: int, j: int) -> tuple[int, int]:
    """Byte span in `raw` of characters `i:j` of the string token at `start:end` (its quotes included)."""
    if b"\\" not in raw[start + 1 : end - 1]:
        text = raw[start + 1 : end - 1].decode()
        first = start + 1 + len(text[:i].encode())
        return first, first + len(text[i:j].encode())
    return _offset(raw, start, end, i), _offset(raw, start, end, j)


def _offset(raw: bytes, start: int, end: int, index: int) -> int:
    """Byte offset of character `index` of an escaped string token."""
    left = index
    for step in _STEP.finditer(raw, start + 1, end - 1):
        if left == 0:
            return step.start()
        run = step["run"]
        width = len(run.decode()) if run else 1
        if left < width:
            return step.start() + len(run.decode()[:left].encode())
        left -= width
    return end - 1


class Places:
    """Where the characters of one long string token stand: read through once, then asked about many."""

    __slots__ = ("_bytes", "_characters", "_end", "_raw", "_written")

    def __init__(self, raw: bytes, start: int, end: int) -> None:
        self._raw, self._end = raw, end
        # Of every mark: where it stands, and how many characters stand before it, in the text and as it is written.
        self._bytes, self._characters, self._written = array("q", [start + 1]), array("q", [0]), array("q", [0])
        for step in _STEP.finditer(raw, start + 1, end - 1):
            high = step.end()
            if high - self._bytes[-1] < _APART:
                continue
            self._mark(step.start())
            for near in range(step.start() + _APART, high, _APART) if step["run"] else ():
                self._mark(next(place for place in range(near, 0, -1) if raw[place] & 0xC0 != 0x80))

    def span(self, i: int, j: int) -> tuple[int, int]:
        """Byte span of characters `i:j` of the text."""
        return self._offset(i), self._offset(j)

    def written(self, place: int) -> int:
        """How many characters stand before a byte, as the string is written."""
        index = bisect_right(self._bytes, place) - 1
        return self._written[index] + len(self._raw[self._bytes[index] : place].decode())

    def _mark(self, place: int) -> None:
        """A mark between two steps, or two characters of a run."""
        piece = self._raw[self._bytes[-1] : place]
        self._bytes.append(place)
        self._characters.append(self._characters[-1] + len(orjson.loads(b'"%b"' % piece)))
        self._written.append(self._written[-1] + len(piece.decode()))

    def _offset(self, character: int) -> int:
        index = bisect_right(self._characters, character) - 1
        # Up to the next mark, as if a quote stood on either side.
        end = self._bytes[index + 1] + 1 if index + 1 < len(self._bytes) else self._end
        return _offset(self._raw, self._bytes[index] - 1, end, character - self._characters[index])


class PlainPlaces:
    """The same of a text that stands in the bytes as it is."""

    __slots__ = ("_marks", "_start", "_text")

    def __init__(self, text: str, start: int) -> None:
        self._text, self._start = text, start
        pieces = [] if text.isascii() else [text[at : at + _APART] for at in range(0, len(text), _APART)]
        self._marks = array("q", accumulate((len(piece.encode()) for piece in pieces), initial=0))

    def span(self, i: int, j: int) -> tuple[int, int]:
        """Byte span of characters `i:j` of the text."""
        return self._offset(i), self._offset(j)

    def _offset(self, character: int) -> int:
        if len(self._marks) == 1:
            return self._start + character
        mark = character // _APART
        return self._start + self._marks[mark] + len(self._text[mark * _APART : character].encode())


def value_end(raw: bytes, start: int) -> int:
    """Where the JSON value that begins at `start` ends."""
    depth = 0
    for step in VALUE_STEP.finditer(raw, start):
        head = raw[step.start()]
        if head in b"[{":
            depth += 1
        elif head in b"]}":
            depth -= 1
        if depth == 0:
            return step.end()
    return len(raw)


def skip(raw: bytes, position: int, over: bytes) -> int:
    """The first position whose byte is neither white space nor one of `over`."""
    while raw[position] in b" \t\r\n" or raw[position] in over:
        position += 1
    return position
