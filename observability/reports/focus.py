"""Usage as rows of the FinOps Open Cost and Usage Specification (FOCUS) 1.2, which cost tools of companies read.

A row is a day's charge of one team, use case, model and destination. What FOCUS has no column for has one that begins
with `x_`, after the others, as it asks for. The ledger knows one price of a charge, what the configuration's price list
or the contract says, so the four costs of a row are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from observability.periods import Period, midnight, month_of
from observability.reports.forms import sheet
from observability.reports.numbers import exact
from observability.reports.usage import Cell, Figures, Usage

VERSION = "1.2"


class _Row(NamedTuple):
    cell: Cell
    figures: Figures
    begun: datetime
    ended: datetime
    billed: Period


def _cost(row: _Row) -> str:
    return exact(row.figures.nanos)


def _tokens(row: _Row) -> int:
    return row.figures.input + row.figures.output


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _tags(row: _Row) -> str:
    cell = row.cell
    tags = {"team": cell.team, "use_case": cell.use_case, "model": cell.model, "data_class": cell.data_class}
    return orjson.dumps({name: value for name, value in tags.items() if value}).decode()


COLUMNS: dict[str, Callable[[_Row], Any]] = {
    "BilledCost": _cost,
    "BillingAccountId": lambda row: row.cell.organisation or "unknown",
    "BillingAccountName": lambda row: row.cell.organisation,
    "BillingAccountType": lambda row: "Organisation",
    "BillingCurrency": lambda row: row.cell.currency,
    "BillingPeriodEnd": lambda row: _time(row.billed.until),
    "BillingPeriodStart": lambda row: _time(row.billed.since),
    "ChargeCategory": lambda row: "Usage",
    "ChargeClass": lambda row: "",
    "ChargeDescription": lambda row: f"{row.cell.operation or 'calls'} with {row.cell.vendor_model}",
    "ChargeFrequency": lambda row: "Usage-Based",
    "ChargePeriodEnd": lambda row: _time(row.ended),
    "ChargePeriodStart": lambda row: _time(row.begun),
    "ConsumedQuantity": _tokens,
    "ConsumedUnit": lambda row: "Tokens",
    "ContractedCost": _cost,
    "EffectiveCost": _cost,
    "InvoiceIssuerName": lambda row: row.cell.vendor,
    "ListCost": _cost,
    "PricingCategory": lambda row: "Standard",
    "PricingQuantity": _tokens,
    "PricingUnit": lambda row: "Tokens",
    "ProviderName": lambda row: row.cell.vendor,
    "PublisherName": lambda row: row.cell.vendor,
    "ResourceId": lambda row: row.cell.destination,
    "ResourceName": lambda row: row.cell.destination,
    "ResourceType": lambda row: "Model endpoint",
    "ServiceCategory": lambda row: "AI and Machine Learning",
    "ServiceName": lambda row: f"{row.cell.vendor} models",
    "ServiceSubcategory": lambda row: "Generative AI",
    "SkuId": lambda row: f"{row.cell.vendor}/{row.cell.vendor_model}",
    "SubAccountId": lambda row: row.cell.team,
    "SubAccountName": lambda row: row.cell.team,
    "SubAccountType": lambda row: "Team" if row.cell.team else "",
    "Tags": _tags,
    "x_UseCase": lambda row: row.cell.use_case,
    "x_Model": lambda row: row.cell.model,
    "x_Contract": lambda row: row.cell.contract,
    "x_Dialect": lambda row: row.cell.dialect,
    "x_Operation": lambda row: row.cell.operation,
    "x_DataClass": lambda row: row.cell.data_class,
    "x_Person": lambda row: row.cell.person,
    "x_Key": lambda row: row.cell.key,
    "x_Calls": lambda row: row.figures.calls,
    "x_Attempts": lambda row: row.figures.attempts,
    "x_FailedAttempts": lambda row: row.figures.errors,
    "x_InputTokens": lambda row: row.figures.input,
    "x_CachedInputTokens": lambda row: row.figures.cached,
    "x_CacheWriteTokens": lambda row: row.figures.written,
    "x_OutputTokens": lambda row: row.figures.output,
    "x_ReasoningTokens": lambda row: row.figures.reasoning,
    "x_EstimatedCost": lambda row: exact(row.figures.estimated),
    "x_AssumedPriceCost": lambda row: exact(row.figures.assumed),
    "x_FailedCost": lambda row: exact(row.figures.failed),
    "x_DrillCost": lambda row: exact(row.figures.drilled),
}
"""By name of the column, what stands there. Empty is FOCUS' null."""


def table(usage: Usage) -> str:
    """CSV with a header, lines ended as RFC 4180 says. Calls that reached no vendor have no row."""
    return sheet(COLUMNS, ([column(row) for column in COLUMNS.values()] for row in _rows(usage)))


def _rows(usage: Usage) -> Iterator[_Row]:
    period = usage.period
    for cell, figures in sorted(usage.cells.items()):
        if figures.attempts:
            day = date.fromisoformat(cell.day)
            begun, ended = midnight(day, period.zone), midnight(day + timedelta(days=1), period.zone)
            billed = month_of(begun, period.zone)
            yield _Row(cell, figures, max(begun, period.since), min(ended, period.until), billed)
