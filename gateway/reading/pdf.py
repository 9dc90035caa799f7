"""The texts of a PDF: its pages, and every string of every object besides (notes, forms, properties, other texts).

Imported by the worker processes alone.
"""

from __future__ import annotations

import importlib
import io
import logging
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pypdf
from pypdf._codecs.adobe_glyphs import adobe_glyphs
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from gateway.reading.contents import Gathered, Unreadable
from gateway.reading.markup import Markup

ReadInside = Callable[[bytes, Gathered, int], None]

# Bytes that nothing can be packed into.
_EMPTY_PACKED = 24
_MOST_OBJECTS = 100_000
# A page without a word whose drawing is longer than this shows something: letters drawn as shapes, most likely.
_MOST_DRAWN = 4096
_DATE = re.compile(r"D:[0-9]{4,14}.*")
_SPELT_GLYPH = re.compile(r"/(?:uni[0-9A-Fa-f]{4,}|u[0-9A-Fa-f]{4,6}|[A-Za-z])(?:\..*)?|/.notdef")
_SILENT = frozenset({"/ID", "/O", "/U", "/OE", "/UE", "/Perms", "/ByteRange", "/Lookup", "/CheckSum"})
_SCRIPTS = frozenset({"/JS", "/RC", "/RV"})
_SEPARATOR = "\0"


def load_all() -> None:
    """Import what the parser would import when it first needs it; afterwards nothing can be opened."""
    logging.disable(logging.CRITICAL)  # the parser's warnings may quote the file
    for module in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
        with suppress(ImportError):
            importlib.import_module(module.name)


def read(raw: bytes, found: Gathered, depth: int, read_inside: ReadInside) -> None:
    """Add the texts of a PDF to `found`. Raises Unreadable."""
    try:
        reader = _Reader(io.BytesIO(raw), root_object_recovery_limit=0)
        # Many files only bar printing: they open without a password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
        _Document(reader, found, depth, read_inside).read()
    except DependencyError:
        raise Unreadable("encrypted") from None
    except LimitReachedError:
        raise Unreadable("unpacks_too_large") from None
    except PyPdfError:
        raise Unreadable("broken") from None


class _Reader(pypdf.PdfReader):
    """Takes the file's own table of objects or none: what is put together from a damaged file may lack something."""

    def _rebuild_xref_table(self, stream: Any) -> None:
        raise Unreadable("broken")


class _Document:
    def __init__(self, reader: pypdf.PdfReader, found: Gathered, depth: int, read_inside: ReadInside) -> None:
        self._reader, self._found, self._depth, self._read_inside = reader, found, depth, read_inside
        self._strings: dict[str, None] = {}
        self._files: set[int] = set()
        self._scripts: set[int] = set()
        self._forms: list[Any] = []  # streams, whatever their filters

    def read(self) -> None:
        objects = list(self._objects())
        self._walk(self._reader.trailer)
        for _, item in objects:
            self._walk(item)
        for number, item in objects:
            if isinstance(item, StreamObject):
                self._stream(number, item)
        self._xfa()
        self._found.add("notes, forms and properties", _SEPARATOR.join(self._strings))
        pages = self._reader.pages
        for number in range(len(pages)):
            self._page(number + 1, pages[number])
        for form in self._forms:
            self._found.add("stamps and forms", pages[0].extract_xform_text(form) if len(pages) else "")

    def _objects(self) -> Iterator[tuple[int, Any]]:
        """Every object of the file, referred to or not."""
        reader = self._reader
        numbers = {(number, generation) for generation, held in reader.xref.items() for number in held}
        numbers |= {(number, 0) for number in reader.xref_objStm}
        if len(numbers) > _MOST_OBJECTS:
            raise Unreadable("too_many_objects")
        for number, generation in sorted(numbers):
            yield number, reader.get_object(IndirectObject(number, generation, reader))

    def _walk(self, item: Any) -> None:
        """The strings of an object, not those of the objects that it refers to."""
        waiting = [item]
        while waiting:
            one = waiting.pop()
            if isinstance(one, DictionaryObject):
                self._look(one)
                waiting += [value for key, value in one.items() if key not in _SILENT]
            elif isinstance(one, ArrayObject):
                waiting += one
            elif isinstance(one, TextStringObject):
                self._say(str(one))
            elif isinstance(one, ByteStringObject):
                self._say(_printable(bytes(one)))

    def _say(self, text: str) -> None:
        if text and not _DATE.fullmatch(text):
            self._strings[text] = None

    def _look(self, item: DictionaryObject) -> None:
        """What a dictionary tells of other objects, and of how its text is to be read."""
        files = item.raw_get("/EF") if "/EF" in item else None
        if isinstance(files, IndirectObject):
            files = files.get_object()
        if isinstance(files, DictionaryObject):
            self._files |= {value.idnum for value in files.values() if isinstance(value, IndirectObject)}
        for key in _SCRIPTS & item.keys():
            value = item.raw_get(key)
            if isinstance(value, IndirectObject):
                self._scripts.add(value.idnum)
        if item.get("/Type") == "/Font" and _unmapped(item):
            raise Unreadable("unmapped_font")

    def _stream(self, number: int, stream: StreamObject) -> None:
        kind, subtype = stream.get("/Type"), stream.get("/Subtype")
        if kind == "/EmbeddedFile" or number in self._files:
            self._inside(_data(stream))
        elif kind in ("/Sound", "/3D"):
            raise Unreadable("unread_inside")
        elif subtype == "/XML":
            self._xml(_data(stream))
        elif number in self._scripts:
            self._say(_printable(_data(stream)))
        elif subtype == "/Form" or stream.get("/PatternType") == 1:
            _data(stream)
            self._forms.append(stream)

    def _inside(self, data: bytes) -> None:
        try:
            self._read_inside(data, self._found, self._depth + 1)
        except Unreadable as inside:
            raise Unreadable("nested" if inside.reason == "nested" else "unread_inside") from None

    def _xml(self, data: bytes) -> None:
        markup = Markup(prose=False).read([data])
        self._found.add("properties", markup.text())
        self._found.add("properties", markup.attributes())

    def _xfa(self) -> None:
        """A form in XML: a stream, or names and pieces in turn."""
        form = self._reader.root_object.get("/AcroForm")
        parts = form.get_object().get("/XFA") if form is not None else None
        if parts is None:
            return
        parts = parts.get_object()
        pieces = [parts] if isinstance(parts, StreamObject) else [p.get_object() for p in parts]
        self._xml(b"".join(p.get_data() for p in pieces if isinstance(p, StreamObject)))

    def _page(self, number: int, page: pypdf.PageObject) -> None:
        def operand(operator: bytes, operands: Any, *_: Any) -> None:
            if operator in (b"BDC", b"DP"):
                self._walk(ArrayObject(operands))

        if "/Contents" in page and (page["/Contents"] is None or isinstance(page["/Contents"], NullObject)):
            raise Unreadable("broken")
        for stream in _contents(page):
            _data(stream)
        before = len(self._strings)
        text = page.extract_text(visitor_operand_before=operand)
        self._found.add(f"page {number}", text)
        if len(self._strings) > before:
            self._found.add(f"page {number}", _SEPARATOR.join(list(self._strings)[before:]))
        if not text.strip() and _shows_something(page):
            raise Unreadable("blank_page")


def _contents(page: pypdf.PageObject) -> Iterator[StreamObject]:
    """The streams that draw a page."""
    held = page["/Contents"].get_object() if "/Contents" in page else None
    for one in held if isinstance(held, ArrayObject) else [held]:
        stream = one.get_object() if one is not None else None
        if isinstance(stream, StreamObject):
            yield stream


def _data(stream: StreamObject) -> bytes:
    """What a stream holds. One that is more than an empty one can be packed into, and unpacks to nothing, is broken:
    the library says nothing then, and a reader may see more in it."""
    data = bytes(stream.get_data())
    if not data and len(stream._data) > _EMPTY_PACKED:
        raise Unreadable("broken")
    return data


def _shows_something(page: pypdf.PageObject) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is not None and len(objects.get_object()):
        return True
    contents = page.get_contents()
    drawn = contents.get_data() if contents is not None else b""
    return len(drawn) > _MOST_DRAWN or re.search(rb"\bBI\b", drawn) is not None


def _unmapped(font: DictionaryObject) -> bool:
    """Whether nothing tells which letters the codes of a font stand for, so that its text can't be read."""
    if "/ToUnicode" in font:
        return False
    encoding = font.get("/Encoding")
    encoding = encoding.get_object() if encoding is not None else None
    if font.get("/Subtype") == "/Type0":
        return True
    if not isinstance(encoding, DictionaryObject) or "/Differences" not in encoding:
        return False
    differences = encoding["/Differences"].get_object()
    if not isinstance(differences, ArrayObject):
        raise Unreadable("broken")
    glyphs = [str(glyph) for glyph in differences if not isinstance(glyph, NumberObject)]
    unknown = sum(g.partition(".")[0] not in adobe_glyphs and not _SPELT_GLYPH.fullmatch(g) for g in glyphs)
    return 2 * unknown > len(glyphs)


def _printable(data: bytes) -> str:
    """Bytes as text, where most of them are that."""
    text = data.decode("utf-16") if data[:2] in (b"\xfe\xff", b"\xff\xfe") else data.decode("latin-1")
    shown = "".join(c if c.isprintable() or c in "\t\r\n" else " " for c in text)
    return shown if 2 * sum(c != " " for c in shown) > len(text) else ""
