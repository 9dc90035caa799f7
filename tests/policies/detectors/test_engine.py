from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_packs import engine, engine_of

from policies.detectors.budget import ScanBudgetExceeded, allowance
from policies.findings import Finding

IBAN = "FR4428569990168152153589896"
NIR = "295109912611193"
MAIL = "marcel.durand@exemple.fr"
FRAGMENTS = (
    IBAN, "FR06 7314 2288 6168 8647 0334 922", NIR, "2 95 10 99 126 111 93", MAIL, "06 12 34 56 78",
    "+33 6 12 34 56 78",
    "4970 1011 2233 4455", "SIRET 139 970 164 00691", "AKIA2OGYBAH6QL4NHZ3B", "mot de passe : Azerty123!", "TLP:RED",
    "https://b41fe0aa:91c7d3e2@paquets.exemple.org/", "la réunion de mardi", "commande 123456", "’", "\u200b", "é", "7",
    "password", "\n", "\0", "Classification : C3",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=6).map(" ".join)


def found(text: str) -> dict[str, str]:
    """What each detector found, surely, in a text."""
    return {one.detector: text[one.start : one.end] for one in engine().scan([text])[0] if one.confidence >= 0.75}


def test_offsets_are_those_of_the_text() -> None:
    text = f"L’élève — né(e) — a payé par {IBAN}, écrire à {MAIL}\u202f; NIR {NIR}."
    assert found(text) == {"fin.iban": IBAN, "contact.email": MAIL, "fr.nir": NIR}


def test_plain_prose_is_nothing() -> None:
    prose = "La société a présenté son calendrier ; l’équipe répond avant la fin du mois, merci. " * 20
    assert engine().scan([prose]) == [()]


@settings(max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_texts_scanned_together_give_what_each_gives_alone(texts: list[str]) -> None:
    alone = [
        tuple(
            Finding(f.detector, f.start, f.end, f.confidence, index, f.why, label=f.label)
            for f in engine().scan([text])[0]
        )
        for index, text in enumerate(texts)
    ]
    assert engine().scan(texts) == alone


@settings(max_examples=60)
@given(TEXTS)
def test_findings_lie_in_the_text_and_do_not_overlap_within_a_detector(text: str) -> None:
    last: dict[str, int] = {}
    for one in engine().scan([text])[0]:
        assert 0 <= one.start < one.end <= len(text)
        assert "\0" not in text[one.start : one.end]
        if "\u200b" not in text:
            assert one.start >= last.get(one.detector, 0)
        last[one.detector] = one.end


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_any_text_is_scanned(text: str) -> None:
    engine().scan([text])


HIDDEN = ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u202e", "\ufe0f", "\U000e0061", "\u034f", "\u180e", "\u0301"]


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda char: f"U+{ord(char):04X}")
@pytest.mark.parametrize("value, name", [(IBAN, "fin.iban"), (NIR, "fr.nir"), (MAIL, "contact.email")])
def test_characters_that_print_nothing_hide_nothing(hidden: str, value: str, name: str) -> None:
    for place in range(1, len(value)):
        cut = value[:place] + hidden + value[place:]
        text = f"Voici {cut} à traiter"
        ours = [one for one in engine().scan([text])[0] if one.detector == name and one.confidence >= 0.75]
        assert any(text[one.start : one.end] == cut for one in ours), (place, ours)
    spread = hidden.join(value)
    assert found(f"Voici {spread} à traiter")[name] == spread


@pytest.mark.parametrize("value, name", [(IBAN, "fin.iban"), (NIR, "fr.nir"), ("4970101122334455", "fin.card")])
def test_other_forms_of_digits_and_letters_hide_nothing(value: str, name: str) -> None:
    for base in (0xFF10, 0x0660, 0x1D7CE):
        other = "".join(chr(base + int(char)) if char.isdigit() else char for char in value)
        assert found(f"carte ou compte {other} à traiter")[name] == other
    wide = "".join(chr(ord(char) - 0x21 + 0xFF01) for char in value)
    assert found(f"carte ou compte {wide} à traiter")[name] == wide
    spaced = " ".join(value)
    assert found(f"carte ou compte {spaced} à traiter")[name] == spaced
    assert found(f"carte ou compte {'.'.join(value)} à traiter")[name] == ".".join(value)


def test_a_number_is_never_cut_out_of_a_longer_one() -> None:
    assert "fr.nir" not in found(f"{NIR}7") and "fr.nir" not in found(f"7{NIR}") and "fr.nir" not in found(f"x{NIR}")
    assert found(f"nir_{NIR}")["fr.nir"] == NIR


def test_hot_words_raise_and_lower() -> None:
    sure = {text: engine().scan([text])[0][0].confidence for text in (NIR, f"NIR {NIR}", f"commande {NIR}")}
    assert sure[f"NIR {NIR}"] > sure[NIR] > 0.75 > sure[f"commande {NIR}"]


def test_hot_words_of_another_text_do_not_count() -> None:
    apart = engine().scan([f"code {NIR}", "commande"])
    assert apart[0][0].confidence == engine().scan([f"code {NIR}"])[0][0].confidence


def test_the_surer_of_overlapping_numbers_stays() -> None:
    assert list(found(f"IBAN {IBAN}")) == ["fin.iban"]
    assert list(found("https://b41fe0aa:91c7d3e2@paquets.exemple.org/")) == ["net.url_creds"]


def test_a_text_built_to_cost_too_much_is_given_up() -> None:
    with pytest.raises(ScanBudgetExceeded):
        engine().scan(["1 2 " * 20_000])


def test_what_a_text_may_cost_stops_growing_with_its_length() -> None:
    assert allowance(1_000) == 2_600
    assert allowance(60_000) == allowance(100_000) == 25_000
    # What an agent sends in one turn may still hold as much as source files full of credentials do.
    assert allowance(1_000_000) == 150_000


def test_a_long_list_of_what_is_found_is_given_up_where_a_shorter_one_is_not() -> None:
    assert len(engine().scan([f"{IBAN}\n" * 200])[0]) == 200
    with pytest.raises(ScanBudgetExceeded):
        engine().scan([f"{IBAN}\n" * 4_000])


def test_hidden_characters_do_not_double_what_a_text_may_cost() -> None:
    text = "mdp : x " * 1_500
    engine().scan([text])
    with pytest.raises(ScanBudgetExceeded):
        engine().scan([f"{text}\u200b" * 4])


HOSTILE = ("@", "a@", "eyJ", "-----BEGIN ", "sk-", "://:", "password=", "FR12", "curl -u", "0", "0 ", "é@")


@pytest.mark.parametrize("repeated", HOSTILE)
def test_repeated_beginnings_end_in_findings_or_in_the_budget(repeated: str) -> None:
    with suppress(ScanBudgetExceeded):
        engine().scan([repeated * (60_000 // len(repeated))])


HELIOS = {
    "id": "org.project-helios",
    "keywords": {
        "any": ["Projet Hélios", "helios"], "match": "word", "fold": ["case", "accents", "separators"],
        "identifiers": True,
    },
    "confidential": True,
    "not_near": ["panneau", "dieu"],
}  # fmt: skip


@pytest.mark.parametrize("text", ["le PROJET-HELIOS", "projet hélios", "projet_helios", "helios_v2", "ProjetHelios",
                                  "helios2", "myHelios", "PROJET  HÉLIOS"])  # fmt: skip
def test_keywords_of_a_company(text: str) -> None:
    assert engine_of(HELIOS).scan([text])[0]


@pytest.mark.parametrize("text", ["heliosphere", "le dieu helios", "les panneaux helios", "projet"])
def test_what_is_no_keyword(text: str) -> None:
    assert not engine_of(HELIOS).scan([text])[0]


def test_keywords_as_parts_and_exact_ones() -> None:
    part = engine_of({"id": "org.part", "keywords": {"any": "helios", "match": "part"}})
    assert part.scan(["heliosphere"])[0]
    exact = engine_of({"id": "org.exact", "keywords": {"any": "HELIOS", "fold": ["accents"]}})
    assert exact.scan(["HELIOS"])[0] and not exact.scan(["helios"])[0]


def test_the_revision_names_what_was_built() -> None:
    assert engine_of(HELIOS).revision == engine_of(HELIOS).revision
    assert engine_of(HELIOS).revision != engine_of({**HELIOS, "not_near": ["dieu"]}).revision
