"""The usual envelopes: none of a vendor's own, but for members that it names otherwise or doesn't take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.vendors.base import Framing, Headers
from adapters.wire.body import Document
from adapters.wire.edits import Edit
from adapters.wire.members import reshaped
from adapters.wire.sse import Framer


@dataclass(frozen=True, slots=True)
class Members:
    """Members of the request that go by another name at this vendor, and those that it refuses or that aren't for a
    caller to set. Answers are the dialect's own."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    stream_type: bytes = b"text/event-stream"

    def told(self) -> str:
        """The two tables."""
        names = [f"`{old}` is called `{new}`" for old, new in self.renamed.items()]
        left = ", ".join(f"`{name}`" for name in sorted(self.without))
        return "; ".join([*names, *([f"left out: {left}"] if left else [])]) + "."

    def edits(self, document: Document, headers: Headers) -> list[Edit]:
        """By the two tables."""
        return reshaped(document, without=self.without, renamed=self.renamed)

    def headers(self, headers: Headers) -> Headers:
        """As they are."""
        return headers

    def framer(self) -> Framing:
        """Server-sent events."""
        return Framer()

    def body(self, raw: bytes) -> bytes:
        """As it is."""
        return raw
