"""What reports are made of besides sentences: tables in Markdown and in CSV, and the names of files by language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int | None = None) -> Iterator[str]:
    """The lines of a table. left: how many columns stand on the left, the others on the right; None: all."""
    left = len(head) if left is None else left
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * left + "---:|" * (len(head) - left)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def sheet(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """CSV with a header, lines ended as RFC 4180 says. None is an empty cell.

    A text that a spreadsheet would take for a formula gets an apostrophe: vendors choose the ids of their requests.
    """
    found = io.StringIO(newline="")
    writer = csv.writer(found)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return found.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def ending(language: str) -> str:
    """What stands before the extension in the name of a file that is made once for each language."""
    return "" if language == "en" else f".{language}"
