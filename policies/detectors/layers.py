"""Texts derived from a text, with a way back: what was decoded or drawn together, and where it stands in the text.

A layer is a one-byte view like that of the text itself. Chains of layers (base64 in percent-encoding) are read back
step by step, and only for the few places where something was found.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from policies.detectors.steps import Steps
from policies.detectors.view import squeezed


class Span(NamedTuple):
    """What was changed: a finding counts where it touches one (where it lies inside one, if `whole`)."""

    low: int
    high: int
    note: str
    whole: bool


class Stretch(NamedTuple):
    """Bytes from `low` on, each `unit` of them made of `width` characters of the layer below, from `origin` on."""

    low: int
    origin: int
    unit: int
    width: int


class Layer:
    """One view. starts: where its windows begin, as a scan takes them (the end plus one last); empty if it is one text.

    spans: None where all of it counts. start: nothing is to be found before. growing: more of it may come, where more
    of the text may.
    """

    __slots__ = ("_kept", "_stretches", "below", "growing", "seen", "spans", "start", "starts")

    def __init__(self, seen: bytes, start: int = 0, starts: Sequence[int] = ()) -> None:
        self.seen = seen
        self.start = start
        self.starts = starts
        self.growing = True
        self.below: Layer | None = None
        self.spans: list[Span] | None = None
        self._stretches: list[Stretch] = []
        self._kept: list[int] | None = None

    def thinned(self) -> Steps[Layer | None]:
        """The layer without ignored characters; None if it has none."""
        thin = yield from squeezed(self.seen)
        if thin is None:
            return None
        seen, kept = thin

        def place(at: int) -> int:
            return bisect_left(kept, at)

        starts = [*map(place, self.starts[:-1]), len(seen) + 1] if self.starts else ()
        layer = Layer(seen, place(self.start), starts)
        layer.growing = self.growing
        layer.below, layer._kept = self, kept
        if self.spans is not None:
            layer.spans = [Span(place(low), place(high), note, whole) for low, high, note, whole in self.spans]
        return layer

    def until(self, end: int) -> Layer:
        """The layer without what stands from `end` on."""
        layer = Layer(self.seen[:end], self.start, self.starts)
        layer.growing, layer.spans = self.growing, self.spans
        layer.below, layer._stretches, layer._kept = self.below, self._stretches, self._kept
        return layer

    def note(self, start: int, end: int) -> str | None:
        """How what stands there was made; "" where nothing was, None where a finding there doesn't count."""
        if self.spans is None:
            return ""
        index = bisect_right(self.spans, end, key=lambda span: span.low) - 1
        while index >= 0:
            low, high, note, whole = self.spans[index]
            if high <= start:
                return None
            if low < end and (not whole or (low <= start and end <= high)):
                return note
            index -= 1
        return None

    def traced(self, start: int, end: int) -> tuple[int, int, list[str]] | None:
        """The characters of the text that made what stands there, and how; None where that doesn't count here."""
        if self.note(start, end) is None:
            return None
        notes: list[str] = []
        layer = self
        while layer.below is not None:
            if layer._kept is None and (note := layer.note(start, end)):
                notes.append(note)
            start, end = layer._beneath(start, end)
            layer = layer.below
        return start, end, notes

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the text that made what stands there."""
        layer = self
        while layer.below is not None:
            start, end = layer._beneath(start, end)
            layer = layer.below
        return start, end

    def _beneath(self, start: int, end: int) -> tuple[int, int]:
        """The same one layer down."""
        if self._kept is not None:
            return self._kept[start], self._kept[end - 1] + 1 if end > start else self._kept[start]
        low, origin, unit, width = self._stretch(start)
        first = origin + (start - low) // unit * width
        if end <= start:
            return first, first
        low, origin, unit, width = self._stretch(end - 1)
        return first, max(first, origin + ((end - 1 - low) // unit + 1) * width)

    def _stretch(self, place: int) -> Stretch:
        return self._stretches[max(bisect_right(self._stretches, place, key=lambda one: one.low) - 1, 0)]


class Builder:
    """Puts a layer together from left to right."""

    __slots__ = ("_below", "_data", "_spans", "_starts", "_stretches", "size")

    def __init__(self, below: Layer) -> None:
        self._below = below
        self._data = bytearray()
        self._stretches: list[Stretch] = []
        self._spans: list[Span] = []
        self._starts = [0]
        self.size = 0

    def copy(self, low: int, high: int) -> None:
        """Characters of the layer below as they are."""
        if low < high:
            self.put(self._below.seen[low:high], low)

    def put(self, data: bytes, origin: int, unit: int = 1, width: int = 1) -> None:
        """Bytes of which each `unit` was made of `width` characters from `origin` on."""
        last = self._stretches[-1] if self._stretches else None
        follows = (
            last is not None
            and (last.unit, last.width) == (unit, width)
            and (self.size - last.low) % unit == 0
            and last.origin + (self.size - last.low) // unit * width == origin
        )
        if not follows:
            self._stretches.append(Stretch(self.size, origin, unit, width))
        self._data += data
        self.size += len(data)

    def separate(self, origin: int) -> None:
        """A byte across which nothing matches."""
        self.put(b"\0", origin)

    def border(self, origin: int) -> None:
        """End a window: words on this side judge nothing on the other."""
        self.separate(origin)
        self._starts.append(self.size)

    def mark(self, low: int, note: str, *, whole: bool) -> None:
        """What was put since `low` was changed."""
        if self.size > low:
            self._spans.append(Span(low, self.size, note, whole))

    def layer(self, start: int = 0, *, growing: bool = False) -> Layer | None:
        """The layer; None if nothing was changed."""
        if not self._spans:
            return None
        starts = [*self._starts, self.size + 1] if self._starts[-1] != self.size else [*self._starts[:-1], self.size]
        layer = Layer(bytes(self._data), start, starts)
        layer.below, layer.growing = self._below, growing
        layer.spans, layer._stretches = self._spans, self._stretches
        return layer
