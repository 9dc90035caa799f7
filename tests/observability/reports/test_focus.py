"""Rows of FOCUS: what the specification asks of a charge, and that nothing is lost of the cost."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.periods import Period, month, zone_of
from observability.reports.calls import read
from observability.reports.focus import COLUMNS, table
from observability.reports.numbers import exact
from observability.reports.usage import NANOS, total, usage
from tests.observability.reports.made import NOON, attempt, intent, outcome

NOVEMBER = month("2026-11")
MANDATORY = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
    "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ProviderName",
    "PublisherName", "ServiceCategory", "ServiceName", "ServiceSubcategory",
)  # fmt: skip
MAY_BE_NULL = {"BillingAccountName", "ChargeClass"}


@pytest.fixture
def folder(write):
    return write(
        intent("1"), attempt("1", 1_000_000_001), outcome("1"),
        intent("2", team="=it"), attempt("2", 3), outcome("2"),
        outcome("3", "refused", intent=intent("3")),
    )  # fmt: skip


def rows(folder, period=NOVEMBER):
    return list(csv.DictReader(io.StringIO(table(usage(read([folder], period), period)), newline="")))


def test_every_row_has_what_the_specification_asks_for(folder):
    found = rows(folder)
    assert len(found) == 2, "a call that was charged nothing has no row"
    for row in found:
        assert all(row[name] for name in MANDATORY if name not in MAY_BE_NULL)
        assert (row["ChargeCategory"], row["ChargeClass"], row["ChargeFrequency"]) == ("Usage", "", "Usage-Based")
        assert (row["ServiceCategory"], row["ServiceSubcategory"]) == ("AI and Machine Learning", "Generative AI")
        for name in ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[name])


def test_names_of_columns_and_their_order():
    names = list(COLUMNS)
    own = [name for name in names if name.startswith("x_")]
    theirs = names[: -len(own)]
    assert names[len(theirs) :] == own and theirs == sorted(theirs)
    assert all(re.fullmatch(r"(x_)?([A-Z][a-z]+)+", name) and len(name) <= 50 for name in names)


def test_costs_add_up_to_the_last_digit(folder):
    costs = [Decimal(row["BilledCost"]) for row in rows(folder)]
    assert sum(costs) == Decimal("1.000000004")


def test_a_name_is_no_formula_of_a_spreadsheet(folder):
    assert {row["SubAccountId"] for row in rows(folder)} == {"hr", "'=it"}


def test_days_and_months_are_those_of_the_zone(folder):
    paris = month("2026-11", zone_of("Europe/Paris"))
    row = rows(folder, paris)[0]
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == ("2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z")
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == ("2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z")


def test_a_charge_does_not_begin_before_what_was_asked_for(folder):
    half = Period(NOON, datetime(2026, 11, 20, 18, tzinfo=UTC))
    row = rows(folder, half)[0]
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == ("2026-11-20T12:00:00Z", "2026-11-20T18:00:00Z")


@given(st.integers(0, 10**18))
def test_exact_loses_nothing(nanos):
    assert Decimal(exact(nanos)) * NANOS == nanos and "E" not in exact(nanos)


def test_the_total_is_that_of_the_rows(folder):
    whole = total(usage(read([folder], NOVEMBER), NOVEMBER).cells)
    assert (
        sum(int(row["x_InputTokens"]) + int(row["x_OutputTokens"]) for row in rows(folder))
        == whole.input + whole.output
    )
    assert sum(int(row["ConsumedQuantity"]) for row in rows(folder)) == whole.input + whole.output
