"""Where the texts of a passage stand in the body: made when asked for, which only a rewrite does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from adapters.ask import Piece
from adapters.wire.body import Document, Leaf, nested

Segments = Sequence[tuple[int, int]]


class Pieces(Sequence[Piece]):
    """The pieces of one passage. make: gives them from `of`; called once, when the first is asked for."""

    __slots__ = ("_made", "_make", "_of")

    def __init__(self, make: Callable[..., tuple[Piece, ...]], *of: object) -> None:
        self._make = make
        self._of = of
        self._made: tuple[Piece, ...] | None = None

    def _all(self) -> tuple[Piece, ...]:
        if self._made is None:
            self._made = self._make(*self._of)
        return self._made

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Piece]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Piece, ...]: ...
    def __getitem__(self, index: int | slice) -> Piece | tuple[Piece, ...]:
        return self._all()[index]


def gathered(document: Document, segments: Segments) -> tuple[Piece, ...]:
    """The pieces of a passage of many texts; segments: the numbers of its texts, first and one past the last."""
    return _in_a_row([leaf for first, end in segments for leaf in document.leaves[first:end]])


def escaped(document: Document, index: int) -> tuple[Piece, ...]:
    """The pieces of a passage of the strings that are written with escapes inside tool arguments."""
    leaf = document.leaves[index]
    return _in_a_row([inner for inner in nested(leaf) or () if "\\" in leaf.text[inner.start : inner.end]])


def single(document: Document, index: int, end: int, rewritable: bool) -> tuple[Piece, ...]:
    """The piece of a passage that is one text; end: the length of the passage."""
    return (Piece(0, end, document.leaves[index], rewritable),)


def _in_a_row(leaves: Sequence[Leaf]) -> tuple[Piece, ...]:
    pieces = []
    start = 0
    for leaf in leaves:
        end = start + len(leaf.text)
        # The public model name is edited per destination already; a ruling can't rewrite it too.
        pieces.append(Piece(start, end, leaf, leaf.kind == "string" and leaf.path != ("model",)))
        start = end + 1
    return tuple(pieces)
