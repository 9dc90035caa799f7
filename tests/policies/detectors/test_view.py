from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from policies.detectors.steps import finished
from policies.detectors.view import IGNORED, squeezed, view

ANY_TEXT = st.text(alphabet=st.characters(), max_size=200)


@given(ANY_TEXT)
def test_one_byte_for_each_character(text: str) -> None:
    assert len(view(text)) == len(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_is_seen_as_it_is(text: str) -> None:
    assert view(text) == text.encode()


@given(ANY_TEXT, ANY_TEXT)
def test_a_character_is_seen_alike_wherever_it_stands(one: str, other: str) -> None:
    assert view(one + other) == view(one) + view(other)


@given(ANY_TEXT)
def test_only_nul_reads_as_nul(text: str) -> None:
    assert view(text).count(0) == text.count("\0")


def test_forms_of_letters_and_digits_read_as_plain_ones() -> None:
    assert view("Éléonore Çà ÑÖ") == b"Eleonore Ca NO"
    assert view("１２３ ＡＢｃ") == b"123 ABc"
    assert view("٣٤٥") == b"345"
    assert view("𝟏𝟐 𝐀𝐛") == b"12 Ab"
    assert view("аеорс") == b"aeopc"
    assert view("l’accès – « oui »") == b'l\'acces - " oui "'
    assert view("12\u202f345\u00a067\u200967") == b"12 345 67 67"


def test_half_a_surrogate_pair_is_seen_too() -> None:
    assert len(view("a\ud800b")) == 3


def test_squeezed_leaves_out_what_prints_nothing_and_knows_where_it_was() -> None:
    hidden = "a\u200bb\u00adc\ufe0fd\U000e0041e\u0301f"
    thin = finished(squeezed(view(hidden)))
    assert thin is not None
    assert thin[0] == b"abcdef"
    assert "".join(hidden[place] for place in thin[1][:-1]) == "abcdef"
    assert thin[1][-1] == len(hidden)


def test_squeezed_costs_nothing_where_nothing_is_hidden() -> None:
    assert finished(squeezed(view("rien de caché"))) is None
    assert finished(squeezed(bytes([IGNORED]))) == (b"", array("q", [1]))
