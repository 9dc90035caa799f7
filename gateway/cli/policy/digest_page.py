"""The digest as a page that people read: headings, sentences and tables, as Markdown or HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final, NamedTuple

from gateway.cli.policy.digest_words import WORDS, Words

NOTHING: Final = "—"

Cells = tuple[object, ...]


class Part(NamedTuple):
    """One part of the page. rows: of the table under `head`."""

    heading: str
    said: str
    head: Sequence[str] = ()
    rows: Sequence[Cells] = ()


def page(said: Mapping[str, Any], revision: str, language: str) -> list[Part]:
    """The page's parts, the first of which is its title."""
    words = WORDS[language]
    ends = ", ".join(f"{words.ends[end]} {count:,}" for end, count in said["ends"].items()) or NOTHING
    title = words.title.format(since=said["since"][:10], until=said["until"][:10])
    first = Part(title, words.calls.format(calls=said["calls"], ends=ends, revision=revision))
    rows = _rows(words)
    return [first, *(Part(*s, [rows[name](r) for r in said[name]]) for name, s in words.sections.items())]


def _rows(words: Words) -> dict[str, Callable[[Mapping[str, Any]], Cells]]:
    """By section, how a row of it is shown."""

    def did(row: Mapping[str, Any]) -> str:
        return ", ".join(f"{words.came[what]} {number:,}" for what, number in row["came"].items()) or NOTHING

    def numbers(row: Mapping[str, Any]) -> Cells:
        return row["calls"], row["matched"], row["before"]

    return {
        "rules": lambda r: (*_names(r), did(r), *numbers(r), ", ".join(r["teams"])),
        "shadow": lambda r: (*_names(r), _said(words.would, r["actions"]), *numbers(r), r["until"] or NOTHING),
        "reports": lambda r: (r["rule"], r.get("false_positive", 0), r.get("override", 0)),
        "exceptions": lambda r: (r["exception"], r["calls"], r["expires"] or words.gone),
        "ends_soon": lambda r: (words.what[r["what"]], r["name"], r["on"], r["days"]),
        "quiet": lambda r: (*_names(r), words.modes[r["mode"]]),
        "without_a_rule": lambda r: (r["reason"], r["calls"], r["before"]),
    }


def _names(row: Mapping[str, Any]) -> Cells:
    return row["rule"], row["policy"]


def _said(words: Mapping[str, str], names: Iterable[str]) -> str:
    return ", ".join(words.get(name, name) for name in names)


def markdown(parts: Sequence[Part]) -> str:
    """As Markdown."""
    lines = []
    for number, part in enumerate(parts):
        lines += [f"{'##' if number else '#'} {part.heading}", "", part.said, ""]
        if part.rows:
            lines += [_line(part.head), _line(["---"] * len(part.head)), *map(_line, part.rows), ""]
        elif part.head:
            lines += [NOTHING, ""]
    return "\n".join(lines)


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def html(parts: Sequence[Part], language: str) -> str:
    """As one HTML file that needs nothing else."""
    lines = [f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">']
    lines.append(f"<title>{escape(parts[0].heading)}</title>\n{_STYLE}")
    for number, part in enumerate(parts):
        tag = "h2" if number else "h1"
        lines.append(f"<{tag}>{escape(part.heading)}</{tag}>\n<p>{escape(part.said)}</p>")
        if part.rows:
            lines += ["<table>", _cells(part.head, "th"), *(_cells(row, "td") for row in part.rows), "</table>"]
        elif part.head:
            lines.append(f"<p>{NOTHING}</p>")
    return "\n".join([*lines, "</html>\n"])


def _cells(row: Iterable[object], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in row) + "</tr>"


_STYLE = """<style>
body {font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem}
table {border-collapse: collapse}
td, th {text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #ddd}
</style>"""
