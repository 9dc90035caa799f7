"""Runs of encoded text, and characters written one by one: base64, hexadecimal, `4 9 7 0`.

A run is found by what text looks like when it is encoded: three bytes of ASCII in base64 pass a test of three letters
that random ones pass once in fourteen times, so that keys, hashes and pictures are passed over in one search, at any
alignment. RFC 4648 (base64, base64url, base16), RFC 2045 (line breaks).
"""

from __future__ import annotations

import binascii
from array import array
from collections.abc import Callable
from typing import NamedTuple

from policies.detectors.budget import Budget
from policies.detectors.layers import Builder, Layer
from policies.detectors.patterns import OUTSIDE, Pattern, Tail, led
from policies.detectors.reading import longest, prefixes
from policies.detectors.steps import Steps
from policies.detectors.syntax import Alt, Chars, Node, parse
from policies.detectors.view import IGNORED, WORD, padded, padding

_BREAK = r"(?:\r?\n[ \t]{0,8})?"
_ANY = r"[A-Za-z0-9+/_\-]"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# Bytes of ASCII that are text; those that begin other characters, of the alphabets and forms that look like Latin ones
# or print nothing; those that go on with them.
_ASCII = frozenset([9, 10, 13, *range(0x20, 0x7F)])
_LEAD = frozenset(b"\xc2\xc3\xce\xcf\xd0\xd1\xe2\xe3\xef\xf0\xf3")
_MORE = frozenset(range(0x80, 0xC0))


def _letters(values: set[int]) -> str:
    found = "".join(_ALPHABET[value] for value in sorted(values))
    return "[" + found.replace("/", "/_").replace("+", r"+\-") + "]"


def _quad(first: frozenset[int], second: frozenset[int], third: frozenset[int]) -> str:
    """The four letters that decode to three bytes of these kinds (and some more: each letter is looked at alone)."""
    return _BREAK.join(
        (
            _letters({one >> 2 for one in first}),
            _letters({(one & 3) << 4 | two >> 4 for one in first for two in second}),
            _letters({(two & 15) << 2 | three >> 6 for two in second for three in third}),
            _letters({three & 63 for three in third}),
        )
    )


def _quads(first: str) -> str:
    """Four letters that decode to three bytes of text, in which a character may begin or end anywhere.

    first: what the first byte may be: a character of ASCII, the lead of another, or what goes on with it.
    """
    kinds = {"a": _ASCII, "l": _LEAD, "m": _MORE}
    texts = ("aal", "alm", "lmm", "lma", "lml", "mmm", "mma", "mml", "maa", "mal", "mlm")
    return "|".join(_quad(*(kinds[kind] for kind in text)) for text in texts if text[0] in first)


_PLAIN = _quad(_ASCII, _ASCII, _ASCII)
_QUAD = f"(?:{_PLAIN}|{_quads('alm')})"
_LOOSE = f"(?:{_BREAK}{_ANY}){{4}}"
# What tells text from chance: nine characters of ASCII, or twelve bytes of any.
_QUADS = f"(?:{_PLAIN}(?:{_BREAK}{_PLAIN}){{2}}|{_QUAD}(?:{_BREAK}{_QUAD}){{3}})"
# The same of text that begins with a whole character.
_WHOLE_QUADS = f"(?:{_PLAIN}(?:{_BREAK}{_PLAIN}){{2}}|(?:{_PLAIN}|{_quads('al')})(?:{_BREAK}{_QUAD}){{3}})"
# Three characters of ASCII in UTF-16, little-endian: every second byte is zero.
_ZERO = frozenset([0])
_WIDE = _quad(_ASCII, _ZERO, _ASCII) + _quad(_ZERO, _ASCII, _ZERO)
_MARK = r"(?:0[xX]|\\x)?"
_PAIR = f"{_MARK}(?:[2-7][0-9A-Fa-f]|0[9AaDd])"
# Pairs of digits in one piece (over lines as well), and with signs between them.
_TOGETHER, _SPACED = r"(?:\r?\n)?", r"(?:[ ,:\-]{1,2}|\r?\n)"


def _letters_in_pairs(between: str) -> str:
    """A character of text in pairs of digits."""
    lead = f"{_MARK}(?:[Cc][23EeFf]|[Dd][01]|[Ee][23Ff]|[Ff][03])"
    return f"(?:{_PAIR}|{lead}(?:{between}{_MARK}[89ABab][0-9A-Fa-f]){{1,3}})"


def _pairs(between: str) -> str:
    """The fewest pairs that are looked at."""
    letter = _letters_in_pairs(between)
    return f"{letter}(?:{between}{letter}){{7}}"


def _all_pairs(between: str) -> str:
    letter = _letters_in_pairs(between)
    loose = f"(?:{between}{_MARK}[0-9A-Fa-f]{{2}}){{1,3}}"
    return f"{_pairs(between)}(?:{between}{letter})*(?:{loose}(?:{between}{letter})+)*"


# Pairs whose mark is no letter, and may stand anywhere.
_MARKED = r"(?:\\x[2-7][0-9A-Fa-f]){8}"
_ONE = "[A-Za-z0-9]"
_APART = r"[ \t\r\n,;|_./:*~\-]{1,3}"
_ONES = f"{_ONE}(?:{_APART}{_ONE}){{8}}"

# So many characters behind a run may still belong to it.
BEHIND = 24
# What a run, each of its characters, and each that is read by itself, cost beside an attempt to match.
_RUN, _CHARACTER, _SINGLE = 2.0, 0.002, 0.06
_STANDARD = bytes.maketrans(b"-_", b"+/")
_RUNS_ON = WORD | frozenset(b"+/-_")
# So many are put into a layer in one step; of one run so many characters, or so many that are read by themselves.
_GATHERED = 64
_STEP, _SINGLES = 1 << 14, 2048
_HEX = b"0123456789abcdefABCDEF"
_BLANKS = b"\r\n \t"
_NO_LETTERS = _BLANKS + b"="
_ZERO_IGNORED = bytes([IGNORED, *range(1, 256)])

# Puts what a run [low, high) of the layer stands for.
_Read = Callable[[Builder, bytes, int, int], Steps[None]]


class Kind(NamedTuple):
    """A way to write text otherwise.

    pattern: a run, which begins where and only where `least` does, in at most `size` characters. apart: its characters
    stand one by one, and only what is sure counts in it.
    """

    note: str
    pattern: Pattern
    least: Pattern
    size: int
    read: _Read
    apart: bool

    def search(self, seen: bytes, place: int, size: int) -> Steps[tuple[int, ...] | None]:
        """The first run from a place on."""
        begins = yield from led(self.least, seen, place, size, size, self.size)
        return None if begins is None else self.pattern.at(seen, begins[0], size)


class Run(NamedTuple):
    kind: Kind
    low: int
    high: int


def _base64(builder: Builder, seen: bytes, low: int, high: int) -> Steps[None]:
    at, end, pause = low, high, low + _STEP
    while at < end:
        if at > pause:
            pause = at + _STEP
            yield
        line = _line(seen, at, end)
        size = line - at
        full = size - size % 4
        # The rest of a line goes on in the next one, or is the last, shorter quad.
        builder.put((yield from padding(_octets(seen[at : at + full]))), at, 3, 4) if full else None
        at += full
        if full < size:
            at = _odd_quad(builder, seen, at, end)
        while at < end and seen[at] in _NO_LETTERS:
            at += 1


def _line(seen: bytes, at: int, end: int) -> int:
    found = seen.find(b"\n", at, end)
    line = end if found < 0 else found
    while line > at and seen[line - 1] in b"\r=":
        line -= 1
    return line


def _odd_quad(builder: Builder, seen: bytes, at: int, end: int) -> int:
    """A quad over a line break, or of two or three letters at the end. Returns where the next one begins."""
    letters, place = b"", at
    while place < end and len(letters) < 4:
        if seen[place] not in _BLANKS:
            letters += seen[place : place + 1]
        place += 1
    data = _text(letters.rstrip(b"="))
    if data:
        builder.put(data, at, len(data), place - at)
    return place


def _text(letters: bytes) -> bytes:
    """The view of what base64 letters decode to, one byte for each."""
    return padded(_octets(letters))


def _octets(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters.translate(_STANDARD) + b"=" * (-len(letters) % 4))


def _wide(builder: Builder, seen: bytes, low: int, high: int) -> Steps[None]:
    letters = seen[low:high].rstrip(b"=")
    size = len(letters) - len(letters) % 4
    for data, at in ((letters[:size], low), (letters[size:], low + size)):
        octets = _octets(data).translate(_ZERO_IGNORED)
        if octets:
            builder.put(octets, at, min(len(octets), 3), 4)
    yield from ()


def _hexadecimal(builder: Builder, seen: bytes, low: int, high: int) -> Steps[None]:
    if not seen[low:high].translate(None, _HEX):
        builder.put((yield from padding(bytes.fromhex(seen[low:high].decode()))), low, 1, 2)
        return
    at, origins, octets, pause = low, array("q"), bytearray(), _SINGLES
    while at < high - 1:
        if len(origins) >= pause:
            pause += _SINGLES
            yield
        if seen[at + 1] in b"xX" or seen[at] not in _HEX:
            at += 2 if seen[at + 1] in b"xX" else 1
            continue
        origins.append(at)
        octets.append(int(seen[at : at + 2], 16))
        at += 2
    read = yield from padding(bytes(octets))
    for index, (origin, byte) in enumerate(zip(origins, read, strict=True)):
        if index % _SINGLES == _SINGLES - 1:
            yield
        builder.put(bytes([byte]), origin, 1, 2)


def _apart(builder: Builder, seen: bytes, low: int, high: int) -> Steps[None]:
    """The characters drawn together; then once more, cut where small letters (the words `a` and `y`) touch digits."""
    places, letters = array("q"), bytearray()
    for place in range(low, high):
        if place % _SINGLES == _SINGLES - 1:
            yield
        if seen[place] in WORD:
            places.append(place)
            letters.append(seen[place])
            builder.put(seen[place : place + 1], place)
    if letters.upper() == letters:
        return
    builder.separate(low)
    last = 0
    for index, place in enumerate(places):
        if index % _SINGLES == _SINGLES - 1:
            yield
        byte = seen[place]
        if last and _small(last) != _small(byte) and (_small(last) or _small(byte)):
            builder.separate(place)
        builder.put(bytes([byte]), place)
        last = byte


def _small(byte: int) -> bool:
    return 0x61 <= byte <= 0x7A


def _all_quads(fewest: str) -> Pattern:
    """A run of base64 that begins with at least so many letters of text; what is none may stand between."""
    loose = f"(?:(?:{_LOOSE}){{1,2}}(?:{_BREAK}{_QUAD})+)*"
    return Pattern(parse(f"{fewest}(?:{_BREAK}{_QUAD})*{loose}(?:{_ANY}{{2,3}})?={{0,2}}"))


def _kind(note: str, least: str, whole: Pattern, read: _Read, *, apart: bool = False) -> Kind:
    node = parse(least)
    return Kind(note, whole, Pattern(node), int(longest(node)), read, apart)


_WIDE_QUADS = f"(?:{_WIDE}){{3}}"
_KINDS = (
    _kind("in base64", _QUADS, _all_quads(_QUADS), _base64),
    _kind("in base64", _WIDE_QUADS, Pattern(parse(f"(?:{_WIDE}){{3,}}(?:{_ANY}{{2,7}})?={{0,2}}")), _wide),
    _kind("in hexadecimal", _pairs(_TOGETHER), Pattern(parse(_all_pairs(_TOGETHER))), _hexadecimal),
    _kind("in hexadecimal", _pairs(_SPACED), Pattern(parse(_all_pairs(_SPACED))), _hexadecimal),
    _kind("written apart", _ONES, Pattern(parse(f"{_ONES}(?:{_APART}{_ONE})*")), _apart, apart=True),
)
# Base64 is looked for by its plain quads; any quads are only looked for in long words, where few texts have some: their
# pattern has too many states for a whole text.
_PLAIN_QUADS = parse(f"{_PLAIN}(?:{_BREAK}{_PLAIN}){{2}}")
_SHORTEST = 16
_LONG_WORD = parse(f"{_ANY}{{{_SHORTEST}}}")
# So much of a long word is looked through at a time, so much of all in a step; what is found in one counts beside.
_WINDOW, _LOOKED_THROUGH, _FOUND = 1024, 3072, 128
_OUTSIDE = Pattern(Chars(frozenset(range(256)) - WORD - frozenset(b"+/-_")))
_FINDS_PLAIN, _FINDS_WORD, _FINDS_QUADS = Pattern(_PLAIN_QUADS), Pattern(_LONG_WORD), _KINDS[0].least
_PLAIN_SIZE = int(longest(_PLAIN_QUADS))
# Any run, for one search over a text that holds none.
RUN: Node = Alt((_PLAIN_QUADS, _LONG_WORD, *map(parse, (_WIDE_QUADS, _pairs(_TOGETHER), _pairs(_SPACED), _ONES))))
# An answer is looked through for runs that begin where a word does, with a whole character. If they could begin inside
# any word, the last letters of every piece of a stream would have to be held.
_OF_ANSWERS = _all_quads(_WHOLE_QUADS)
_AT_WORDS = (f"{_ONES}{_APART}", _WHOLE_QUADS, _WIDE_QUADS, _pairs(_TOGETHER), _pairs(_SPACED))
_BEGUN = Tail([prefixes(parse(source)) for source in _AT_WORDS], [prefixes(parse(_MARKED))], WORD)
TAIL = 96


def begun(seen: bytes) -> int:
    """Where a run may begin that a growing text has not shown yet; its length if none may."""
    base = max(len(seen) - TAIL, 0)
    return base + _BEGUN.start(seen[base:])


def runs(layer: Layer, most: int, budget: Budget, *, answer: bool = False) -> Steps[list[Run]]:
    """Every run of a layer from its start on, in pieces of at most `most` characters. Pauses, and returns a list.

    answer: only those that begin where a word does.
    """
    seen, size = layer.seen, len(layer.seen)
    found: list[Run] = []
    for kind in _KINDS:
        place = layer.start
        find = _Base64().search if kind.read is _base64 else kind.search
        while (span := (yield from find(seen, place, size))) is not None:
            low = span[0]
            if answer:
                at = _of_answer(kind, seen, span)
                if at is None:
                    place = _next_word(seen, low)
                    continue
                span = at
            place = min(span[1], low + most)
            budget.spend(_RUN + (place - low) * (_SINGLE if kind.apart else _CHARACTER))
            run = _trimmed(seen, kind, low, place)
            if run is not None and layer.note(run.low, run.high) is not None:
                found.append(run)
            if budget.tired():
                yield
    return found


class _Base64:
    """Finds runs of base64 in one text, from place to place; what it learnt of the text ahead it keeps."""

    __slots__ = ("_looked", "_plain")

    def __init__(self) -> None:
        self._plain = -1
        # Characters looked through since the last pause.
        self._looked = 0

    def search(self, seen: bytes, place: int, size: int) -> Steps[tuple[int, ...] | None]:
        """The first run from a place on; places only grow."""
        if self._plain < place:
            plain = yield from led(_FINDS_PLAIN, seen, place, size, size, _PLAIN_SIZE)
            self._plain = plain[0] if plain is not None else size
        first = self._plain
        # A long word that begins before the plain groups may go on behind them, which lie in it at another alignment.
        reach = min(first + _SHORTEST - 1, size)
        while (word := (yield from led(_FINDS_WORD, seen, place, reach, reach, _SHORTEST))) is not None:
            if self._looked > _LOOKED_THROUGH:
                self._looked = 0
                yield
            limit = min(word[0] + _WINDOW, size)
            end = _OUTSIDE.search(seen, word[1], limit)
            limit = end[0] if end is not None else limit
            quads = _FINDS_QUADS.search(seen, word[0], limit)
            self._looked += (limit if quads is None else quads[1]) - word[0]
            if quads is not None:
                self._looked += _FOUND
                first = min(first, quads[0])
                break
            place = end[1] if end is not None else limit - _SHORTEST + 1
        return _KINDS[0].pattern.at(seen, first, size) if first < size else None


def _of_answer(kind: Kind, seen: bytes, span: tuple[int, ...]) -> tuple[int, ...] | None:
    """The run of an answer that begins with a run of any text, if one does."""
    low = span[0]
    if low and seen[low] in WORD and seen[low - 1] in WORD:
        return None
    return _OF_ANSWERS.at(seen, low, len(seen)) if kind.read is _base64 else span


def _next_word(seen: bytes, place: int) -> int:
    """Where the next word begins."""
    outside = OUTSIDE.search(seen, place, len(seen))
    return len(seen) if outside is None else outside[1]


def _trimmed(seen: bytes, kind: Kind, low: int, high: int) -> Run | None:
    """Of characters written apart, the first and last may belong to words beside them."""
    if kind.apart:
        if low and seen[low - 1] in WORD:
            low = next(place for place in range(low + 1, high) if seen[place] in WORD)
        if high < len(seen) and seen[high] in WORD:
            high = next(place for place in range(high - 2, low, -1) if seen[place] in WORD) + 1
    return Run(kind, low, high)


def gathered(layer: Layer, found: list[Run], before: int, after: int) -> Steps[Layer | None]:
    """The layer of what runs stand for, each with the characters before and behind it that may judge it."""
    builder, seen = Builder(layer), layer.seen
    for index, (kind, low, high) in enumerate(found):
        if index % _GATHERED == _GATHERED - 1:
            yield
        first = max(low - before, seen.rfind(b"\0", max(low - before, 0), low) + 1, 0)
        builder.copy(first, low)
        if low and seen[low - 1] in _RUNS_ON:
            builder.separate(low)
        place = builder.size
        yield from kind.read(builder, seen, low, high)
        builder.mark(place, kind.note, whole=True)
        builder.separate(high)
        end = min(high + after, len(seen))
        border = seen.find(b"\0", high, end)
        builder.copy(high, end if border < 0 else border)
        builder.border(high)
    return builder.layer()
