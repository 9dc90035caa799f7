"""Exports of lists: CSV as spreadsheets and personnel systems write it, read strictly."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.documents import nearest

MAX_BYTES = 2 << 30
DELIMITERS = ";,\t|"
_CELL = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class SourceRefused(Exception):
    """A source can't be used as it is. Its words name file, line and column names, never a cell."""


class Table:
    """One CSV file. columns: its header."""

    def __init__(self, path: Path, *, encoding: str = "", delimiter: str = "") -> None:
        self._path = path
        text = _text(path, encoding)
        self._delimiter = delimiter or _delimiter(text)
        self._text = text
        self.columns = next(self._records(), (1, []))[1]
        if not any(self.columns):
            raise SourceRefused(f"{path} is empty: its first line must name the columns")
        twice = {name for name in self.columns if name and self.columns.count(name) > 1}
        if twice:
            raise SourceRefused(f"{path} has two columns {', '.join(sorted(twice))}")

    def __len__(self) -> int:
        """About how many rows there are."""
        return self._text.count("\n")

    def rows(self, wanted: Sequence[str]) -> Iterator[list[str]]:
        """Cells of the wanted columns, row by row; SourceRefused where a row has not the header's cells."""
        places = [self._place(name) for name in wanted]
        width = len(self.columns)
        records = self._records()
        next(records)
        for line, cells in records:
            if not any(cells):
                continue
            if len(cells) < width or any(cells[width:]):
                what = f"{self._path}:{line}: a row of {len(cells)} cells under {width} columns"
                raise SourceRefused(f"{what} (is the delimiter {self._delimiter!r}? is a quote missing?)")
            yield [cells[place] for place in places]

    def _place(self, name: str) -> int:
        folded = [column.strip().casefold() for column in self.columns]
        if name.strip().casefold() not in folded:
            near = nearest(name, [column for column in self.columns if column])
            hint = f" (did you mean {near}?)" if near else f"; it has {', '.join(self.columns[:20])}"
            raise SourceRefused(f"{self._path} has no column {name}{hint}")
        return folded.index(name.strip().casefold())

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Each record with the line where it ends. Old exports end lines by a carriage return alone."""
        csv.field_size_limit(_CELL)
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter, strict=True)
        while True:
            try:
                yield reader.line_num + 1, [cell.strip() for cell in next(reader)]
            except StopIteration:
                return
            except csv.Error:
                raise SourceRefused(f"{self._path}:{reader.line_num}: its quotes are not those of CSV") from None


def _text(path: Path, encoding: str) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceRefused(f"{path} is larger than {MAX_BYTES >> 30} GiB")
        raw = path.read_bytes()
    except OSError as error:
        raise SourceRefused(f"{path} can't be read: {error.strerror}") from None
    # A name without a mark is UTF-8, or else what Windows writes in western Europe.
    marked = next((name for bom, name in _BOMS if raw.startswith(bom)), "")
    for name in [encoding or marked] if encoding or marked else ["utf-8", "cp1252"]:
        try:
            text = raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" not in text:
            return text
    tried = encoding or marked or "UTF-8 or windows-1252"
    raise SourceRefused(f"{path} is not text in {tried} (--encoding names another)")


def _delimiter(text: str) -> str:
    """The delimiter that splits the header best, quoted parts apart."""
    header = text.splitlines()[0] if text.strip() else ""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=bare.count)
