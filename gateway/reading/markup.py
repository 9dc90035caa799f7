"""The texts of an XML file of an office document: paragraphs whole, whatever the runs they are cut into.

A document type declaration is refused, and with it every entity: nothing here expands or is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

from gateway.reading.contents import Unreadable

# Elements that stand apart from the text around them. In prose everything else runs on: Word cuts a word into runs as
# it pleases. A box, a note or a comment that is anchored in a paragraph doesn't interrupt it.
_PROSE = """
    p h title desc note annotation instrText creator date tc tr table-cell table-row changed-region text-box txbxContent
    rPr pPr sdtPr extLst v f
"""
PROSE = frozenset(_PROSE.split())
_RUNNING = frozenset({"t", "r"})  # of data (sheets, properties, custom XML) only these run on
_SIGNS = {
    "tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "line-break": "\n", "s": " ", "lineBreak": "\n",
}  # fmt: skip
_INSERTED, _DELETED = frozenset({"ins", "moveTo"}), frozenset({"del", "moveFrom", "delText"})

# Values of attributes that say nothing: numbers of layout, ids, colours, names of types.
_NOISE = re.compile(
    r"[0-9.,%-]{1,8}|[0-9A-Fa-f]{8}|\{[0-9A-Fa-f-]{36}\}|rId[0-9]+|https?://schemas\..*|http://(?:purl\.org|www\.w3\.org)/.*"
    r"|[A-Z]{1,3}[0-9]{1,7}(?::[A-Z]{1,3}[0-9]{1,7})?|urn:.*"
)
_FONTS = frozenset({"panose1", "sig"})  # long numbers about the shape of letters
_NOT_SAID = ("xmlns", "panose")
_SEPARATOR = "\0"  # no detector matches across it
_MOST_ATTRIBUTES = 100_000
_MOST_NOISE = 5_000  # values remembered to be noise
_LONGEST_HEADING = 60


class Markup:
    """Reads one XML file, fed in pieces. prose: whether unknown elements run on."""

    def __init__(self, *, prose: bool) -> None:
        self.lines: list[str] = []
        self.encrypted = False
        self._prose = prose
        self._attributes: dict[str, None] = {}
        self._noise: set[str] = set()
        self._buffers: list[list[tuple[str, int]]] = [[]]
        self._added = self._removed = 0
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters

    def read(self, pieces: Iterable[bytes]) -> Markup:
        """The whole file. Raises Unreadable."""
        try:
            empty = True
            for piece in pieces:
                self._parser.Parse(piece, False)
                empty = False
            if not empty:  # LibreOffice leaves files without a byte
                self._parser.Parse(b"", True)
        except expat.ExpatError:
            raise Unreadable("broken") from None
        self._close("")
        return self

    def text(self) -> str:
        """Its paragraphs as lines."""
        return "\n".join(self.lines)

    def attributes(self) -> str:
        """What stands in attributes (names, titles, addresses, alternative texts), each value once."""
        return _SEPARATOR.join(self._attributes)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local not in _FONTS:
            for key, value in attributes.items():
                # Most values were there before, and a layout has a great many.
                if value not in self._attributes and value not in self._noise and not key.startswith(_NOT_SAID):
                    if not _NOISE.fullmatch(value):
                        self._attributes[value] = None
                    elif len(self._noise) < _MOST_NOISE:
                        self._noise.add(value)
        if len(self._attributes) > _MOST_ATTRIBUTES:
            raise Unreadable("too_many_objects")
        if self._apart(local):
            self._buffers.append([])
        if local in _SIGNS:
            self._buffers[-1].append((_SIGNS[local], 0))
        self._added += local in _INSERTED
        self._removed += local in _DELETED
        self.encrypted = self.encrypted or local == "encryption-data"

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._added -= local in _INSERTED
        self._removed -= local in _DELETED
        if self._apart(local):
            self._close(local)

    def characters(self, data: str) -> None:
        self._buffers[-1].append((data, 2 if self._removed else 1 if self._added else 0))

    def line(self, text: str, local: str) -> None:
        """A text that stands apart is complete. local: the element that it is of."""
        if text and not text.isspace():
            self.lines.append(text)

    def _apart(self, local: str) -> bool:
        return local in PROSE if self._prose else local not in _RUNNING

    def _close(self, local: str) -> None:
        """A paragraph as it is now, and where something was deleted from it, as it was before."""
        parts = self._buffers.pop()
        self.line("".join([text for text, tracked in parts if tracked != 2]), local)
        if any(tracked == 2 for _, tracked in parts):
            self.line("".join([text for text, tracked in parts if tracked != 1]), local)


class Sheet(Markup):
    """A sheet: a line for each row, cells set apart so that no number runs into its neighbour.

    A cell with a number in it is told with the heading of its column, which is what says what the number is. shown:
    which of the shared strings its cells show.
    """

    def __init__(self, shared: list[str]) -> None:
        super().__init__(prose=False)
        self.shown: set[int] = set()
        self._shared = shared
        self._row: dict[int, str] = {}
        self._headings: dict[int, str] = {}
        self._column = -1
        self._by_index = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "c":
            self._by_index = attributes.get("t") == "s"
            self._column = _column(attributes.get("r", "")) or self._column + 1
        super().start(name, attributes)

    def line(self, text: str, local: str) -> None:
        if local in ("v", "is"):
            if text:
                self._row[self._column] = self._value(text) if local == "v" else text
        elif local == "row":
            self.lines.append("; ".join([self._told(column, cell) for column, cell in self._row.items()]))
            if not self._headings and not any(map(_has_digit, self._row.values())):
                self._headings = {c: text for c, text in self._row.items() if len(text) <= _LONGEST_HEADING}
            self._row = {}
            self._column = -1
        else:
            super().line(text, local)

    def _told(self, column: int, cell: str) -> str:
        heading = self._headings.get(column)
        return f"{heading}: {cell}" if heading and _has_digit(cell) else cell

    def _value(self, text: str) -> str:
        if self._by_index:
            try:
                self.shown.add(int(text))
                return self._shared[int(text)]
            except (ValueError, IndexError):
                raise Unreadable("broken") from None
        if "E+" in text:
            try:
                return f"{float(text):.0f}"
            except ValueError:
                return text
        return text


def _column(reference: str) -> int:
    """The number of a cell's column from one on, 0 where it isn't told."""
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = 26 * number + ord(letter) - 64
    return number


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


class SharedStrings(Markup):
    """The strings of a workbook, by number. Readings of characters beside them are lines of their own."""

    def __init__(self) -> None:
        super().__init__(prose=False)
        self.strings: list[str] = []

    def line(self, text: str, local: str) -> None:
        if local == "si":
            self.strings.append(text)
        else:
            super().line(text, local)


def _refuse(*_: Any) -> None:
    raise Unreadable("entities")
