"""Figures as people read them."""

from __future__ import annotations

from observability.boards.panel import Panel, Unit

_MONEY_PLACES = 10.0


def shown(value: float, panel: Panel) -> str:
    """A value of a panel, in its unit or by its word."""
    for number, word in panel.words:
        if value == number:
            return word
    if panel.unit == "count" and panel.kind in ("stat", "bars"):
        return _count(round(value))
    return said(value, panel.unit)


def said(value: float, unit: Unit) -> str:
    """A value in a unit."""
    if unit == "ratio":
        return f"{100 * value:.4g} %"
    if unit == "seconds":
        return _time(value)
    if unit == "span":
        return _span(value)
    if unit in ("bytes", "bytes_per_second"):
        return _bytes(value) + ("/s" if unit == "bytes_per_second" else "")
    if unit == "money":
        return f"{value:,.2f}" if abs(value) >= _MONEY_PLACES else f"{value:.3g}"
    return _count(value) + ("/s" if unit == "per_second" else "")


def _time(seconds: float) -> str:
    size = abs(seconds)
    if size >= 100:
        return f"{seconds / 60:.3g} min"
    if size >= 1 or size == 0:
        return f"{seconds:.3g} s"
    return f"{1e3 * seconds:.3g} ms" if size >= 1e-3 else f"{1e6 * seconds:.3g} µs"


def _span(seconds: float) -> str:
    for unit, length in (("years", 365 * 86400.0), ("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if abs(seconds) >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def _bytes(value: float) -> str:
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} B"


def _count(value: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e4)):
        if abs(value) >= size:
            return f"{value / (size if unit == 'M' else 1e3):.3g} {unit}"
    return f"{value:.3g}" if value != int(value) else f"{int(value)}"
