"""The one-byte view: what detectors see of a text, one byte a character, so that offsets are exact and free.

Accents are dropped (é reads e), look-alikes and other forms of digits and letters read as their plain ASCII form
(fullwidth, mathematical, Cyrillic and Greek look-alikes), every space reads as a space, every dash as `-`. Characters
that print nothing (zero-width, soft hyphen, variation selectors, combining marks, tags) read as `IGNORED`; only when
one is present does `squeezed` make a second view without them, with a map back. NUL stays NUL: nothing matches across.
"""

from __future__ import annotations

import codecs
import unicodedata
from array import array
from itertools import compress

from policies.detectors.lookalikes import LOOKALIKES
from policies.detectors.steps import Steps

IGNORED = 0xAD
LETTER = 0xFF  # a letter of a script with no ASCII likeness
_OTHER = 0x1A
_OE = 0x9C  # œ has no single-letter form; windows-1252 gives it this byte

# Bytes of letters and digits: what may not touch a word.
WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") | {_OE, 0xE6, 0xDF, 0xFE, LETTER}

_LETTERS = {
    "œ": _OE, "Œ": _OE, "æ": 0xE6, "Æ": 0xE6, "ß": 0xDF, "þ": 0xFE, "Þ": 0xFE, "ÿ": LETTER, "ø": ord("o"),
    "Ø": ord("O"), "đ": ord("d"), "Đ": ord("D"), "ł": ord("l"), "Ł": ord("L"), "ı": ord("i"), "ð": ord("d"),
}  # fmt: skip
_MARKS = {
    "’": "'", "‘": "'", "‚": "'", "‛": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"',
    "«": '"', "»": '"', "‹": "'", "›": "'", "•": "*", "·": ".", "−": "-", "⁄": "/", "∕": "/", "։": ":",
    "․": ".", "。": ".", "｡": ".",
}  # fmt: skip
_DEFAULT_IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip


def _worked_out(char: str) -> int:
    """The byte that stands for one character outside ASCII."""
    code = ord(char)
    if any(low <= code <= high for low, high in _DEFAULT_IGNORABLE):
        return IGNORED
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return IGNORED
    if category in ("Zs", "Zl", "Zp"):
        return 0x20
    if category == "Pd":
        return ord("-")
    known = _LETTERS.get(char)
    if known is not None:
        return known
    return _plain(char, category)


def _plain(char: str, category: str) -> int:
    """Marks, look-alikes and compatibility forms by their ASCII likeness."""
    same = _MARKS.get(char) or LOOKALIKES.get(char)
    if same is not None:
        return ord(same)
    digit = unicodedata.digit(char, None) if category in ("Nd", "No") else None
    if digit is not None:
        return 0x30 + digit
    base = unicodedata.normalize("NFKD", char)
    base = LOOKALIKES.get(base[0], base[0]) + base[1:]
    if "!" <= base[0] <= "~" and (category != "No" or len(base) == 1):
        return ord(base[0])
    # Scripts written without spaces (Lo) end a word for us: an address between two ideographs is an address.
    return LETTER if category in ("Lu", "Ll", "Lt", "Lm") else _OTHER


class _Bytes(dict[str, int]):
    """Bytes of characters outside Latin-1, worked out once each (at most as many entries as Unicode has)."""

    def __missing__(self, char: str) -> int:
        byte = self[char] = _worked_out(char)
        return byte


_OUTSIDE = _Bytes()


def _fold(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return bytes([_OUTSIDE[char] for char in error.object[error.start : error.end]]), error.end


# Applied to what the encoder made: Latin-1 characters, and the bytes of `_fold`, which must come out unchanged.
_LATIN = bytes(code if code < 0x80 or code == _OE else _worked_out(chr(code)) for code in range(256))

# What French and English typography uses outside Latin-1: replaced beforehand, in a microsecond for a page, where the
# encoder would call `_fold` once for each (measured: 12 microseconds for a page with a dozen apostrophes).
_COMMON = tuple((char, chr(_worked_out(char))) for char in "’œ–—“”…\u202f€‘Œ•\u2009")

_IGNORED = bytes([IGNORED])
_PIECE = 1 << 16
# So many characters outside ASCII are worked out in one step: about a microsecond each, the first time.
PIECE = 1 << 12
_KEPT = bytes(code != IGNORED for code in range(256))

codecs.register_error("ecluse-view", _fold)


def byte_of(char: str) -> int:
    """The byte that stands for one character."""
    return _LATIN[ord(char)] if ord(char) < 0x100 else _OUTSIDE[char]


def _pad(error: UnicodeError) -> tuple[bytes, int]:
    """Characters outside ASCII, each as long as its UTF-8; bytes that were none (surrogates of the decoder) as one."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = bytearray()
    for char in error.object[error.start : error.end]:
        if "\udc80" <= char <= "\udcff":
            found.append(_LATIN[ord(char) - 0xDC00])
        else:
            found.append(byte_of(char))
            found += _IGNORED * (len(char.encode()) - 1)
    return bytes(found), error.end


codecs.register_error("ecluse-padded", _pad)


# Of more bytes than this that are no UTF-8 as a whole, each is read for itself: they are hardly text.
_TORN = 4096


def padded(data: bytes) -> bytes:
    """The view of UTF-8 bytes, one byte for each: what follows the first byte of a character reads as `IGNORED`."""
    if data.isascii():
        return data
    try:
        text = data.decode()
    except UnicodeDecodeError:
        if len(data) > _TORN:
            return data.translate(_LATIN)
        text = data.decode("utf-8", "surrogateescape")
    return text.encode("ascii", "ecluse-padded")


def padding(data: bytes) -> Steps[bytes]:
    """`padded`, in short steps."""
    if len(data) <= PIECE or data.isascii():
        return padded(data)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return padded(data)
    pieces = []
    for low in range(0, len(text), PIECE):
        pieces.append(text[low : low + PIECE].encode("ascii", "ecluse-padded"))
        yield
    return b"".join(pieces)


def viewed(text: str) -> Steps[bytes]:
    """`view`, in short steps."""
    if len(text) <= PIECE or text.isascii():
        return view(text)
    pieces = []
    for low in range(0, len(text), PIECE):
        pieces.append(view(text[low : low + PIECE]))
        yield
    return b"".join(pieces)


def view(text: str) -> bytes:
    """The one-byte view of a text: `len(view(text)) == len(text)`, case kept (`.lower()` folds it)."""
    if text.isascii():
        return text.encode()
    for char, plain in _COMMON:
        text = text.replace(char, plain)
    return text.encode("latin-1", "ecluse-view").translate(_LATIN)


def squeezed(seen: bytes) -> Steps[tuple[bytes, array[int]] | None]:
    """The view without ignored characters and, for each byte left, its offset in the full view; None if there are none.

    The array has one entry more than the bytes: the full length. Pauses, where the view is long.
    """
    if IGNORED not in seen:
        return None
    kept = array("q")
    for low in range(0, len(seen), _PIECE):
        if low:
            yield
        piece = seen[low : low + _PIECE]
        kept.extend(compress(range(low, low + len(piece)), piece.translate(_KEPT)))
    kept.append(len(seen))
    return seen.translate(None, _IGNORED), kept
