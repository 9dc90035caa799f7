"""What must not hide a value. One case for each way, and for ways within ways."""

from __future__ import annotations

from itertools import product

import pytest
from disguises import APART, ENCODED, WIDE, WRITTEN, Disguise, over_lines
from shipped_packs import engine

IBAN = "FR4428569990168152153589896"
NIR = "295109912611193"
CARD = "4970101122334455"
MAIL = "marcel.durand@exemple.fr"
KEY = "AKIA2OGYBAH6QL4NHZ3B"
VALUES = {"fin.iban": IBAN, "fr.nir": NIR, "fin.card": CARD, "contact.email": MAIL, "secret.vendor": KEY}


def missed(disguise: Disguise, names: list[str], form: str = "Voici {} à traiter") -> list[str]:
    """The detectors that do not find their value in disguise, at its place and surely."""
    lost = []
    for name in names:
        hidden = disguise(VALUES[name])
        text = form.format(hidden)
        start, end = text.index(hidden), text.index(hidden) + len(hidden)
        found = [one for one in engine().scan([text])[0] if one.detector == name and one.confidence >= 0.75]
        if not any(2 * (min(one.end, end) - max(one.start, start)) >= end - start for one in found):
            lost.append(name)
    return lost


@pytest.mark.parametrize("name", [*ENCODED, *WRITTEN])
def test_other_ways_to_write_it(name: str) -> None:
    assert not missed({**ENCODED, **WRITTEN}[name], list(VALUES))


@pytest.mark.parametrize("name", APART)
def test_one_character_after_the_other(name: str) -> None:
    assert not missed(APART[name], ["fin.iban", "fr.nir", "fin.card", "secret.vendor"])


@pytest.mark.parametrize("outer, inner", [*product(ENCODED, ENCODED)])
def test_encodings_in_one_another(outer: str, inner: str) -> None:
    assert not missed(lambda value: ENCODED[outer](ENCODED[inner](value)), list(VALUES))


@pytest.mark.parametrize("outer, inner", [*product(WIDE, ["zero-width space", "fullwidth", "look-alikes"])])
def test_other_characters_in_an_encoding(outer: str, inner: str) -> None:
    assert not missed(lambda value: ENCODED[outer](WRITTEN[inner](value)), ["fin.iban", "fr.nir", "fin.card"])


@pytest.mark.parametrize("outer", ENCODED)
def test_spaced_digits_in_an_encoding(outer: str) -> None:
    assert not missed(lambda value: ENCODED[outer](" ".join(value)), ["fin.iban", "fr.nir", "fin.card"])


@pytest.mark.parametrize("inner", ["base64", "percent", "hexadecimal", "decimal entities"])
def test_hidden_characters_in_what_is_encoded(inner: str) -> None:
    assert not missed(lambda value: "\u200b".join(ENCODED[inner](value)), list(VALUES))


def test_base64_over_lines_with_words_around_the_value() -> None:
    note = f"Bonjour,\nle règlement de l'été a été versé sur le compte {IBAN}, merci.\nÀ bientôt, Élodie\n" * 3
    text = f"Pièce jointe :\n{over_lines(note)}\nFin"
    assert sum(one.detector == "fin.iban" for one in engine().scan([text])[0]) == 3
