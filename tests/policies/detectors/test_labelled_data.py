"""The shipped catalogue on labelled data. Thresholds are those of the design; the data is not part of the project."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from disguises import ENCODED
from shipped_packs import SHARED, engine

SURE = 0.75
TYPES = {
    "IBAN": "fin.iban", "IBAN_CODE": "fin.iban", "FR_SIRET": "fr.siret", "FR_TVA": "fr.tva", "FR_NIR": "fr.nir",
    "EMAIL": "contact.email", "EMAIL_ADDRESS": "contact.email", "CREDIT_CARD": "fin.card",
    "BIC": "fin.bic", "US_SSN": "us.ssn", "PHONE_NUMBER": "contact.phone",
}  # fmt: skip


def rows(name: str) -> list[dict[str, Any]]:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the labelled data is not on this machine")
    return [json.loads(line) for line in path.read_text().splitlines()]


def sure(text: str) -> list[Any]:
    return [one for one in engine().scan([text])[0] if one.confidence >= SURE]


def scored(name: str) -> dict[str, tuple[float, float]]:
    """Recall and precision by detector: a finding hits a span of its type of which it covers half."""
    wanted: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    made: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row in rows(name):
        findings = sure(row["text"])
        spans = [(TYPES[s["type"]], s["start"], s["end"]) for s in row["spans"] if s["type"] in TYPES]
        for kind, start, end in spans:
            mine = [f for f in findings if f.detector == kind]
            covers = [f for f in mine if 2 * (min(end, f.end) - max(start, f.start)) >= end - start]
            wanted[kind] += 1
            hit[kind] += bool(covers)
            right[kind] += len(covers)
        made.update(f.detector for f in findings)
    return {kind: (hit[kind] / wanted[kind], right[kind] / max(made[kind], 1)) for kind in wanted}


def test_french_prompts() -> None:
    for kind, (recall, precision) in scored("french_prompts.jsonl").items():
        assert recall >= 0.99 and precision >= 0.99, (kind, recall, precision)


def test_hard_negatives_are_left_alone() -> None:
    negatives = [row for row in rows("french_prompts.jsonl") if row["kind"] == "hard_negative"]
    assert sum(len(sure(row["text"])) for row in negatives) <= 3 * len(negatives) / 1000
    harmless = rows("benign_trigger_words.jsonl")
    assert sum(len(sure(row["prompt"])) for row in harmless) <= 1


def test_english_sentences() -> None:
    for kind, (recall, precision) in scored("presidio_synth.jsonl").items():
        assert recall >= 0.92 and precision >= 0.95, (kind, recall, precision)


ENCODINGS = ("base64", "base64 for URLs", "hexadecimal", "percent", "decimal entities", "backslash u")


@pytest.mark.parametrize("name", ENCODINGS)
def test_french_prompts_encoded(name: str) -> None:
    wanted = missed = 0
    for row in rows("french_prompts.jsonl")[::17]:
        for span in (one for one in row["spans"] if one["type"] in TYPES):
            text = row["text"][: span["start"]] + ENCODED[name](span["text"]) + row["text"][span["end"] :]
            wanted += 1
            missed += not any(f.detector == TYPES[span["type"]] for f in sure(text))
    assert wanted and missed / wanted <= 0.01


def test_french_prompts_in_disguise() -> None:
    """Zero-width, soft hyphen and fullwidth between and for the characters of a value."""
    disguises = (
        "\u200b".join,
        "\u00ad".join,
        lambda value: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in value),
    )
    wanted = missed = 0
    for row in rows("french_prompts.jsonl")[::5]:
        for span in row["spans"]:
            for disguise in disguises if span["type"] in TYPES else ():
                text = row["text"][: span["start"]] + disguise(span["text"]) + row["text"][span["end"] :]
                wanted += 1
                missed += not any(f.detector == TYPES[span["type"]] for f in sure(text))
    assert wanted and missed / wanted <= 0.01
