"""The picture that `ecluse top` shows, as lines of text for a terminal of any size. Plain values in, text out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gateway.top.counting import OTHER, Key
from gateway.top.rates import Row, by, total

TITLES = {
    "destination": "destination", "team": "team", "person": "caller", "use_case": "use case", "model": "model",
}  # fmt: skip
"""What is shown, by what it is counted by. Their first letters choose it, `c` for callers."""
_NARROWEST = 12
_BOLD, _FAINT, _PLAIN, _WARN = "\x1b[1m", "\x1b[2m", "\x1b[0m", "\x1b[31m"
_KEYS = "keys: d t c u m by destination, team, caller, use case, model; s sort; n names; q end"


class Column(NamedTuple):
    """One column. value: None where there is nothing to say. shown: how it is written. bad: from where on it is red."""

    title: str
    width: int
    value: Callable[[Row], float | None]
    shown: Callable[[float], str]
    bad: float = float("inf")


class Frame(NamedTuple):
    """What is looked at. names: what people are shown as. head: of the installation, in one line. said: what is ill."""

    rows: Mapping[Key, Row]
    dimension: str
    sort: int
    seconds: float
    currency: str
    head: str
    said: tuple[str, ...] = ()
    names: Mapping[str, str] = {}


def figures(value: float) -> str:
    """At most four figures, with `k`, `M` and `G` for thousands, millions and more."""
    for limit, divisor, unit in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if value >= limit:
            return f"{value / divisor:.1f}{unit}" if value < 100 * divisor else f"{value / divisor:.0f}{unit}"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percent(share: float) -> str:
    """`0.4%`, and nothing for nothing."""
    return f"{share * 100:.1f}%" if share else ""


def duration(seconds: float) -> str:
    """`120ms`, `1.4s`, `32s`."""
    return f"{seconds * 1000:.0f}ms" if seconds < 1 else f"{seconds:.1f}s" if seconds < 10 else f"{seconds:.0f}s"


def columns(dimension: str, currency: str) -> tuple[Column, ...]:
    """Of callers, calls that failed; of destinations, attempts that did."""
    failed = ("broken", "attempts") if dimension == "destination" else ("failed", "calls")
    return (
        Column("calls/s", 8, lambda row: row.rate("calls"), figures),
        Column("in flight", 10, lambda row: float(row.flight), figures),
        Column("in tok/s", 9, lambda row: row.rate("input"), figures),
        Column("out tok/s", 10, lambda row: row.rate("output"), figures),
        Column(f"{currency or 'cost'}/h", 9, lambda row: row.cost_an_hour, figures),
        Column("failed", 8, lambda row: row.share(*failed), percent, 0.01),
        Column("refused", 9, lambda row: row.share("refused", "calls"), percent),
        Column("p50", 7, lambda row: row.took(0.5), duration),
        Column("p95", 7, lambda row: row.took(0.95), duration),
    )


def draw(frame: Frame, width: int, height: int, *, colours: bool = False) -> list[str]:
    """At most `height` lines of at most `width` characters; escapes for colours don't count."""
    shown = _fitting(columns(frame.dimension, frame.currency), width)
    name = max(width - sum(column.width for column in shown), _NARROWEST)
    whole = total(frame.rows)
    lines = [_cut(frame.head, width), *(_painted(_cut(said, width), _WARN, colours) for said in frame.said)]
    sort = columns(frame.dimension, frame.currency)[frame.sort]
    lines.append(_cut(f"by {TITLES[frame.dimension]}, most {sort.title} first, last {frame.seconds:.0f} s", width))
    titles = TITLES[frame.dimension].ljust(name) + "".join(column.title.rjust(column.width) for column in shown)
    lines.append(_painted(_cut(titles, width), _BOLD, colours))
    rows = sorted(by(frame.rows, frame.dimension).items(), key=lambda one: (-(sort.value(one[1]) or 0.0), one[0]))
    lines.append(_line("all", whole, shown, name, width, colours))
    room = height - len(lines)
    if len(rows) > room > 0:
        rows, left = rows[: room - 1], rows[room - 1 :]
    else:
        left = []
    lines += [_line(_named(frame, key), row, shown, name, width, colours) for key, row in rows]
    if left:
        lines.append(_cut(f"({len(left)} more)", width))
    return lines[:height]


def keys_told(width: int) -> list[str]:
    """The line that says which keys do what."""
    return [_painted(_cut(_KEYS, width), _FAINT, True)]


def _fitting(found: tuple[Column, ...], width: int) -> tuple[Column, ...]:
    """As many as leave room for a name, from the left."""
    used, fitting = _NARROWEST, []
    for column in found:
        used += column.width
        if used > width:
            break
        fitting.append(column)
    return tuple(fitting)


def _named(frame: Frame, key: str) -> str:
    if key == OTHER:
        return "(others)"
    return (frame.names.get(key, key) if frame.dimension == "person" else key) or "(nowhere yet)"


def _line(name: str, row: Row, shown: tuple[Column, ...], wide: int, width: int, colours: bool) -> str:
    cells = []
    for column in shown:
        value = column.value(row)
        text = ("" if value is None else column.shown(value)).rjust(column.width)
        cells.append(_painted(text, _WARN, colours and value is not None and value >= column.bad))
    return _cut(name, wide - 1).ljust(wide) + "".join(cells) if width >= wide else _cut(name, width)


def _cut(text: str, width: int) -> str:
    text = _printable(text)
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"[:width]


def _printable(text: str) -> str:
    """Names, and reasons of stops, are what people write: none may move the cursor."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _painted(text: str, how: str, colours: bool) -> str:
    return f"{how}{text}{_PLAIN}" if colours else text
