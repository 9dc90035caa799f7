"""Cost is exact and whole, nothing used is free at a price, and the bound holds however a usage divides."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gateway.pricing.rates import FREE, Price, Rates, Tariff, Used, bound, converted, cost, dearest, filled, saved

rate = st.integers(0, 10**9)
rates = st.builds(Rates, rate, rate, rate, rate, rate, rate)
prices = st.builds(
    lambda first, above: Price(((-1, first), *sorted(above.items()))),
    rates,
    st.dictionaries(st.integers(1, 300_000), rates, max_size=3),
)
tokens = st.integers(0, 400_000)
usages = st.builds(Used, tokens, tokens, tokens, tokens, tokens, tokens)


@given(prices, usages)
def test_a_cost_is_the_exact_sum_rounded_up(price: Price, used: Used):
    band = [r for above, r in price.bands if used.input > above][-1]
    cached = min(used.cached, used.input)
    written = min(used.written, used.input - cached)
    kept = min(used.kept, written)
    reasoning = min(used.reasoning, used.output)
    parts = (used.input - cached - written, used.output - reasoning, cached, written - kept, kept, reasoning)
    exact = sum(Fraction(count * each, 1000) for count, each in zip(parts, band, strict=True))
    assert 0 <= cost(price, used) - exact < 1


@given(prices, usages)
def test_what_a_cache_saved_and_the_cost_are_what_it_would_have_cost(price: Price, used: Used):
    assert cost(price, used) + saved(price, used) == cost(price, used._replace(cached=0))


def test_a_cache_saves_the_difference_of_its_rates_and_nothing_where_nothing_was_read():
    price = Price(((-1, filled(input=3_000_000, output=9_000_000, cached=500_000)),))
    assert saved(price, Used(input=1000, output=5, cached=400)) == 400 * 2500
    assert saved(price, Used(input=1000, output=5)) == 0


@given(prices, usages, tokens, tokens)
def test_no_usage_within_the_reservation_costs_more_than_its_bound(price: Price, used: Used, more: int, over: int):
    assert cost(price, used) <= bound(price, used.input + more, used.output + over)


@given(st.lists(prices, min_size=1, max_size=4), usages)
def test_the_dearest_bounds_every_price(several: list[Price], used: Used):
    assert bound(dearest(several), used.input, used.output) >= max(cost(price, used) for price in several)


@given(prices, usages)
def test_what_was_used_at_a_price_is_never_free(price: Price, used: Used):
    dear = converted(price, lambda one: max(one, 1))
    assert (cost(dear, used) > 0) == (used.input + used.output > 0)


def test_a_band_is_of_the_whole_request():
    price = Price(((-1, filled(2_000_000, 10_000_000)), (200_000, filled(4_000_000, 15_000_000))))
    assert cost(price, Used(200_000, 1_000)) == 200_000 * 2000 + 1_000 * 10_000
    assert cost(price, Used(200_001, 1_000)) == 200_001 * 4000 + 1_000 * 15_000


def test_what_is_not_said_costs_what_it_would_without_a_discount():
    assert filled(3, 9) == Rates(input=3, output=9, cached=3, written=3, kept=3, reasoning=9)
    assert filled(3, 9, written=5).kept == 5


def test_nothing_is_free_where_nothing_is_known_of_a_service():
    usual, priority = Price(((-1, filled(1000, 2000)),)), Price(((-1, filled(2000, 4000)),))
    tariff = Tariff(usual, {"priority": priority}, dearest((usual, priority)), "t")
    assert tariff.price("") == usual and tariff.price("priority") == tariff.price("warp") == priority
    assert dearest(()) == FREE
