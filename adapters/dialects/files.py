"""Files inside a body: how they are spelt, which of them can be read, and those that stand in the middle of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from adapters.ask import NOT_INSPECTABLE, TEXT, File, Passage
from adapters.wire.payloads import BASE64, HEAD, OLE, PDF, PERCENT, UNKNOWN, ZIP, sniffed, text_of, unpacked

# Texts up to here are decoded at once; longer ones, as everything that takes a parser, are left to a worker.
_AT_ONCE = 1 << 16
_LETTERS = 4 * HEAD  # letters that make as many bytes as tell a kind, in base64 or with every byte escaped

_DATA_URL = re.compile(
    r"\s*+data:(?P<mime>[\w.+-]+/[\w.+-]+)?(?P<parameters>(?:;[\w-]+=[\w.+\"'-]+)*)(?P<base64>;base64)?,",
    re.ASCII | re.IGNORECASE,
)
_CHARSET = re.compile(r";charset=([\w.+\"'-]+)", re.ASCII | re.IGNORECASE)

_INSIDE = re.compile(
    r"(?i:data:)(?P<mime>[\w.+-]+/[\w.+-]+)?(?P<parameters>(?:;[\w-]+=[\w.+\"'-]+)*)(?i:;base64,)"
    r"(?P<url>[A-Za-z0-9+/_-]+={0,2})"
    r"|(?<![A-Za-z0-9+/_-])(?P<bare>(?:JVBERi0|UEsDB)[A-Za-z0-9+/_-]{32,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2})",
    re.ASCII,
)
_HIGH = bytes(range(128, 256))
READ_AT_ONCE = "text, data URL"  # the note of a file that is a short text
A_TEXT = "text"  # and where it stands
_MOST_INSIDE = 200  # files in texts; a body with more is no prose


Known = tuple[str | bytes, int | None]


class Spelt(NamedTuple):
    """A file as a body spells it. encoding: base64 | percent, or raw: its bytes. mime, charset: what it is declared to
    be."""

    payload: str | bytes
    encoding: str
    mime: str
    charset: str

    @classmethod
    def of(cls, text: str, mime: str = "") -> Spelt:
        """What a data URL holds, or base64 by itself."""
        head = _DATA_URL.match(text)
        if head is None:
            return cls(text, BASE64, mime, "")
        said = _CHARSET.search(head["parameters"])
        encoding = BASE64 if head["base64"] else PERCENT
        return cls(text[head.end() :], encoding, head["mime"] or "text/plain", said[1] if said else "")

    def kind(self) -> str:
        """What its first bytes say it is; `binary` where they are no text and nothing that is known."""
        head = self._head()
        kind = sniffed(head)
        if kind == UNKNOWN and not self.charset and text_of(_whole_letters(head), "text/plain") is None:
            return "binary"
        return kind

    def _head(self) -> bytes:
        """Its first bytes, as many as tell a kind, however much white space stands before and between the letters."""
        if isinstance(self.payload, bytes):
            return self.payload[:HEAD]
        size = _LETTERS
        while len(cut := "".join(self.payload[:size].split())) < _LETTERS and size < len(self.payload):
            size *= 4
        quads = cut[: min(len(cut), _LETTERS) // 4 * 4 or len(cut)]
        return (unpacked(self.payload[:size] if self.encoding == PERCENT else quads, self.encoding) or b"")[:HEAD]

    def readable(self, kind: str) -> bool:
        """Whether a worker may find texts in it: a document, or a text too long to be decoded at once."""
        return kind in (PDF, ZIP, OLE) or (kind == UNKNOWN and len(self.payload) > _AT_ONCE)

    def text(self) -> str | None:
        """Its text, where it is a short one."""
        if len(self.payload) > _AT_ONCE:
            return None
        raw = self.payload if isinstance(self.payload, bytes) else unpacked(self.payload, self.encoding)
        if raw is None or sniffed(raw[:HEAD]) != UNKNOWN:
            return None
        return text_of(raw, self.mime, self.charset)

    def file(self, passage: int) -> File:
        """The same as a file of an ask."""
        return File(passage, *self)


def holds_files(passage: Passage) -> bool:
    """Whether a text may have files inside it."""
    if passage.part != TEXT:
        return False
    text = passage.text
    # A data URL, or how base64 of a PDF or an archive begins. Every text of every call is asked, so no loop.
    return ";base64," in text or "JVBERi0" in text or "UEsDB" in text


def inside(passage: Passage, known: set[Known]) -> Iterator[tuple[Passage, Spelt | None]]:
    """What stands inside a text as a file: the passage that stands for it, and the file where it takes a parser.

    known: payloads, with their message, of files that have a passage already. A string that is a data URL as a whole
    counts as what it holds. A picture in the middle of a text is letters to whoever reads that text, and left to them.
    """
    for number, (spelt, whole) in enumerate(_spelt_inside(passage.text)):
        if number >= _MOST_INSIDE:
            yield passage._replace(part=NOT_INSPECTABLE, text="", note="files", pieces=()), None
            return
        if (spelt.payload, passage.message) in known:
            continue
        known.add((spelt.payload, passage.message))
        kind = spelt.kind()
        text = spelt.text() if kind == UNKNOWN else None
        if text is not None:
            yield passage._replace(text=text, note=READ_AT_ONCE, pieces=(), file=A_TEXT), None
        elif whole or spelt.readable(kind):
            opaque = passage._replace(part=NOT_INSPECTABLE, text="", note="file", pieces=())
            yield opaque, spelt if spelt.readable(kind) else None


def _spelt_inside(text: str) -> Iterator[tuple[Spelt, bool]]:
    """Files that stand in a text, and whether one is all of the string in which it stands."""
    for found in _INSIDE.finditer(text):
        start, end = found.span()
        whole = text[start - 1 : start] in ("", "\0") and text[end : end + 1] in ("", "\0")
        said = _CHARSET.search(found["parameters"] or "")
        yield Spelt(found["url"] or found["bare"], BASE64, found["mime"] or "", said[1] if said else ""), whole


def _whole_letters(head: bytes) -> bytes:
    """Without the letter that the end of the head may have cut."""
    return head.rstrip(_HIGH) if len(head) >= HEAD and head[:2] not in (b"\xff\xfe", b"\xfe\xff") else head
