"""A charter's pages as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from policies.charter.page import Cell, Page, Table
from policies.charter.words import SIGN

_SPECIAL: Final = str.maketrans({c: f"\\{c}" for c in "\\`*_|<>[]#"} | {"\n": " "})


def markdown(pages: Sequence[Page]) -> str:
    """One page after the other."""
    return "\n".join(line for page in pages for line in _page(page)).rstrip("\n") + "\n"


def _page(page: Page) -> Iterator[str]:
    yield from (f"# {_plain(page.title)}", "", _plain(page.lead), "")
    for table in page.tables:
        yield from (f"## {_plain(table.title)}", "", *_table(table, page.language), "")
    for notes in page.notes:
        yield from (f"## {_plain(notes.title)}", "")
        for term, said in notes.items:
            yield f"- **{_plain(term)}** {_plain(said)}" if term else f"- {_plain(said)}"
        yield ""


def _table(table: Table, language: str) -> Iterator[str]:
    yield _row([_plain(cell.text) for cell in table.head])
    yield "|---" * len(table.head) + "|"
    for row in table.rows:
        first, *cells = row
        head = SIGN["colon"][language].join([_plain(first.text), *map(_plain, first.notes)])
        yield _row([head, *(_cell(cell, language) for cell in cells)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: Cell, language: str) -> str:
    text = f"**{_plain(cell.text)}**" if cell.kind == "refused" else _plain(cell.text)
    return SIGN["semicolon"][language].join([text, *map(_plain, cell.notes)])


def _plain(text: str) -> str:
    """The text as Markdown that shows it letter by letter: titles and messages are words, not markup."""
    return text.translate(_SPECIAL)
