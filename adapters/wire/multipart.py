"""multipart/form-data, read so strictly that nobody can read the same bytes otherwise.

Nothing may stand before the first boundary, nothing but a line end after the last, and the boundary nowhere else, so
that no reader finds a part where this one found none. Header lines are few and of known names. What other readers
understand in different ways is refused: folded lines, names that come twice, backslashes, a part in parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from adapters.errors import BodyRefused
from adapters.wire.refusals import fold

MOST_PARTS = 256
MOST_HEAD = 8_192  # bytes of one part's header lines

_WORD = r"[A-Za-z0-9!#$&+.^_|~-]+"
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=?-]{1,70}")
_CONTENT_TYPE = re.compile(rf"multipart/form-data[ \t]*(?:;[ \t]*boundary=(?:\"([^\"\\]*)\"|({_WORD})))", re.IGNORECASE)
_HEADER = re.compile(r"([A-Za-z-]{1,40}):[ \t]*([^\x00-\x1f\x7f]*)")
_PARAMETER = re.compile(rf";[ \t]*([a-z]+\*?)=(?:\"([^\"\\\x00-\x1f\x7f]*)\"|({_WORD}(?:''{_WORD})?))", re.IGNORECASE)
_TYPE = re.compile(rf"({_WORD}/{_WORD})[ \t]*(?:;[ \t]*charset=\"?({_WORD})\"?)?", re.IGNORECASE)
_KNOWN = frozenset({"content-disposition", "content-type", "content-length", "content-transfer-encoding"})
_PLAIN_CODINGS = frozenset({"binary", "8bit", "7bit"})


class Part(NamedTuple):
    """One field. start, end: its content in the body. name_at, filename_at: where its names stand, without quotes.

    filename: None for a text. mime, charset: as declared, in lower case, "" where nothing is.
    """

    name: str
    filename: str | None
    mime: str
    charset: str
    start: int
    end: int
    name_at: tuple[int, int]
    filename_at: tuple[int, int] | None


def boundary_of(content_type: str) -> bytes:
    """The boundary that a request's content type names; raises BodyRefused."""
    found = _CONTENT_TYPE.fullmatch(content_type.strip())
    said = (found[1] or found[2]) if found else None
    if said is None or not _BOUNDARY.fullmatch(said):
        raise refused("The content type must be multipart/form-data with a boundary.")
    return said.encode()


def parts(raw: bytes, boundary: bytes) -> list[Part]:
    """The parts of a body, in order; raises BodyRefused for whatever isn't plain."""
    delimiter = b"--" + boundary
    found = list(_parts(raw, delimiter))
    if raw.count(delimiter) != len(found) + 1:
        raise refused("The boundary stands in the content of a part.")
    if any(fold(part.name) == "_charset_" for part in found):  # it tells some readers in which letters the others are
        raise refused("Fields are UTF-8: _charset_ isn't taken.")
    seen = [fold(part.name) for part in found if not part.name.endswith("[]")]
    if len(set(seen)) != len(seen):
        raise BodyRefused("duplicate_key", "A field comes twice.")
    return found


def _parts(raw: bytes, delimiter: bytes) -> Iterator[Part]:
    if not raw.startswith(delimiter):
        raise refused("The body must begin with its boundary.")
    at = len(delimiter)
    for _ in range(MOST_PARTS + 1):
        if raw[at : at + 2] == b"--":
            if raw[at + 2 :] not in (b"", b"\r\n"):
                raise refused("Something stands after the last boundary.")
            return
        if raw[at : at + 2] != b"\r\n":
            raise refused("A boundary must be all of its line.")
        head_end = raw.find(b"\r\n\r\n", at + 2, at + 2 + MOST_HEAD)
        if head_end < 0:
            raise refused("A part has no end of its header, or too long a one.")
        start = head_end + 4
        end = raw.find(b"\r\n" + delimiter, start)
        if end < 0:
            raise refused("The last part has no end.")
        yield _part(raw, at + 2, head_end, start, end)
        at = end + 2 + len(delimiter)
    raise refused(f"A body may have {MOST_PARTS} parts.")


def _part(raw: bytes, first: int, last: int, start: int, end: int) -> Part:
    """One part: its header lines in `first:last`, its content in `start:end`."""
    headers: dict[str, tuple[str, int]] = {}
    at = first
    for line in raw[first:last].split(b"\r\n"):
        header = _HEADER.fullmatch(_decoded(line))
        if header is None or header[1].lower() not in _KNOWN or header[1].lower() in headers:
            raise refused("A part has a header line that isn't known here, or one twice.")
        headers[header[1].lower()] = header[2], at + len(header.string[: header.start(2)])
        at += len(line) + 2
    if headers.get("content-transfer-encoding", ("binary", 0))[0].strip().lower() not in _PLAIN_CODINGS:
        raise refused("A part is encoded: send it as it is.")
    length = headers.get("content-length")
    if length is not None and length[0].strip() != str(end - start):
        raise refused("A part's length isn't the one that it tells.")
    mime, charset = _type(headers.get("content-type", ("", 0))[0])
    said = headers.get("content-disposition")
    if said is None:
        raise refused("A part has no name.")
    names = _names(*said)
    name, name_at = names["name"]
    filename, filename_at = names.get("filename", (None, None))
    return Part(name, filename, mime, charset, start, end, name_at, filename_at)


def _names(value: str, at: int) -> dict[str, tuple[str, tuple[int, int]]]:
    """The names that a content disposition gives, each with its place in the body. at: where the value stands there."""
    kind = value.partition(";")[0]
    if kind.strip().lower() != "form-data":
        raise refused("A part isn't form data.")
    found: dict[str, tuple[str, tuple[int, int]]] = {}
    position, end = len(kind), len(value.rstrip())
    while position < end:
        parameter = _PARAMETER.match(value, position)
        if parameter is None or parameter[1].lower() in found:
            raise refused("A part's name can't be read.")
        group = 2 if parameter[2] is not None else 3
        begin = at + len(value[: parameter.start(group)].encode())
        text = parameter[group]
        found[parameter[1].lower()] = text, (begin, begin + len(text.encode()))
        position = parameter.end()
    other = found.pop("filename*", None)
    if other is not None and ("filename" not in found or fold(other[0]) != fold(f"utf-8''{found['filename'][0]}")):
        raise refused("A file has two names that differ.")
    if not found.get("name", ("",))[0] or found.keys() - {"name", "filename"}:
        raise refused("A part has no name, or more than a name.")
    return found


def _type(value: str) -> tuple[str, str]:
    if not value.strip():
        return "", ""
    found = _TYPE.fullmatch(value.strip())
    if found is None or found[1].lower().startswith("multipart/"):
        raise refused("A part's content type can't be read, or is of parts again.")
    return found[1].lower(), (found[2] or "").lower()


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        text = None
    # Raised out here so that the decoder's exception, which holds the line, isn't its context.
    assert text is None
    raise refused("A part's header isn't UTF-8.")


def refused(words: str) -> BodyRefused:
    """What is said of a body that can't be read in one way only."""
    return BodyRefused("bad_multipart", words)
