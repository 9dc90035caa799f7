"""Characters written as escapes: percent-encoding, `\\uXXXX` and `\\xNN` as programs write them, HTML entities.

Each escape reads as its character in a layer of its own, around the places where any stand. RFC 3986 (percent),
ECMA-262 and the Python reference (backslashes), the HTML standard's named references.
"""

from __future__ import annotations

from html.entities import html5

from policies.detectors.budget import Budget
from policies.detectors.layers import Builder, Layer
from policies.detectors.patterns import Pattern, Tail, led
from policies.detectors.steps import Steps, let_go
from policies.detectors.syntax import parse
from policies.detectors.view import IGNORED, byte_of

# What looks for escapes at all, and what at the end of a growing text could still become one.
ESCAPE = parse(
    r"%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})|\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|U[0-9A-Fa-f]{8})"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,8});"
)
_BEGUN = parse(
    r"%(?:[0-9A-Fa-f]|u[0-9A-Fa-f]{0,3}|[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){0,2}(?:%[89ABab]?)?)?"
    r"|\\(?:x[0-9A-Fa-f]?|u[0-9A-Fa-f]{0,3}|u\{[0-9A-Fa-f]{0,6}|U[0-9A-Fa-f]{0,7}"
    r"|u[Dd][89ABab][0-9A-Fa-f]{2}(?:\\(?:u[0-9A-Fa-f]{0,3})?)?)?"
    r"|&(?:#[0-9]{0,7}|#[xX][0-9A-Fa-f]{0,6}|[A-Za-z][A-Za-z0-9]{0,8})?"
)
# Characters of the longest escape.
LONGEST = 12
_FOUND = Pattern(ESCAPE)
_UNFINISHED = Tail([], [_BEGUN], frozenset())
_HEX = {b"%02x" % code: code for code in range(256)}
_HEX |= {bytes([high, low]): int(bytes([high, low]), 16) for high in b"0123456789abcdefABCDEF" for low in
         b"0123456789abcdefABCDEF"}  # fmt: skip
_NAMED = {name[:-1].encode(): value for name, value in html5.items() if name.endswith(";") and len(value) == 1}
_DIGITS = b"0123456789abcdefABCDEF"
# What an escape costs beside an attempt to match.
_COST = 0.15
# So many are put into a layer in one step; so many characters are looked through in order, with more than a few.
_BUILT = 1024
_PIECE = 1 << 12
_FEW = 256


# Low, high and the byte: plain tuples of numbers, which the garbage collector soon leaves alone.
_Escape = tuple[int, int, int]


def unfinished(seen: bytes) -> int:
    """Where an escape begins that a growing text could still complete; its length if none does."""
    base = max(len(seen) - 2 * LONGEST, 0)
    return base + _UNFINISHED.start(seen[base:])


def stands(seen: bytes, low: int, high: int) -> bool:
    """Whether an escape stands between two places."""
    return _FOUND.finds(seen, low, high)


def unescaped(below: Layer, margin: int, budget: Budget) -> Steps[Layer | None]:
    """The layer in which escapes read as their characters, with `margin` characters around them; None without any.

    A generator that pauses, and returns the layer.
    """
    seen, size = below.seen, len(below.seen)
    if not (b"%" in seen or b"&" in seen or b"\\" in seen):
        return None
    if (yield from led(_FOUND, seen, 0, size, size, LONGEST)) is None:
        return None
    found: list[_Escape] = []
    places = {mark: seen.find(mark) for mark in _READ}
    for low in range(0, size, _PIECE):
        piece: list[_Escape] = []
        for mark, read in _READ.items():
            place = places[mark]
            while 0 <= place < low + _PIECE:
                budget.spend(_COST)
                escape = read(seen, place)
                if escape is not None:
                    piece.append(escape)
                place = seen.find(mark, place + 1 if escape is None else escape[1])
            places[mark] = place
        piece.sort()
        found += piece if below.spans is None else [one for one in piece if below.note(one[0], one[1]) is not None]
        if len(piece) > _FEW or budget.tired():
            yield
    layer = yield from _built(below, found, margin)
    yield from let_go(found)
    return layer


def _built(below: Layer, found: list[_Escape], margin: int) -> Steps[Layer | None]:
    """Windows around the escapes, none of them over the border between two texts."""
    builder, seen, size = Builder(below), below.seen, len(below.seen)
    done, start, end = 0, -1, 0
    for index, (low, high, byte) in enumerate(found):
        if index % _BUILT == _BUILT - 1:
            yield
        border = seen.find(b"\0", done, low)
        if not end or border >= 0 or low - done > 2 * margin:
            if end:
                builder.copy(done, _clipped(seen, done, margin))
                builder.border(done)
            done = max(low - margin, done, seen.rfind(b"\0", done, low) + 1)
        if start < 0 and below.start <= low:
            start = builder.size + max(below.start - done, 0)
        builder.copy(done, low)
        place = builder.size
        builder.put(bytes([byte]), low, 1, high - low)
        builder.mark(place, "escaped", whole=False)
        done = end = high
    if not found:
        return None
    end = _clipped(seen, done, margin)
    if start < 0:
        start = builder.size + min(max(below.start - done, 0), end - done)
    builder.copy(done, end)
    return builder.layer(start, growing=below.growing and end == size)


def _clipped(seen: bytes, done: int, margin: int) -> int:
    """Where a window that begins its last characters at `done` ends."""
    end = min(done + margin, len(seen))
    border = seen.find(b"\0", done, end)
    return end if border < 0 else border


def _percent(seen: bytes, place: int) -> _Escape | None:
    if seen[place + 1 : place + 2] == b"u":
        code = _hex(seen, place + 2, place + 6)
        return None if code is None else (place, place + 6, byte_of(chr(code)))
    first = _HEX.get(seen[place + 1 : place + 3])
    if first is None:
        return None
    octets, end = bytes([first]), place + 3
    while len(octets) < _octets(first):
        follows = _HEX.get(seen[end + 1 : end + 3]) if seen[end : end + 1] == b"%" else None
        if follows is None:
            return None
        octets, end = octets + bytes([follows]), end + 3
    try:
        return place, end, byte_of(octets.decode())
    except UnicodeDecodeError:
        # `%DB_PASSWORD%` is a variable.
        return None


def _octets(first: int) -> int:
    """How many bytes a character of UTF-8 has that begins with this one."""
    return 1 if first < 0xC2 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4 if first < 0xF5 else 1


def _backslash(seen: bytes, place: int) -> _Escape | None:
    mark = seen[place + 1 : place + 2]
    if mark == b"u" and seen[place + 2 : place + 3] == b"{":
        end = seen.find(b"}", place + 3, place + 10)
        return _escape(place, end + 1, _hex(seen, place + 3, end))
    size = {b"x": 2, b"u": 4, b"U": 8}.get(mark, 0)
    end = place + 2 + size
    code = _hex(seen, place + 2, end) if size else None
    if code is not None and 0xD800 <= code < 0xDC00 and seen[end : end + 2] == b"\\u":
        low = _hex(seen, end + 2, end + 6)
        if low is not None and 0xDC00 <= low < 0xE000:
            return _escape(place, end + 6, 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00)
    return _escape(place, end, code)


def _entity(seen: bytes, place: int) -> _Escape | None:
    end = seen.find(b";", place + 2, place + LONGEST)
    if end < 0:
        return None
    if seen[place + 1] != 0x23:
        named = _NAMED.get(seen[place + 1 : end])
        return None if named is None else (place, end + 1, byte_of(named))
    if seen[place + 2] in b"xX":
        return _escape(place, end + 1, _hex(seen, place + 3, end))
    digits = seen[place + 2 : end]
    return _escape(place, end + 1, int(digits) if digits.isdigit() else None)


def _hex(seen: bytes, low: int, high: int) -> int | None:
    digits = seen[low:high]
    if not 0 < len(digits) == high - low or digits.strip(_DIGITS):
        return None
    return int(digits, 16)


def _escape(low: int, high: int, code: int | None) -> _Escape | None:
    if code is None or code > 0x10FFFF:
        return None
    return low, high, byte_of(chr(code)) if code else IGNORED


_READ = {b"%": _percent, b"\\": _backslash, b"&": _entity}
