"""The texts of an office document that is a ZIP archive: Word, Excel, PowerPoint, OpenDocument.

Every file of the archive is looked at, known or not: text hides in headers, comments, hidden sheets, properties and
custom XML as well as in the body. What is neither XML nor a picture or a font, by its bytes whatever its name, must be
a file that can be read itself.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator

from adapters.wire.payloads import HEAD
from gateway.reading.contents import Gathered, Unreadable
from gateway.reading.markup import Markup, SharedStrings, Sheet
from gateway.reading.parts import READ, XML, kind_of_part

ReadInside = Callable[[bytes, Gathered, int], None]

_MOST_ENTRIES = 5_000
_MOST_UNPACKED = 128 << 20
_PIECE = 1 << 16

_XML = re.compile(r".*\.(?:xml|rels|vml|rdf|svg)", re.IGNORECASE)
_PASSED = re.compile(
    r".*\.(?:png|jpe?g|jfif|gif|bmp|tiff?|emf|wmf|svm|wdp|webp|ico|odttf|ttf|otf|fntdata)"
    r"|(?:word|xl|ppt)/printerSettings/[^/]*\.bin|mimetype|layout-cache|Thumbnails/.*|ObjectReplacements/.*|[^/].*/",
    re.IGNORECASE,
)
_PICTURE = re.compile(r".*\.(?:png|jpe?g|jfif|gif|bmp|tiff?|emf|wmf|svm|wdp|webp|svg)", re.IGNORECASE)
_SHARED = re.compile(r"xl/sharedstrings[0-9]*\.xml", re.IGNORECASE)
_PROSE = re.compile(r"(?:word|ppt)/.*|xl/(?:drawings|charts|diagrams)/.*|.*(?:content|styles)\.xml")
_PLACES = (
    (re.compile(r"word/document.*|content\.xml"), "body"),
    (re.compile(r"xl/worksheets/sheet([0-9]{1,4})\.xml"), "sheet"),
    (re.compile(r"ppt/slides/slide([0-9]{1,4})\.xml"), "slide"),
    (re.compile(r"word/(?:header|footer).*"), "header or footer"),
    (re.compile(r"word/(?:foot|end)notes.*|ppt/notes.*"), "notes"),
    (re.compile(r".*[Cc]omments.*"), "comments"),
    (re.compile(r"docProps/.*|meta\.xml"), "properties"),
)


def kind_of(names: set[str]) -> str:
    """Which format the files of an archive make it, "" where none that is read."""
    if "[Content_Types].xml" in names:
        tops = {name.partition("/")[0] for name in names}
        return next((kind for top, kind in (("word", "docx"), ("xl", "xlsx"), ("ppt", "pptx")) if top in tops), "")
    return "opendocument" if "content.xml" in names and "META-INF/manifest.xml" in names else ""


def read(raw: bytes, found: Gathered, depth: int, read_inside: ReadInside) -> str:
    """Add the texts of an archive to `found`; its kind. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _Document(archive, found, depth, read_inside).read()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise Unreadable("broken") from None


class _Document:
    def __init__(self, archive: zipfile.ZipFile, found: Gathered, depth: int, read_inside: ReadInside) -> None:
        self._archive, self._found, self._depth, self._read_inside = archive, found, depth, read_inside
        self._entries = archive.infolist()
        self._left = _MOST_UNPACKED
        self._pictured: set[str] = set()
        self._bare: list[str] = []
        self._prose = 0
        self._shown: set[int] = set()

    def read(self) -> str:
        entries = self._entries
        if len(entries) > _MOST_ENTRIES:
            raise Unreadable("too_many_objects")
        kind = kind_of({entry.filename for entry in entries})
        if not kind:
            raise Unreadable("archive")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Unreadable("encrypted")
        shared = self._shared()
        for entry in entries:
            if not _SHARED.fullmatch(entry.filename):
                self._entry(entry, shared)
        # Strings that no cell shows any more are still in the file.
        unseen = [text for number, text in enumerate(shared) if number not in self._shown]
        self._found.add("shared strings", "\n".join(unseen))
        self._found.add("names of parts", "\n".join(e.filename for e in entries if not _usual(e.filename)))
        self._refuse_pictures_alone(kind)
        return kind

    def _entry(self, entry: zipfile.ZipInfo, shared: list[str]) -> None:
        name = entry.filename
        if _XML.fullmatch(name):
            self._xml(entry, shared)
            return
        # What a part is for is said elsewhere than in its name: one that is passed over must be a picture or a font.
        kind = kind_of_part(name, self._head(entry)) if _PASSED.fullmatch(name) else READ
        if kind == XML:
            self._xml(entry, shared)
        elif kind == READ:
            try:
                self._read_inside(b"".join(self._pieces(entry)), self._found, self._depth + 1)
            except Unreadable as inside:
                raise Unreadable("nested" if inside.reason == "nested" else "unread_inside") from None

    def _xml(self, entry: zipfile.ZipInfo, shared: list[str]) -> None:
        name = entry.filename
        sheet = name.startswith("xl/worksheets/")
        markup = Sheet(shared) if sheet else Markup(prose=bool(_PROSE.fullmatch(name)))
        markup.read(self._pieces(entry))
        if isinstance(markup, Sheet):
            self._shown |= markup.shown
        if markup.encrypted:
            raise Unreadable("encrypted")
        text, attributes = markup.text(), markup.attributes()
        if name.endswith(".rels") and "/image" in attributes:
            self._pictured.add(name.replace("_rels/", "").removesuffix(".rels"))
        if _PROSE.fullmatch(name):
            self._prose += len(text)
            if not text:
                self._bare.append(name)
        place = _place(name)
        self._found.add(place, text)
        self._found.add(place, attributes)

    def _shared(self) -> list[str]:
        strings: list[str] = []
        for entry in self._entries:
            if _SHARED.fullmatch(entry.filename):
                markup = SharedStrings()
                markup.read(self._pieces(entry))
                strings += markup.strings
                self._found.add("shared strings", "\n".join(markup.lines))
                self._found.add("shared strings", markup.attributes())
        return strings

    def _head(self, entry: zipfile.ZipInfo) -> bytes:
        with self._archive.open(entry) as stream:
            return stream.read(HEAD)

    def _pieces(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        with self._archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise Unreadable("unpacks_too_large")
                yield piece

    def _refuse_pictures_alone(self, kind: str) -> None:
        """A slide, or a whole document of prose, that shows pictures and no word."""
        slides = [name for name in self._bare if name.startswith("ppt/slides/") and name in self._pictured]
        pictures = any(_PICTURE.fullmatch(e.filename) and "humbnail" not in e.filename for e in self._entries)
        if slides or (kind in ("docx", "opendocument") and not self._prose and pictures):
            raise Unreadable("blank_page")


def _usual(name: str) -> bool:
    """Whether a name is one that the formats give; any other may say something."""
    return _USUAL.fullmatch(name) is not None


_USUAL = re.compile(
    r"(?:\[Content_Types\]|docProps/[a-zA-Z]{1,10}|(?:word|xl|ppt)/(?:[a-zA-Z]{1,24}/){0,2}(?:_rels/)?[a-zA-Z]{1,30}[0-9]{0,4}"
    r"|customXml/(?:_rels/)?item(?:Props)?[0-9]{0,4}|_rels/|content|styles|settings|meta|manifest|META-INF/manifest"
    r"|Thumbnails/thumbnail|docProps/thumbnail|mimetype)(?:\.[a-zA-Z]{2,8}){0,2}"
)


def _place(name: str) -> str:
    for pattern, place in _PLACES:
        matched = pattern.fullmatch(name)
        if matched:
            return f"{place} {matched[1]}" if pattern.groups else place
    return "other parts"
