"""Checks of names, birth dates, places and networks, and what they make of a text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_packs import SHARED, engine

from policies.detectors import contact, network, person, places
from policies.detectors.names import AMBIGUOUS, FIRST, NO_SURNAME, ROLES, SURNAMES

SURE = 0.75


def found(text: str, detector: str) -> list[str]:
    """What is surely of a detector in a text."""
    return [
        text[one.start : one.end]
        for one in engine().scan([text])[0]
        if one.detector.startswith(detector) and one.confidence >= SURE
    ]


@pytest.mark.parametrize(
    "text, name",
    [
        ("Le contrat de Sophie Martin est prêt", "Sophie Martin"),
        ("avec DURAND Sophie demain", "DURAND Sophie"),
        ("avec Anne-Laure de La Tour demain", "Anne-Laure de La Tour"),
        ("Jean-Pierre Le Gall, absent", "Jean-Pierre Le Gall"),
        ("vu par Karim Benali Monday", "Karim Benali"),
        ("Rose Durand est là", "Rose Durand"),
        ("Bonjour Mme Le Gall,", "Le Gall"),
        ("Patient : Thandeka Mbeki", "Thandeka Mbeki"),
        ("De : Quinzia Roux <q@exemple.fr>", "Quinzia Roux"),
    ],
)
def test_where_a_name_begins_and_ends(text: str, name: str) -> None:
    assert found(text, "person.") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Nantes, Robert et Victoire : lesquels sont des prénoms, lesquels des villes ?",
        "12 lots au lycée Victor Hugo",
        "L'aéroport Charles de Gaulle",
        "Chez Le Lycée Victor Hugo",
        "Thomas Street, Oxford",
        "Stanford University and Johns Hopkins University",
        "Rose Garden, Claude Sonnet, Austin Powers Collection",
        "Grace Period",
        "Monsieur le Directeur",
        "Call Me Tomorrow",
        "De : Service Clients <service@exemple.fr>",
        "Cordialement,\nLa Direction",
    ],
)
def test_what_looks_like_a_name_and_is_none(text: str) -> None:
    assert found(text, "person.") == []


def test_a_street_named_after_somebody_is_an_address() -> None:
    text = "Chez moi, 51, boulevard Virginie Ollivier, 97296 Sainte Manon"
    assert found(text, "contact.address_fr") == ["51, boulevard Virginie Ollivier, 97296 Sainte Manon"]
    assert found(text, "person.") == []


def test_a_long_text_in_capitals_is_inspected_and_a_name_in_it_found() -> None:
    text = "THE QUICK BROWN FOX JUMPS OVER LAZY DOGS AGAIN. " * 1300
    assert found(text, "person.") == []
    assert found(text[:480] + "SEE DURAND Sophie NOW. " + text[:480], "person.") == ["DURAND Sophie"]


def test_the_lists_are_folded_as_texts_are() -> None:
    for words in (FIRST, AMBIGUOUS, SURNAMES, NO_SURNAME, ROLES):
        assert all(word.isascii() and word == word.lower() for word in words)


@given(st.dates(min_value=contact.datetime.date(1900, 1, 1), max_value=contact.datetime.date(2030, 1, 1)))
def test_every_day_is_a_birth_date_however_written(day: contact.datetime.date) -> None:
    for form in ("%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d %b %Y"):
        assert contact.birth_date(day.strftime(form).encode()) is not None, form


@given(st.integers(32, 99), st.integers(13, 99), st.integers(1900, 2030))
def test_no_such_day_is_none(day: int, month: int, year: int) -> None:
    assert contact.birth_date(f"{day}/{month}/{year}".encode()) is None
    assert contact.birth_date(f"{year}-{month}-{day}".encode()) is None


@given(st.ip_addresses())
def test_public_addresses_are_surer_than_private_ones(address: object) -> None:
    verdict = network.ip(str(address).encode())
    public = getattr(address, "is_global", False) and not getattr(address, "is_multicast", False)
    if verdict is not None and verdict.confidence >= SURE:
        assert public
    if not public:
        assert verdict is None or verdict.confidence < SURE


def test_fingerprints_hide_no_mac_address() -> None:
    assert found("MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", "net.mac") == []
    assert found("ether 16:27:ac:a5:76:28 up", "net.mac") == ["16:27:ac:a5:76:28"]


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_coordinates_within_the_globe(latitude: float, longitude: float) -> None:
    assert places.coordinates(f"{latitude:.5f}, {longitude:.5f}".encode()) is not None
    assert places.coordinates(f"{latitude + 181:.5f}, {longitude:.5f}".encode()) is None


@given(st.binary(max_size=60))
def test_names_of_any_bytes_break_nothing(value: bytes) -> None:
    for check in (person.full_name, person.titled, person.attorney, person.labelled, person.greeted, person.signed):
        verdict = check(value)
        assert verdict is None or verdict.length <= len(value)


@pytest.mark.parametrize(
    "label, detectors",
    [("PERSON", ("person.",)), ("ADDRESS", ("contact.address_fr",)), ("DOB", ("contact.dob",))],
)
def test_french_prompts(label: str, detectors: tuple[str, ...]) -> None:
    path = SHARED / "french_prompts.jsonl"
    if not path.exists():
        pytest.skip("the labelled data is not on this machine")
    wanted = hit = made = 0
    for row in map(json.loads, path.read_text().splitlines()):
        spans = [(span["start"], span["end"]) for span in row["spans"] if span["type"] == label]
        findings = [
            one
            for one in engine().scan([row["text"]])[0]
            if one.confidence >= SURE and one.detector.startswith(detectors)
        ]
        wanted, made = wanted + len(spans), made + len(findings)
        hit += sum(any(2 * (min(b, f.end) - max(a, f.start)) >= b - a for f in findings) for a, b in spans)
    assert hit >= 0.97 * wanted and hit >= 0.97 * made, (hit, wanted, made)


@pytest.mark.parametrize(
    "text, detector, value",
    [
        ("<bornDate/><naissance>03/09/1971</naissance>", "contact.dob", "03/09/1971"),
        ("workerDob: 1971-09-03", "contact.dob", "1971-09-03"),
        ("born the 3rd of September 1971", "contact.dob", "3rd of September 1971"),
        ("Roux née Petit Anne le 03/09/1971", "contact.dob", "03/09/1971"),
        ("03/09/1971 (date de naissance)", "contact.dob", "03/09/1971"),
        ("Mme Roux (02 41 73 55 18) retourne le produit", "contact.phone", "02 41 73 55 18"),
        ("commande passée par +33 2 41 73 55 18", "contact.phone", "+33 2 41 73 55 18"),
        ("Contact : Anne Roux, 0241735518", "contact.phone", "0241735518"),
        ("vit 7, venelle du Puits, Quimper (29000)", "contact.address_fr", "7, venelle du Puits, Quimper (29000)"),
        ("au 15 rue du 11 novembre 1918", "contact.address_fr", "15 rue du 11 novembre 1918"),
        ("4 ter, place Carnot", "contact.address_fr", "4 ter, place Carnot"),
        ("M.Tissier est parti", "person.title", "Tissier"),
        ("Mme. Hardouin", "person.title", "Hardouin"),
        ("avec Anne d'Aubigny", "person", "Anne d'Aubigny"),
        ("avec Fatoumata Konaté", "person", "Fatoumata Konaté"),
    ],
)
def test_ways_to_write_them(text: str, detector: str, value: str) -> None:
    assert value in found(text, detector)


@pytest.mark.parametrize(
    "text",
    [
        "anniversaire de la boutique le 03/09/2011",
        "the birth of our company on 3 September 2011",
        "Cotes : 03 08 14 21 33",
        "Horaires 08 15 12 00 14 30",
        "5 rue et 3 quais",
        "the film 48 Elm Street",
        "Mr Bricolage, Miss Bretagne, Dr Martens",
        "la marque Paul Smith et Tommy Hilfiger",
        "the Julia Compiler",
        "Regards,\nHarbour Solutions",
        "var(--tint-1a-2b-3c-4d-5e-6f)",
        "aa:bb:cc:dd:ee:ff",
    ],
)
def test_what_only_looks_like_them(text: str) -> None:
    assert not any(found(text, kind) for kind in ("contact.", "person.", "net.mac"))
