"""Long texts are asked about in slices, and nothing depends on where they are cut."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from index_cases import BOTH, found, handbook, staff, values
from test_documents import WORDS, prose

from policies.detectors.view import view
from policies.indexes.lookup import OVERLAP, SLICE

DOCUMENT = prose(400, 900)
LONG = " ".join(random.Random(5).choices([word[::-1] for word in WORDS], k=15_000))
HANDBOOK = handbook({"a.txt": DOCUMENT})
STAFF = staff([("Quesnel", "Ninon"), ("Perrin", "Maël")])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60_000), st.integers(200, 5000))
def test_an_excerpt_is_one_finding_wherever_slices_are_cut(place: int, size: int) -> None:
    start = LONG.index(" ", place) + 1
    text = LONG[:start] + DOCUMENT[:size] + " " + LONG[start:]
    (one,) = found(HANDBOOK, text)
    assert start <= one.start < one.end <= start + size
    assert one.end - one.start > 0.85 * size


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60_000))
def test_a_row_is_found_once_wherever_slices_are_cut(place: int) -> None:
    start = LONG.index(" ", place) + 1
    text = f"{LONG[:start]}Ninon du service des ventes QUESNEL {LONG[start:]}"
    assert values(STAFF, text) == ["Ninon", "QUESNEL"]


def test_a_long_text_is_done_in_steps() -> None:
    steps = STAFF.steps(view(LONG), BOTH)
    assert sum(1 for _ in steps) >= len(LONG) // SLICE
    assert not list(STAFF.steps(view(LONG[:SLICE]), BOTH))


def test_a_text_without_any_blank() -> None:
    assert values(STAFF, "x" * (3 * SLICE + OVERLAP)) == []
    assert values(STAFF, "x" * (3 * SLICE) + " ninon quesnel") == ["ninon", "quesnel"]
