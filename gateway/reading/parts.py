"""Which parts of an office document are passed over: pictures, fonts and a printer's settings, told by their bytes.

The name of a part says nothing of what an application does with it; any part can be declared to be the document.
"""

from __future__ import annotations

import re

from adapters.wire.payloads import IMAGE, UNKNOWN, sniffed, text_of

PASSED, XML, READ = "passed", "xml", "read"

_BEGINNINGS = (
    b"\x00\x01\x00\x00\x00", b"OTTO", b"true\x00", b"ttcf", b"wOFF", b"wOF2",  # fonts
    b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00", b"\x02\x00\x09\x00", b"VCLMTF",  # drawings
    b"II\xbc\x01", b"\x00\x00\x01\x00", b"MM\x00+", b"II+\x00",  # pictures
)  # fmt: skip
# Whose first bytes are anything: fonts that are masked, settings of printers, a layout's memory.
_ANYTHING = re.compile(r".*\.odttf|(?:word|xl|ppt)/printerSettings/[^/]*\.bin|layout-cache", re.IGNORECASE)
_MIME = re.compile(rb"[a-z]{1,20}/[a-z0-9.+-]{1,80}")
# Macs keep a printer's settings as a property list; an office document may have no DOCTYPE and is no such list.
_PROPERTY_LIST = re.compile(rb"\s*<\?xml[^>]{0,100}\?>\s*<!DOCTYPE plist\b")
_ELEMENT = re.compile(rb"\s*<[A-Za-z_?!]")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_EBCDIC = b"\x4c\x6f\xa7\x94"  # `<?xm` in the letters of mainframes


def kind_of_part(name: str, head: bytes) -> str:
    """What is done with a part whose name says that it holds no text, by its first bytes: passed, xml or read."""
    if not head or (name == "mimetype" and _MIME.fullmatch(head)) or _known(head):
        return PASSED
    if _PROPERTY_LIST.match(head):
        return READ
    if _is_xml(head):
        return XML
    if _ANYTHING.fullmatch(name) and sniffed(head) == UNKNOWN and text_of(head) is None:
        return PASSED
    return READ


def _known(head: bytes) -> bool:
    """Whether it is a picture, a drawing or a font."""
    return (
        sniffed(head) == IMAGE
        or head.startswith(_BEGINNINGS)
        or (head[:4] == b"\x01\x00\x00\x00" and head[40:44] == b" EMF")
        or (head[34:36] == b"LP" and head[8:11] in (b"\x00\x00\x01", b"\x01\x00\x02", b"\x02\x00\x02"))
    )


def _is_xml(head: bytes) -> bool:
    """Whether XML begins here, in letters of one, two or four bytes."""
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.startswith(_EBCDIC) or _ELEMENT.match(head.replace(b"\0", b"")) is not None
