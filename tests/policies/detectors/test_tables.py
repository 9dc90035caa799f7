"""Headings of tables and lists count for every value under them, and for no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_packs import engine_of

from policies.detectors.budget import Budget
from policies.detectors.steps import finished
from policies.detectors.tables import Tables
from policies.findings import Finding

OURS = engine_of(
    {
        "id": "org.file",
        "patterns": [{"match": "[A-Z]{2}[0-9]{4}", "trigger": "context", "confidence": 0.6}],
        "context": {"near": ["dossier"], "before": 12, "after": 5},
    },
    {
        "id": "org.number",
        "numbers": [{"lengths": [14], "check": "siret", "even": False}],
        "context": {"near": ["siret"], "required": True, "before": 12, "after": 5},
    },
)


def found(text: str) -> list[str]:
    return [text[one.start : one.end] for one in OURS.scan([text])[0]]


@pytest.mark.parametrize(
    "text",
    [
        "ville;nom;dossier;lieu\n" + "Lyon;Durand;;Nantes\n" * 8 + "Metz;Petit;AB1234;Lille",
        "city,file,numDossier\nx,y,z\n" + "London,,\n" * 9 + "Leeds,n,AB1234\n",
        "nom\tville\tdossier no\nDurand\tLyon\t\nDurand\tSaint-Denis-en-Bugey\tAB1234",
        "| nom | dossier |\n|:---|---:|\n" + "| Martin | |\n" * 5 + "| Durand | AB1234 |",
        '"nom","dossier","rue"\n"A, B","","12, rue"\n"Durand, Paul et Marie","AB1234","3, rue"',
        "Dossiers à relancer :\n- CD\n- une ligne\n- AB1234",
        '"dossiers": [\n  "rien de rien",\n  "rien du tout",\n  "AB1234"\n]',
        "nom,dossier\n" + "Petit,\n" * 3 + "Durand, Paul,AB1234",
    ],
)
def test_a_heading_counts_at_any_distance(text: str) -> None:
    assert found(text) == ["AB1234"]


@pytest.mark.parametrize(
    "text",
    [
        # Another column; behind the end of the block; under the heading of another block.
        "dossier;nom;produit\n" + "x;y;z\n" * 9 + "a;b;AB1234",
        "nom;dossier\nx;y\n\nPuis encore du texte ; et AB1234",
        "nom;dossier\nx;y\nPuis\nnom;lot\n" + "w;z\n" * 9 + "y;AB1234",
        # No heading: not the first line, a sentence, a label with something else than a list below.
        "nom;ville\nLyon;dossier\n" + "x;y\n" * 9 + "x;AB1234",
        "Le dossier qui nous est parvenu hier et qui a bien plus de mots qu'un titre, est là\n" + "a,AB1234\n" * 3,
        "Le dossier est clos :\nhier soir nous avons reçu AB1234",
        "Le dossier :\n- x\n\nVoir plus bas ce qui suit\n- AB1234",
    ],
)
def test_a_heading_counts_for_nothing_else(text: str) -> None:
    assert found(text) == []


def test_numbers_that_need_a_word() -> None:
    rows = "Lyon;Durand;\n" * 20
    assert found(f"ville;nom;siret\n{rows}Metz;Petit;13997016400691") == ["13997016400691"]
    assert found(f"siret;nom;lot\n{rows}Metz;Petit;13997016400691") == []


def test_a_heading_of_another_text_counts_for_nothing() -> None:
    findings: list[tuple[Finding, ...]] = OURS.scan(["nom;dossier", "x;y\nx;AB1234"])
    assert findings == [(), ()]


def test_names_of_fields_without_little_words() -> None:
    ours = engine_of(
        {
            "id": "org.card",
            "patterns": [{"match": "[A-Z]{2}[0-9]{4}", "trigger": "context", "confidence": 0.9}],
            "context": {"near": ["carte d'accès", "date of entry"], "before": 20, "after": 5},
        }
    )
    for name in ("carte d’accès", "carteAcces", "carte_acces", "carte_d_acces", "numCarteAcces", "entryDate dateEntry"):
        assert ours.scan([f"{name}=AB1234"])[0], name
    assert not ours.scan(["cartesaccessoires AB1234"])[0]


FEW = bytes(b';,\n|"a:\0 -\t'[code % 11] for code in range(256))


@given(st.binary(max_size=400).map(lambda data: data.translate(FEW)))
def test_any_text_has_blocks_behind_their_headings(seen: bytes) -> None:
    tables = Tables(seen, Budget(len(seen)))
    words = [(place, place + 1) for place in range(len(seen)) if seen[place] == 0x61]
    for heading in finished(tables.headings(words)):
        block = heading.block
        assert 0 < block.first <= block.last <= len(seen) + 1
        assert b"\0" not in seen[block.first : block.last - 1]
        for place in range(block.first, min(block.last, len(seen))):
            tables.headed([heading], place)


def test_a_block_is_read_so_far_and_no_further() -> None:
    rows = "nom;dossier\n" + "".join(f"Durand-Petit-{number % 10};AB{number:04}\n" for number in range(1000))
    values = found(rows)
    assert values == [f"AB{number:04}" for number in range(len(values))] and 700 < len(values) < 900
