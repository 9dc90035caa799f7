"""A charter's pages as one HTML file that needs nothing else: no script, no font, no picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from policies.charter.page import Cell, Notes, Page, Table

_STYLE: Final = """\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--band:#f6f8fa;
--red:#a40e26;--amber:#7d4e00;--blue:#0b4a8f;--green:#116329}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;--line:#363c44;--paper:#0f1318;--band:#171c23;
--red:#ff9a92;--amber:#f0c060;--blue:#8cc2ff;--green:#7ee08f}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:66rem;margin:0 auto;padding:1.5rem 1.25rem}
h1{font-size:1.55rem;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.02rem;margin:1.3rem 0 .4rem}
.lead{color:var(--soft);margin:0 0 1rem;max-width:52rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;min-width:44rem;table-layout:fixed;font-size:.93rem}
th,td{border-bottom:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top}
thead th{background:var(--band);border-bottom:2px solid var(--line);font-weight:600}
thead th:first-child,thead th:last-child{width:28%}
tbody th{font-weight:400}
b{font-weight:600}
small,td.advice{color:var(--soft)}
small{display:block;line-height:1.3;font-size:.87em}
.refused b{color:var(--red)}.masked b,.rerouted b,.warned b{color:var(--amber)}
.replaced b{color:var(--blue)}.sent b{color:var(--green)}
.columns{columns:22rem 3;column-gap:2rem;font-size:.9rem}
.columns section{break-inside:avoid}.columns h2{margin-top:.8rem}
dl,ul{margin:0;padding:0}dt{font-weight:600}dd{margin:0 0 .35rem}ul{list-style:none}li{margin:0 0 .35rem}
main+main{border-top:1px solid var(--line)}
@page{size:A4;margin:7mm 8mm}
@media print{:root{--ink:#000;--soft:#333;--line:#999;--paper:#fff;--band:#eee;--red:#8b0000;--amber:#5c3a00;
--blue:#003366;--green:#0b4a1b}
html{font-size:6.8pt}body{font-size:1rem;line-height:1.18}small{line-height:1.18}main{max-width:none;padding:0}
main+main{break-before:page;border:0}h1{font-size:1.5rem}h2{margin:.5rem 0 .15rem}.lead{margin:0 0 .3rem;max-width:none}
th,td{padding:.1rem .4rem}thead th:first-child,thead th:last-child{width:30%}tr{break-inside:avoid}
.wide{overflow:visible}.columns{columns:4;column-gap:1.2rem;font-size:.94rem}
.columns section{break-inside:auto}.columns h2,dt{break-after:avoid}dd,li{break-inside:avoid}
.columns h2{margin-top:.2rem}dd,li{margin:0 0 .12rem}}
"""

# Beside the colour, for whoever doesn't see it.
_SIGN: Final = {"refused": "✕", "rerouted": "↷", "masked": "▒", "replaced": "⇄", "warned": "!", "sent": "✓"}


def html(pages: Sequence[Page]) -> str:
    """A whole document with these pages, the first of which names its language."""
    language, title = pages[0].language, escape(pages[0].title)
    head = (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
    )
    return (
        head
        + "".join(_kept_together(line, page.language) + "\n" for page in pages for line in _page(page))
        + "</body>\n</html>\n"
    )


def _kept_together(line: str, language: str) -> str:
    """The line with no break before the signs that French sets apart."""
    if language != "fr":
        return line
    for sign in ":;?»":
        line = line.replace(f" {sign}", f"&nbsp;{sign}")
    return line.replace("« ", "«&nbsp;")


def _page(page: Page) -> Iterator[str]:
    yield f'<main lang="{page.language}">'
    yield f"<h1>{escape(page.title)}</h1>"
    yield f'<p class="lead">{escape(page.lead)}</p>'
    for number, table in enumerate(page.tables):
        yield from _table(table, f"{page.language}{number}")
    yield '<div class="columns">'
    for notes in page.notes:
        yield from _notes(notes)
    yield "</div>"
    yield "</main>"


def _table(table: Table, name: str) -> Iterator[str]:
    yield f'<h2 id="{name}">{escape(table.title)}</h2>'
    yield f'<div class="wide" tabindex="0" role="region" aria-labelledby="{name}">'
    yield f'<table aria-labelledby="{name}">'
    head = "".join(f'<th scope="col">{escape(cell.text)}</th>' for cell in table.head)
    yield f"<thead><tr>{head}</tr></thead>"
    yield "<tbody>"
    for first, *cells in table.rows:
        yield f"<tr>{_head(first)}{''.join(map(_cell, cells))}</tr>"
    yield "</tbody></table></div>"


def _head(cell: Cell) -> str:
    if not cell.notes:
        return f'<th scope="row">{escape(cell.text)}</th>'
    return (
        f'<th scope="row"><b>{escape(cell.text)}</b>{"".join(f"<small>{escape(n)}</small>" for n in cell.notes)}</th>'
    )


def _cell(cell: Cell) -> str:
    if not cell.kind:
        return f'<td class="advice">{escape(cell.text)}</td>'
    sign = f'<span aria-hidden="true">{_SIGN[cell.kind]} </span>'
    notes = "".join(f"<small>{escape(note)}</small>" for note in cell.notes)
    return f'<td class="{cell.kind}"><b>{sign}{escape(cell.text)}</b>{notes}</td>'


def _notes(notes: Notes) -> Iterator[str]:
    yield f"<section><h2>{escape(notes.title)}</h2>"
    if any(term for term, _ in notes.items):
        pairs = (
            f"<dt>{escape(term)}</dt><dd>{escape(said)}</dd>" if term else _lone(said) for term, said in notes.items
        )
        yield f"<dl>{''.join(pairs)}</dl>"
    else:
        yield f"<ul>{''.join(f'<li>{escape(said)}</li>' for _, said in notes.items)}</ul>"
    yield "</section>"


def _lone(said: str) -> str:
    return f"</dl><p>{escape(said)}</p><dl>"
