"""Rows of cells for people: columns as wide as they need, nothing that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a table, numbers to the right; none where there are no rows."""
    cells = [[plain(cell) for cell in row] for row in rows]
    if not cells:
        return
    numbers = [all(row[i].isdigit() for row in cells) for i in range(len(head))]
    widths = [max(len(row[i]) for row in (head, *cells)) for i in range(len(head))]
    for row in (head, *cells):
        yield "  ".join(
            f"{c:>{w}}" if n else f"{c:<{w}}" for c, w, n in zip(row, widths, numbers, strict=True)
        ).rstrip()


def plain(value: object) -> str:
    """The value in characters that a terminal shows and does not obey."""
    text = "" if value is None else str(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)
