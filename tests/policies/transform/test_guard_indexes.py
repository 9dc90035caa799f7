"""Answers that hold the company's own data: the whole text is judged, in any cut."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from guard_cases import Call, Destination, compiled, engine, rule
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "indexes"))
from index_cases import handbook
from test_documents import prose

from policies.detectors.engine import Engine
from policies.transform.guard import Guard

SECRET = prose(500, 300)[:400]
ENGINE = Engine(engine().catalogue, handbook({"a.txt": prose(500, 300)}))
REDACTS = compiled(rule("regurgitated", "redact", "doc.fingerprint"), rule("iban", "redact", "fin.iban"))
DENIES = compiled(rule("regurgitated", "deny", "doc.fingerprint"))


def guard(policies) -> Guard:
    made = policies.guard(Call(), Destination(), ENGINE)
    assert made is not None
    return made


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 600), max_size=8))
def test_an_excerpt_in_an_answer_is_taken_out_in_any_cut(cuts: list[int]) -> None:
    text = f"Voici : {SECRET} Autre chose ?"
    made, at = guard(REDACTS), 0
    for cut in [*sorted({cut for cut in cuts if cut < len(text)}), len(text)]:
        assert made.feed("c", "text", text[at:cut]).safe == 0
        at = cut
    end = made.finish("c")
    whole = guard(REDACTS).whole("c", "text", text)
    assert end.safe == len(text) and end.edits == whole.edits
    ((start, stop, new),) = end.edits
    assert new == "[redacted: doc.fingerprint]"
    assert text[:start].startswith("Voici : ") and stop - start > 0.9 * len(SECRET)


def test_a_denied_excerpt_withholds_the_answer() -> None:
    made = guard(DENIES)
    assert made.feed("c", "text", f"Voici : {SECRET}").safe == 0
    end = made.finish("c")
    assert end.stop is not None and end.safe == 0


def test_without_an_index_such_a_rule_holds_nothing() -> None:
    made = REDACTS.guard(Call(), Destination(), engine())
    assert made is not None
    assert made.feed("c", "text", f"Voici : {SECRET} Autre chose ?").safe > 300


@pytest.mark.parametrize("kind", ["text", "reasoning", "tool_arguments"])
def test_every_kind_of_channel_is_judged(kind: str) -> None:
    release = guard(DENIES).whole("c", kind, SECRET)
    assert release.stop is not None
