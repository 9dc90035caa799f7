"""The stock of public code holds what it was given, and the shipped one what everybody writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_cases import STOCK

from policies.indexes.stock import ROW, Stock, stock_of

ROWS = st.lists(st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=ROW), max_size=30)


@given(ROWS)
def test_all_that_it_was_given_is_held(rows: list[list[bytes]]) -> None:
    stock = Stock(stock_of(rows, 1 << 10))
    assert all(stock.holds(row) for row in rows)


def test_little_else_passes() -> None:
    stock = Stock(stock_of([[b"%d" % number] for number in range(1000)], 1 << 10))
    assert sum(stock.holds([b"%d" % number]) for number in range(1000, 5000)) < 200


@pytest.mark.parametrize("size", [0, 1, 100, 1 << 23])
def test_a_table_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="size of a stock"):
        Stock(bytes(size))


def test_the_shipped_one_knows_public_code_and_no_more() -> None:
    stock = Stock(STOCK.read_bytes())
    usual = (
        (b"import", b"setsockopt", b"malloc", b"hasownproperty"),
        (b"= none )", b"module . exports", b"return true ;"),
    )
    assert all(stock.holds([word]) for word in usual[0]) and all(stock.holds(row.split()) for row in usual[1])
    invented = [[b"ledger%d" % number, b"settle", b"thaw%d" % number] for number in range(500)]
    assert sum(stock.holds(row) for row in invented) < 50
