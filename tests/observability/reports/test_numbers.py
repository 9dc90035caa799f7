"""Numbers in both languages, and costs of which nothing is rounded."""

from __future__ import annotations

import pytest

from observability.reports.numbers import SIGNS, amounts, decimal, exact, money, number, seconds, share

EN, FR = SIGNS["en"], SIGNS["fr"]


def test_money_shows_four_figures_below_one():
    shown = [money(nanos, EN) for nanos in (0, 1, 1_234_567, 99_999_999, 123_456_789, 1_005_000_000, 10**15)]
    assert shown == ["0.00", "0.000000001", "0.001235", "0.10000", "0.1235", "1.00", "1,000,000.00"]
    assert money(1_234_567_890_000, FR) == "1\u202f234,57"


def test_money_of_several_currencies():
    assert amounts({"EUR": 4_000_000, "USD": 3_720_000_000}, FR) == "0,004000 EUR, 3,72 USD"
    assert amounts({}, EN) == ""


def test_both_languages():
    assert [number(1_234_567, words) for words in (EN, FR)] == ["1,234,567", "1\u202f234\u202f567"]
    assert [decimal(97.3839, words) for words in (EN, FR)] == ["97.3839", "97,3839"]
    assert [share(1, 3, words) for words in (EN, FR)] == ["33.3 %", "33,3 %"] and share(0, 0, EN) == ""


@pytest.mark.parametrize(
    ("value", "said"), [(25.0, "25"), (99.9, "99.9"), (100.0, "100"), (0.00004, "0"), (1234.5, "1,234.5")]
)
def test_no_nought_stands_at_the_end(value, said):
    assert decimal(value, EN) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.25, "0.25"), (1.4, "1.40"), (12.0, "12"), (340.4, "340"), (3600.0, "3,600")]
)
def test_seconds(value, said):
    assert seconds(value, EN) == said


def test_a_cost_is_written_to_its_last_figure():
    assert [exact(nanos) for nanos in (0, 12, 10**9, 3_720_000_000)] == ["0", "0.000000012", "1", "3.72"]
