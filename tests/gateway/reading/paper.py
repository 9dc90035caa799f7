"""Makes files to be read: office documents from their parts, PDFs from their objects."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import pypdf

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return held.getvalue()


def paragraph(*runs: str) -> str:
    """A paragraph of Word's, cut into runs."""
    return f"<w:p>{''.join(f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"


def word(body: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document. parts: more files of the archive."""
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": part("document", body), **(parts or {})})


def part(kind: str, body: str) -> str:
    """One XML file of a Word document."""
    return f'<?xml version="1.0"?><w:{kind} xmlns:w="{_WORD}">{body}</w:{kind}>'


def excel(rows: Sequence[Sequence[str | int]], parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A workbook of one sheet; texts as shared strings, numbers as they are."""
    strings = [cell for row in rows for cell in row if isinstance(cell, str)]
    shared = "".join(f"<si><t>{text}</t></si>" for text in strings)
    lines = "".join(f"<row>{''.join(_cell(cell, strings) for cell in row)}</row>" for row in rows)
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<workbook xmlns="{_SHEET}"><sheets><sheet name="Feuil1"/></sheets></workbook>',
            "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{shared}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{lines}</sheetData></worksheet>',
            **(parts or {}),
        }
    )


def _cell(cell: str | int, strings: list[str]) -> str:
    return f'<c t="s"><v>{strings.index(cell)}</v></c>' if isinstance(cell, str) else f"<c><v>{cell}</v></c>"


def pdf(objects: Mapping[int, bytes], extra: bytes = b"") -> bytes:
    """A PDF of these objects by number; number 1 is the catalogue. extra: of the trailer."""
    held = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(held)
        held += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(held)
    held += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        held += b"%d 1\n%010d 00000 n \n" % (number, place)
    held += b"trailer\n<</Size %d /Root 1 0 R %b>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, extra, start)
    return bytes(held)


def stream(data: bytes, head: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d %b>>\nstream\n%b\nendstream" % (len(data), head, data)


_FONT = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>"


def pages(*texts: str, more: Mapping[int, bytes] | None = None, page: bytes = b"", catalogue: bytes = b"") -> bytes:
    """A PDF with a page for each text. more: other objects, from number 100. page, catalogue: members of those."""
    objects = {1: b"<</Type /Catalog /Pages 2 0 R %b>>" % catalogue, 3: _FONT}
    kids = []
    for index, text in enumerate(texts):
        number = 10 + 2 * index
        kids.append(b"%d 0 R" % number)
        drawn = b"BT /F1 12 Tf 72 720 Td (%b) Tj ET" % text.encode("cp1252") if text else b""
        objects[number] = (
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources <</Font <</F1 3 0 R>>>>"
            b" /Contents %d 0 R %b>>" % (number + 1, page)
        )
        objects[number + 1] = stream(drawn)
    objects[2] = b"<</Type /Pages /Kids [%b] /Count %d>>" % (b" ".join(kids), len(kids))
    return pdf({**objects, **(more or {})})


def encrypted(password: str) -> bytes:
    """A PDF that opens with a password ("" where it only bars printing)."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pages("Bonjour")))
    writer.encrypt(user_password=password, owner_password="of the owner")
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()
