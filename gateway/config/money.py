"""Settings that are money: prices of tokens, currencies, and what one currency is worth in another."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gateway.config import kinds as k
from gateway.config.kinds import Context, Kind, WrongValue
from gateway.config.table import setting

_CURRENCY = re.compile(r"[A-Z]{3}")


def _currency(value: Any, _: Context) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise WrongValue("must be a currency by its three capitals, such as EUR")
    return value


def decimal(value: Any, places: int) -> Decimal:
    """The number exactly as it is written; WrongValue where it isn't one, is negative or has more decimals."""
    try:
        found = Decimal(repr(value) if isinstance(value, float) else value)
    except (InvalidOperation, TypeError, ValueError):
        raise WrongValue(_NUMBER) from None
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found <= 10**9:
        raise WrongValue(_NUMBER)
    if found != round(found, places):
        raise WrongValue(f"has more than {places} decimals")
    return found


def _amount(value: Any, _: Context) -> int | Decimal:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**12:
        return value
    return decimal(value, 6)


def _share(value: Any, _: Context) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise WrongValue("must be a number between 0 and 1, such as 0.8")
    return float(value)


def _price(value: Any, _: Context) -> int:
    return int(decimal(value, 6) * 10**6)


def _percent(value: Any, _: Context) -> Decimal:
    found = decimal(value, 2)
    if found > 100:
        raise WrongValue("must be a number from 0 to 100")
    return found


def _worth(value: Any, _: Context) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise WrongValue("must be a mapping of currencies to numbers")
    found = {_currency(name, _): decimal(number, 9) for name, number in value.items()}
    if not all(found.values()):
        raise WrongValue("a currency is worth more than 0")
    return found


_NUMBER = "must be a number, 0 or more"
_AMOUNT = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "^[0-9.]+$"}]}

CURRENCY = Kind("currency", _currency, {"type": "string", "pattern": f"^{_CURRENCY.pattern}$"})
PRICE = Kind("price", _price, _AMOUNT)
AMOUNT = Kind("amount", _amount, _AMOUNT)
SHARE = Kind("share", _share, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
PERCENT = Kind("percentage", _percent, _AMOUNT)
WORTH = Kind("currencies", _worth, {"type": "object", "additionalProperties": _AMOUNT})


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesSettings:
    """What tokens cost, where no contract says otherwise."""

    table: Path | None = setting(
        k.PATH, "Price table, made by `ecluse prices update`.", default=None, shown="the one that ships"
    )
    currency: str = setting(CURRENCY, "What costs are counted in.", default="USD")
    rates: Mapping[str, Decimal] = setting(WORTH, "What one unit of each other currency is worth in it.", default={})
