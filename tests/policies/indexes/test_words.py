from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.detectors.view import view
from policies.indexes.sieve import Sieve, sieve_of
from policies.indexes.words import Lexicon, Sums, Words, sum_of


def words(text: str, *, code: bool = False) -> list[bytes]:
    return Words(view(text), code=code).list


@pytest.mark.parametrize(
    "text",
    [
        "L'été, à Œuvres : 12 %",
        "l’ÉTÉ — a œuvres… 12",
        "L'e\u0301te\u0301\r\n\ta «\u0153uvres» (12)",
        "l'é\u200bté à œu\u00advres 12",
        "L'ÉTÉ à œu-\n   vres 12",
        "> L'été à\n> œu-\r\n> vres 12",
    ],
)
def test_case_accents_signs_and_line_ends_mean_nothing(text: str) -> None:
    assert words(text) == [b"l", b"ete", b"a", b"\x9cuvres", b"12"]


def test_in_code_signs_are_words_and_blanks_mean_nothing() -> None:
    assert words("f(x_1)['a'] == 2", code=True) == words('F( X_1 ){\n\t"a"}  = =2', code=True)
    assert words("f(x)", code=True) == [b"f", b"(", b"x", b")"]


TEXTS = st.text(alphabet="aé Œ-\n\r\u00ad\u200b'12>._(", max_size=60)


@settings(max_examples=300)
@given(TEXTS, st.booleans())
def test_spans_cover_the_words(text: str, code: bool) -> None:
    made = Words(view(text), code=code)
    place = 0
    for index, word in enumerate(made.list):
        start, end = made.span(index, index + 1)
        assert place <= start < end <= len(text)
        assert words(text[start:end], code=code) == [word]
        place = end


@given(st.lists(st.integers(0, 2**58 - 1), min_size=1, max_size=40))
def test_sums_are_those_of_each_place(hashes: list[int]) -> None:
    made = Sums(hashes)
    for count in range(1, 6):
        lanes = made.over(count)
        for place in range(len(hashes) - count + 1):
            assert lanes >> (64 * place) & (2**64 - 1) == sum_of(hashes[place : place + count])


@given(st.lists(st.integers(0, 2**58 - 1), min_size=3, max_size=40), st.sets(st.integers(0, 39)))
def test_a_sieve_lets_all_that_it_holds_pass(hashes: list[int], chosen: set[int]) -> None:
    sums = [sum_of(hashes[place : place + 3]) for place in range(len(hashes) - 2)]
    held = {sums[place] for place in chosen if place < len(sums)}
    sieve = Sieve(sieve_of(held))
    places = sieve.places(Sums(hashes).over(3), len(sums))
    assert {place for place, value in enumerate(sums) if value in held} <= set(places)
    assert places == [place for place, value in enumerate(sums) if sieve.may_hold(value)]


def test_hashes_depend_on_the_key_and_only_words_are_remembered() -> None:
    one, other = Lexicon(b"a" * 32), Lexicon(b"b" * 32)
    assert one[b"bonjour"] == one.of(b"bonjour") != other[b"bonjour"]
    one[b"x" * 1000]
    assert set(one) == {b"bonjour"}
