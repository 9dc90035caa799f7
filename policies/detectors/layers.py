"""Texts derived from a text, with a way back: what was decoded or drawn together, and where it stands in the text.

A layer is a one-byte view like that of the text itself. Chains of layers (base64 in percent-encoding) are read back
step by step, and only for the few places where something was found.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from policies.detectors.steps import Steps
from policies.detectors.view import squeezed

# So many places are worked out in one step.
_PLACED = 2048


class Spans:
    """What was changed, from left to right: a finding counts where it touches one (where it lies inside one, if whole).

    In arrays, not objects: there may be a third of a million, which the garbage collector need not look at.
    """

    __slots__ = ("highs", "lows", "notes", "wholes")

    def __init__(self) -> None:
        self.lows, self.highs = array("q"), array("q")
        self.notes: list[str] = []
        self.wholes = bytearray()

    def add(self, low: int, high: int, note: str, whole: bool) -> None:
        """A change of what stands from `low` to `high`."""
        self.lows.append(low)
        self.highs.append(high)
        self.notes.append(note)
        self.wholes.append(whole)

    def note(self, start: int, end: int) -> str | None:
        """How what stands there was made; None where a finding there doesn't count."""
        index = bisect_right(self.lows, end) - 1
        while index >= 0:
            low, high = self.lows[index], self.highs[index]
            if high <= start:
                return None
            if low < end and (not self.wholes[index] or (low <= start and end <= high)):
                return self.notes[index]
            index -= 1
        return None

    def placed(self, place: Callable[[int], int]) -> Steps[Spans]:
        """The same where every place has become another; pauses."""
        spans = Spans()
        spans.notes, spans.wholes = self.notes, self.wholes
        for index in range(len(self.lows)):
            if index % _PLACED == _PLACED - 1:
                yield
            spans.lows.append(place(self.lows[index]))
            spans.highs.append(place(self.highs[index]))
        return spans


class Stretches:
    """Bytes from a low on, each `unit` of them made of `width` characters of the layer below, from `origin` on."""

    __slots__ = ("lows", "origins", "units", "widths")

    def __init__(self) -> None:
        self.lows, self.origins, self.units, self.widths = array("q"), array("q"), array("q"), array("q")

    def add(self, low: int, origin: int, unit: int, width: int) -> None:
        """What follows; nothing is added where it only goes on with the last."""
        if self.lows:
            before = low - self.lows[-1]
            follows = self.units[-1] == unit and self.widths[-1] == width and before % unit == 0
            if follows and self.origins[-1] + before // unit * width == origin:
                return
        self.lows.append(low)
        self.origins.append(origin)
        self.units.append(unit)
        self.widths.append(width)

    def at(self, place: int) -> tuple[int, int, int, int]:
        """The stretch that a place is in: low, origin, unit, width."""
        index = max(bisect_right(self.lows, place) - 1, 0)
        return self.lows[index], self.origins[index], self.units[index], self.widths[index]


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
        self.spans: Spans | None = None
        self._stretches = Stretches()
        self._kept: array[int] | None = None

    def thinned(self) -> Steps[Layer | None]:
        """The layer without ignored characters; None if it has none."""
        thin = yield from squeezed(self.seen)
        if thin is None:
            return None
        seen, kept = thin

        def place(at: int) -> int:
            return bisect_left(kept, at)

        starts: list[int] = []
        for index, start in enumerate(self.starts[:-1]):
            if index % _PLACED == _PLACED - 1:
                yield
            starts.append(place(start))
        if self.starts:
            starts.append(len(seen) + 1)
        layer = Layer(seen, place(self.start), starts)
        layer.growing = self.growing
        layer.below, layer._kept = self, kept
        if self.spans is not None:
            layer.spans = yield from self.spans.placed(place)
        return layer

    def until(self, end: int) -> Layer:
        """The layer without what stands from `end` on."""
        layer = Layer(self.seen[:end], self.start, self.starts)
        layer.growing, layer.spans = self.growing, self.spans
        layer.below, layer._stretches, layer._kept = self.below, self._stretches, self._kept
        return layer

    def note(self, start: int, end: int) -> str | None:
        """How what stands there was made; "" where nothing was, None where a finding there doesn't count."""
        return "" if self.spans is None else self.spans.note(start, end)

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
        low, origin, unit, width = self._stretches.at(start)
        first = origin + (start - low) // unit * width
        if end <= start:
            return first, first
        low, origin, unit, width = self._stretches.at(end - 1)
        return first, max(first, origin + ((end - 1 - low) // unit + 1) * width)


class Builder:
    """Puts a layer together from left to right."""

    __slots__ = ("_below", "_data", "_spans", "_starts", "_stretches", "size")

    def __init__(self, below: Layer) -> None:
        self._below = below
        self._data = bytearray()
        self._stretches = Stretches()
        self._spans = Spans()
        self._starts = array("q", [0])
        self.size = 0

    def copy(self, low: int, high: int) -> None:
        """Characters of the layer below as they are."""
        if low < high:
            self.put(self._below.seen[low:high], low)

    def put(self, data: bytes, origin: int, unit: int = 1, width: int = 1) -> None:
        """Bytes of which each `unit` was made of `width` characters from `origin` on."""
        self._stretches.add(self.size, origin, unit, width)
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
            self._spans.add(low, self.size, note, whole)

    def layer(self, start: int = 0, *, growing: bool = False) -> Layer | None:
        """The layer; None if nothing was changed."""
        if not self._spans.lows:
            return None
        starts = self._starts
        if starts[-1] != self.size:
            starts.append(self.size + 1)
        else:
            starts[-1] = self.size
        layer = Layer(bytes(self._data), start, starts)
        layer.below, layer.growing = self._below, growing
        layer.spans, layer._stretches = self._spans, self._stretches
        return layer
