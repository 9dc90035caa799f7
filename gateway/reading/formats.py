"""A file of any kind: told by its bytes, read by the reader of its kind, files inside it too."""

from __future__ import annotations

import io
import zipfile

from adapters.wire.payloads import ARCHIVE, HEAD, IMAGE, OLE, PDF, SOUND, ZIP, sniffed, text_of
from gateway.reading import office
from gateway.reading.contents import Contents, Gathered, Limits, Unreadable

_REFUSED = {IMAGE: "image", SOUND: "sound", ARCHIVE: "archive"}


def read(raw: bytes, limits: Limits, mime: str = "", charset: str = "") -> Contents:
    """The texts of a file, or why it can't be inspected. mime, charset: what is declared of it."""
    if len(raw) > limits.file_bytes:
        return Contents("", reason="too_large")
    found = Gathered(limits.characters)
    try:
        kind = _read(raw, found, 0, mime, charset)
    except Unreadable as refused:
        return Contents("", reason=refused.reason)
    except MemoryError:
        return Contents("", reason="memory")
    except RecursionError:
        return Contents("", reason="nested")
    # The last line of defence: whatever breaks in a parser, the file counts as not inspected. The error's words could
    # quote the file and go nowhere.
    except Exception:  # noqa: BLE001
        return Contents("", reason="broken")
    return Contents(kind, tuple(found.texts))


def _read(raw: bytes, found: Gathered, depth: int, mime: str = "", charset: str = "") -> str:
    found.enter(depth)
    kind = sniffed(raw[:HEAD])
    if kind in _REFUSED:
        raise Unreadable(_REFUSED[kind])
    if kind == OLE:
        # Office encrypts a document as a whole, in the container of its old formats.
        raise Unreadable("encrypted" if "EncryptedPackage".encode("utf-16-le") in raw else "old_format")
    if kind == PDF:
        from gateway.reading import pdf

        pdf.read(raw, found, depth, _read_inside)
        # A file can be both, and which it is depends on the reader.
        if zipfile.is_zipfile(io.BytesIO(raw)):
            office.read(raw, found, depth, _read_inside)
        return "pdf"
    if kind == ZIP:
        return office.read(raw, found, depth, _read_inside)
    text = text_of(raw, mime, charset)
    if text is None:
        raise Unreadable("unknown_type")
    found.add("text", text)
    return "text"


def _read_inside(raw: bytes, found: Gathered, depth: int) -> None:
    _read(raw, found, depth)
