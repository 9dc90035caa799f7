"""What a file inside a body is: decoded from base64 or an URL's escapes, its type told by its first bytes, its text.

What a file is declared to be counts only where its bytes leave it open: a PDF that calls itself a picture is a PDF.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from urllib.parse import unquote_to_bytes

BASE64 = "base64"
PERCENT = "percent"
RAW = "raw"

# Kinds that bytes tell of themselves. `text` is told by what they decode to, see `text_of`.
PDF, ZIP, OLE, IMAGE, SOUND, ARCHIVE, UNKNOWN = "pdf", "zip", "ole", "image", "sound", "archive", ""

_BEGINNINGS = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"\x89PNG\r\n\x1a\n", IMAGE),
    (b"\xff\xd8\xff", IMAGE),
    (b"GIF87a", IMAGE),
    (b"GIF89a", IMAGE),
    (b"BM", IMAGE),
    (b"II*\x00", IMAGE),
    (b"MM\x00*", IMAGE),
    (b"ID3", SOUND),
    (b"OggS", SOUND),
    (b"fLaC", SOUND),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\x00", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!", ARCHIVE),
)
_PDF_WITHIN = 1024  # readers look so far for where the header begins
HEAD = 1028  # bytes that tell a kind: a header that begins within that stretch is whole
_SPACE = re.compile(r"[ \t\r\n]+")
_BREAKS = re.compile(r"[\t\r\n]+")
_LETTERS = re.compile(r"[A-Za-z0-9+/]*={0,2}")
# Characters that no text has: a file that decodes to them is something else.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSETS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8",
    "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "windows-1252": "cp1252", "cp1252": "cp1252",
    "iso-8859-15": "iso-8859-15", "latin-9": "iso-8859-15", "macintosh": "mac-roman",
}  # fmt: skip
# Charsets that spell other letters with those of ASCII: read as UTF-8 they would be another text than the one meant.
_SHIFTING = re.compile(r"(?:[a-z0-9-]*)utf-?_?7|hz|(?:cs)?iso-?_?2022")
_TEXTUAL = re.compile(
    r"text/.+|.+\+(?:xml|json)|application/(?:json|xml|(?:x-)?yaml|csv|sql|javascript|x-ndjson|toml|x-sh)"
)


def unpacked(payload: str, encoding: str) -> bytes | None:
    """The bytes of a payload; None where its base64 could be read in more than one way.

    White space, missing padding and the URL-safe letters are understood, anything else that isn't base64 is not.
    """
    if encoding == PERCENT:
        # An URL's reader drops the line breaks in it. A text keeps them, unless there is a file without them.
        bare = unquote_to_bytes(_BREAKS.sub("", payload.lstrip()))
        return bare if sniffed(bare[:HEAD]) != UNKNOWN else unquote_to_bytes(payload)
    letters = _SPACE.sub("", payload)
    if "-" in letters or "_" in letters:
        letters = letters.replace("-", "+").replace("_", "/")
    if not _LETTERS.fullmatch(letters):
        return None
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return None


def sniffed(head: bytes) -> str:
    """The kind of a file by its first bytes (`HEAD` of them are enough)."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            # Two letters alone say too little: a bitmap has zeros where a text has words.
            return kind if beginning != b"BM" or head[6:10] == b"\0\0\0\0" else UNKNOWN
    if b"%PDF-" in head[: _PDF_WITHIN + 4]:
        return PDF
    if head[:4] == b"RIFF":
        return IMAGE if head[8:12] == b"WEBP" else SOUND
    return IMAGE if head[4:12] in (b"ftypheic", b"ftypavif", b"ftypmif1") else UNKNOWN


def text_of(raw: bytes, mime: str = "", charset: str = "") -> str | None:
    """The text that the bytes are, None where they are none or nobody can say in which letters they are written.

    A byte order mark comes first, then UTF-8 where the bytes are that, then what is declared. Bytes declared as text
    without a charset are read as Windows does in Western Europe, whose letters differ from ASCII in accents only.
    """
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw, codec)
    said = charset.lower().strip("\"' ")
    if _SHIFTING.match(said):
        return None
    declared = _CHARSETS.get(said)
    if declared is not None and declared.startswith("utf-16"):
        return _decoded(raw, declared)
    text = _decoded(raw, "utf-8")
    if text is not None:
        return text
    if declared is None and not charset and _TEXTUAL.fullmatch(mime.lower()):
        declared = "cp1252"
    return _decoded(raw, declared) if declared is not None else None


def _decoded(raw: bytes, codec: str) -> str | None:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) or text.startswith("{\\rtf") else text
