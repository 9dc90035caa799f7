"""The report on usage and cost, as Markdown: the whole, pictures, a table for each thing that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from observability.reports.forms import markdown
from observability.reports.numbers import Words, money, number, share
from observability.reports.usage import Cell, Figures, Usage, by, total
from observability.reports.usage_words import WORDS

USUAL = (("team",), ("use_case",), ("model",), ("destination",), ("dialect",))
"""The tables of a report where nobody asks for others."""
_MOST_ROWS = 50
_MEANT = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "[": "\\[", "*": "\\*", "`": "\\`", "\\": "\\\\"}
"""What Markdown would obey, as it has to be written."""


def page(
    usage: Usage, language: str, tables: Sequence[Sequence[str]] = USUAL, pictures: Sequence[tuple[str, str]] = ()
) -> str:
    """Markdown, `en` or `fr`. tables: of each the dimensions. pictures: the word and the file of each."""
    words = WORDS[language]
    organisations = sorted({cell.organisation for cell in usage.cells if cell.organisation})
    lines = [f"# {words['title'].format(period=usage.period.name())}"]
    if not usage.cells:
        return "\n\n".join([*lines, words["nothing"], *_damage(usage, words)]) + "\n"
    lines.append(words["of"].format(organisation=", ".join(organisations) or "?", zone=usage.period.zone))
    lines += _partial(usage, words)
    currencies = usage.currencies()
    if len(currencies) > 1:
        lines.append(words["several"])
    for currency in currencies:
        drawn = [f"![{words[word]}]({file})" for word, file in pictures if currency == currencies[0]]
        lines += _part(usage.of(currency), currency, tables, drawn, words)
    lines += _how(usage, words)
    return "\n\n".join(lines) + "\n"


def _partial(usage: Usage, words: Words) -> Iterator[str]:
    """What a reader must not take for a whole month."""
    if usage.begins is not None and usage.lacks_beginning():
        yield f"**{words['begins'].format(at=_time(usage.begins))}**"
    if usage.made is not None and usage.lacks_end():
        yield f"**{words['not_over'].format(at=_time(usage.made))}**"
    yield from _damage(usage, words)


def _damage(usage: Usage, words: Words) -> Iterator[str]:
    if usage.damaged:
        yield f"**{words['damaged'].format(n=usage.damaged)}**"


def _part(
    cells: Mapping[Cell, Figures], currency: str, tables: Sequence[Sequence[str]], drawn: Sequence[str], words: Words
) -> Iterator[str]:
    """What was counted in one currency."""
    whole = total(cells)
    yield f"## {words['whole_of'].format(currency=currency or words['no_currency'])}"
    yield "\n".join(markdown((words["figure"], words["value"]), _summary(whole, currency, words)))
    yield from drawn
    for dimensions in tables:
        names = [words[name] for name in dimensions]
        yield f"## {words['by'].format(name=words['and'].join(names))}"
        rows = by(cells, dimensions)
        heads = (*names, *(words[name] for name in ("calls", "in", "out", "cached_share", "cost", "share")))
        yield "\n".join(markdown(heads, _rows(rows, len(dimensions), whole, words), left=len(dimensions)))
    if whole.estimated or whole.assumed:
        yield words["marks"]


def _summary(whole: Figures, currency: str, words: Words) -> Iterator[tuple[str, str]]:
    for name in ("calls", "served", "refused", "attempts", "errors", "input", "cached", "output", "reasoning"):
        yield words[name], number(getattr(whole, name), words)

    def told(nanos: int) -> str:
        return f"{money(nanos, words)} {currency}".rstrip()

    yield words["cost"], f"**{told(whole.nanos)}**"
    if whole.served:
        yield words["per_call"], told(whole.nanos // whole.served)
    for name in ("estimated", "assumed", "failed", "drilled"):
        if nanos := getattr(whole, name):
            yield words[name], f"{told(nanos)} ({share(nanos, whole.nanos, words)})"


def _rows(
    rows: Mapping[tuple[str, ...], Figures], wide: int, whole: Figures, words: Words
) -> Iterator[tuple[str, ...]]:
    for place, (names, figures) in enumerate(rows.items()):
        if place < _MOST_ROWS:
            yield (*(_word(name) or words["none"] for name in names), *_figures(figures, whole, words))
    if len(rows) > _MOST_ROWS:
        rest = Figures()
        for figures in list(rows.values())[_MOST_ROWS:]:
            rest.add(figures)
        name = words["others"].format(n=len(rows) - _MOST_ROWS)
        yield (name, *[""] * (wide - 1), *_figures(rest, whole, words))


def _word(name: str) -> str:
    """A name that people made up (teams are what keys say), so that it can be nothing but a word in Markdown."""
    return "".join(_MEANT.get(c, c) if c.isprintable() else "?" for c in name)


def _figures(figures: Figures, whole: Figures, words: Words) -> tuple[str, ...]:
    marks = ("*" if figures.estimated else "") + ("†" if figures.assumed else "")
    return (
        number(figures.calls, words), number(figures.input, words), number(figures.output, words),
        share(figures.cached, figures.input, words), f"{money(figures.nanos, words)}{marks}",
        share(figures.nanos, whole.nanos, words),
    )  # fmt: skip


def _how(usage: Usage, words: Words) -> Iterator[str]:
    since, until = map(_time, usage.period[:2])
    attempts = number(total(usage.cells).attempts, words)
    yield f"## {words['how']}"
    yield words["sums"].format(attempts=attempts, since=since, until=until)
    yield words["ledgers"].format(n=usage.ledgers)
    if usage.unknown:
        yield words["unknown"].format(n=number(usage.unknown, words))


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
