"""Rules that run only beside the hot words of their detector."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_packs import engine_of
from test_streams import cuts, streamed

from policies.detectors.catalogue import Catalogue
from policies.findings import Finding

PATTERN = {"match": "[A-Z]{2}[0-9](?: ?[0-9]){2,4}", "trigger": "context", "confidence": 0.6}
WORDS = {"near": ["dossier", "affaire n"], "against": ["facture"], "before": 20, "after": 10, "raise_by": 0.3}
FILE = {"id": "org.file", "patterns": [PATTERN], "context": WORDS}
NUMBER = {
    "id": "org.number",
    "numbers": [{"lengths": [14], "check": "siret", "even": False}],
    "context": {"near": ["siret"], "required": True, "before": 30, "after": 10},
}
BOUND = {
    "id": "org.bound",
    "patterns": [{"match": "ref[0-9]{3}"}],
    "context": {"near": ["colis"], "required": True, "before": 12, "after": 12},
}
OURS = engine_of(FILE, NUMBER, BOUND)
EVERYWHERE = engine_of({**FILE, "patterns": [{**PATTERN, "trigger": "always"}], "context": {**WORDS, "required": True}})
NAMES = frozenset(OURS.catalogue.detectors)


def places(text: str) -> list[str]:
    return [text[one.start : one.end] for one in OURS.scan([text])[0]]


@pytest.mark.parametrize(
    "text, value",
    [
        ("dossier AB1234", "AB1234"),
        ("les dossiers AB1234.", "AB1234"),
        ("AB1234 (dossier)", "AB1234"),
        ("l'AFFAIRE N AB12345", "AB12345"),
        ("SIRET 139 970 164 00691", "139 970 164 00691"),
        ("colis ref123", "ref123"),
    ],
)
def test_beside_a_word(text: str, value: str) -> None:
    assert places(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "AB1234",
        "sousdossier AB1234",
        "dossier qui est bien trop loin AB1234",
        "AB1234 trop loin du dossier",
        "139 970 164 00691",
        "ref123",
        "colis perdu ou pas ref123",
    ],
)
def test_without_a_word_beside_it(text: str) -> None:
    assert places(text) == []


def test_a_word_of_another_text_does_not_count() -> None:
    assert OURS.scan(["dossier", "AB1234", "siret", "139 970 164 00691"]) == [(), (), (), ()]
    assert [len(found) for found in OURS.scan(["AB1234 dossier", "AB1234", "dossier AB1234"])] == [1, 0, 1]


def test_the_word_raises() -> None:
    assert OURS.scan(["dossier AB1234"])[0][0].confidence == 0.9


NEAREST = {**FILE, "id": "org.nearest", "context": {**WORDS, "nearest": True, "lower_by": 0.3}}


@pytest.mark.parametrize(
    "text, confidence",
    [
        ("facture, dossier AB1234", 0.9),
        ("dossier, facture AB1234", 0.3),
        ("dossier AB1234 facture", 0.9),
        ("dossier n° : AB1234, facture", 0.9),
        ("AB1234 (dossier)", 0.9),
        ("dossier;facture\nAB1234;12", 0.9),
        ("dossier\nfacture\nAB1234", 0.9),
        ("facture AB1234 (dossier)", 0.3),
        ("facture dossier AB1234 facture", 0.9),
        ("dossier: AB1234 facture", 0.9),
    ],
)
def test_the_nearer_word_decides_where_a_detector_says_so(text: str, confidence: float) -> None:
    assert engine_of(NEAREST).scan([text])[0][0].confidence == confidence
    assert OURS.scan([text])[0][0].confidence == 0.9


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["dossier", "facture", "AB1234", "mot", "\u200b"]), max_size=10),
    st.lists(st.integers(0, 99)),
)
def test_the_nearer_word_decides_the_same_at_any_cut(parts: list[str], at: list[int]) -> None:
    engine, text = engine_of(NEAREST), " ".join(parts)
    assert streamed(engine, cuts(text, at), frozenset(engine.catalogue.detectors)) == list(engine.scan([text])[0])


PARTS = ("dossier", "dossiers", "affaire n", "facture", "AB1234", "CD99 88", "ref123", "colis", "siret",
         "139 970 164 00691", "12", "mot", "\u200b", ".", "\0")  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS), max_size=12).flatmap(
    lambda parts: st.sampled_from(["", " ", "\n"]).map(lambda gap: gap.join(parts))
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 300), max_size=10))
def test_findings_do_not_depend_on_the_cuts(text: str, at: list[int]) -> None:
    assert streamed(OURS, cuts(text, at), NAMES) == list(OURS.scan([text])[0])


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(0, 300), st.integers(0, 300))
def test_a_look_says_what_a_scan_says(text: str, end: int, place: int) -> None:
    seen = text[: end % (len(text) + 1)]
    start = place % (len(seen) + 1)
    safe = OURS.peek(seen, start, NAMES)
    assert safe is None or OURS.settle(seen, start, NAMES) == (safe, ())


@settings(max_examples=100)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_texts_scanned_together_give_what_each_gives_alone(texts: list[str]) -> None:
    alone = [
        tuple(Finding(f.detector, f.start, f.end, f.confidence, index, f.why) for f in OURS.scan([text])[0])
        for index, text in enumerate(texts)
    ]
    assert OURS.scan(texts) == alone


@settings(max_examples=100)
@given(TEXTS)
def test_it_finds_what_the_rule_finds_everywhere_and_the_word_then_allows(text: str) -> None:
    ours = [one for one in OURS.scan([text])[0] if one.detector == "org.file"]
    assert ours == list(EVERYWHERE.scan([text])[0])


def test_words_are_asked_for() -> None:
    pattern = {"match": "[A-Z]{2}[0-9]{4}", "trigger": "context"}
    for context in ({}, {"context": {"against": ["facture"]}}):
        built = Catalogue.build([{"kind": "Detector", "id": "org.x", "patterns": [pattern], **context}])
        assert isinstance(built, list) and "near" in built[0].message
    built = Catalogue.build(
        [{"kind": "Detector", "id": "org.x", "patterns": [{"match": "abc"}], "context": {"required": True}}]
    )
    assert isinstance(built, list) and built[0].path == (0, "context", "required")
