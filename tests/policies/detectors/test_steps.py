"""Work in steps gives what it gives at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policies.detectors.patterns import STRETCH, Pattern, led
from policies.detectors.steps import finished, in_order, let_go
from policies.detectors.syntax import parse
from policies.detectors.view import PIECE, padded, padding, view, viewed

PAIRS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), max_size=40)


@given(PAIRS, st.integers(1, 200))
def test_in_order_is_sorted_and_stable(items: list[tuple[int, int]], times: int) -> None:
    long = [(first, index) for index, (first, _) in enumerate(items * times)]
    assert finished(in_order(long, lambda one: one[0])) == sorted(long, key=lambda one: one[0])


def test_a_long_list_is_emptied_between_pauses() -> None:
    items = list(range(100_000))
    pauses = sum(1 for _ in let_go(items))
    assert pauses > 3
    assert len(items) < 100_000 / 3


@given(st.lists(st.integers(0, 3 * STRETCH), max_size=5, unique=True), st.integers(1, 200), st.integers(0, 400))
def test_a_pattern_led_in_steps_finds_the_same(places: list[int], width: int, start: int) -> None:
    text = bytearray(b"." * (3 * STRETCH + 400))
    for place in places:
        text[place : place + width] = b"a" * width
    pattern, seen = Pattern(parse("a{3,90}b?")), bytes(text)
    size = len(seen)
    assert finished(led(pattern, seen, start, size, size, 91)) == pattern.search(seen, start, size)


@given(st.text("aé中\u200b𝟙", max_size=40), st.integers(1, 400))
def test_views_made_in_steps_are_the_same(text: str, times: int) -> None:
    long = text * times
    assert finished(viewed(long)) == view(long)
    data = long.encode()
    assert finished(padding(data)) == padded(data)
    assert PIECE < 40 * 400
