"""The report on usage and cost as plain values, for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from observability.reports.numbers import exact
from observability.reports.usage import Cell, Figures, Usage, by, total

_MONEY = {
    "nanos": "cost", "estimated": "estimated_cost", "assumed": "assumed_price_cost", "failed": "failed_cost",
    "drilled": "drill_cost",
}  # fmt: skip
_COUNTS = {
    "input": "input_tokens", "output": "output_tokens", "cached": "cached_tokens", "written": "cache_write_tokens",
    "reasoning": "reasoning_tokens", "errors": "failed_attempts", "estimates": "estimated_attempts",
}  # fmt: skip


def values(usage: Usage, tables: Sequence[Sequence[str]]) -> dict[str, Any]:
    """One JSON object. Costs are decimal numbers in text, so that no reader rounds them."""
    period = usage.period
    return {
        "period": {
            "name": period.name(), "since": period.since.isoformat(), "until": period.until.isoformat(),
            "zone": str(period.zone),
        },
        "lacks_beginning": usage.lacks_beginning(),
        "lacks_end": usage.lacks_end(),
        "attempts_of_unknown_calls": usage.unknown,
        "damaged_segments": usage.damaged,
        "ledgers": usage.ledgers,
        "currencies": [
            {
                "currency": currency,
                "total": _figures(total(cells := usage.of(currency))),
                "tables": [{"by": list(names), "rows": _rows(cells, names)} for names in tables],
            }
            for currency in usage.currencies()
        ],
    }  # fmt: skip


def _rows(cells: Mapping[Cell, Figures], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {**dict(zip(names, found, strict=True)), **_figures(figures)} for found, figures in by(cells, names).items()
    ]


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        _MONEY.get(name, _COUNTS.get(name, name)): exact(value) if name in _MONEY else value
        for name, value in asdict(figures).items()
    }
