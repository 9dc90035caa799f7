"""What became of a file: its texts, or the one reason why it can't be inspected."""

from __future__ import annotations

from typing import Final, NamedTuple

# Why a file can't be inspected, in the words of notes, metrics and docs.
REASONS: Final = (
    "archive",
    "blank_page",
    "broken",
    "encrypted",
    "entities",
    "image",
    "memory",
    "nested",
    "not_base64",
    "old_format",
    "sound",
    "time",
    "too_large",
    "too_many_files",
    "too_many_objects",
    "too_much_text",
    "unmapped_font",
    "unpacks_too_large",
    "unread_inside",
    "unknown_type",
    "worker_died",
)
KINDS: Final = ("pdf", "docx", "xlsx", "pptx", "opendocument", "text", "")


class Text(NamedTuple):
    """One stretch of a file's text. place: where, in words of ours ("page 3", "properties"), never the file's."""

    place: str
    text: str


class Contents(NamedTuple):
    """kind: what the file is by its bytes. reason: one of REASONS where it can't be inspected, then texts is empty."""

    kind: str
    texts: tuple[Text, ...] = ()
    reason: str = ""

    @property
    def size(self) -> int:
        """Characters of all texts."""
        return sum(len(text.text) for text in self.texts)


class Limits(NamedTuple):
    """What one file may take. memory: bytes of the whole worker process. characters: of all texts together."""

    file_bytes: int = 16 << 20
    seconds: float = 10.0
    memory: int = 512 << 20
    characters: int = 1_000_000


class Unreadable(Exception):
    """The file can't be inspected. reason: one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Gathered:
    """The texts of a file while it is read, and the files inside it. Raises Unreadable where they become too many."""

    def __init__(self, characters: int) -> None:
        self.texts: list[Text] = []
        self.files = 0
        self._left = characters

    def add(self, place: str, text: str) -> None:
        """One more text; an empty one is left out."""
        if not text or text.isspace():
            return
        self._left -= len(text)
        if self._left < 0:
            raise Unreadable("too_much_text")
        self.texts.append(Text(place, text))

    def enter(self, depth: int) -> None:
        """A file begins that lies `depth` files deep."""
        self.files += 1
        if depth > _DEEPEST or self.files > _MOST_FILES:
            raise Unreadable("nested")


_DEEPEST = 3
_MOST_FILES = 100
