"""What the gateway and a worker say to each other: a length, a head in JSON, a length, bytes."""

from __future__ import annotations

import json
from struct import Struct
from typing import Any, NamedTuple

from gateway.reading.contents import KINDS, REASONS, Contents, Limits, Text

SIZE = Struct("<II")  # bytes of the head, bytes of what follows it
READY = b"ready\n"
MOST_HEAD = 4 << 20


class Job(NamedTuple):
    """One file to be read. encoding: base64 | percent | raw, how the payload spells it. mime, charset: as declared."""

    encoding: str
    size: int
    mime: str
    charset: str
    limits: Limits

    def head(self) -> bytes:
        """What is sent before the payload."""
        words = json.dumps([self.encoding, self.mime, self.charset, *self.limits]).encode()
        return SIZE.pack(len(words), self.size) + words

    @classmethod
    def of(cls, head: bytes, size: int) -> Job:
        """What was sent."""
        encoding, mime, charset, *limits = json.loads(head)
        return cls(encoding, size, mime, charset, Limits(*limits))


def answer(contents: Contents) -> bytes:
    """The texts of a file as a worker sends them."""
    parts = [text.text.encode("utf-8", "replace") for text in contents.texts]
    places = [[text.place, len(part)] for text, part in zip(contents.texts, parts, strict=True)]
    head = json.dumps([contents.kind, contents.reason, places]).encode()
    return b"".join([SIZE.pack(len(head), sum(map(len, parts))), head, *parts])


def contents(head: bytes, body: bytes) -> Contents:
    """The same, as the gateway reads it: whatever a worker says, kind and reason are words of ours, else ValueError."""
    said: Any = json.loads(head)
    kind, reason, places = said
    if kind not in KINDS or (reason and reason not in REASONS):
        raise ValueError("a worker said something unheard of")
    texts, at = [], 0
    for place, size in places:
        texts.append(Text(str(place)[:40], body[at : at + size].decode("utf-8", "replace")))
        at += size
    return Contents(kind, () if reason else tuple(texts), reason)
