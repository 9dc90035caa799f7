"""What is kept around a finding: at most eighty characters, and no value."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from policies.samples import excerpt


class Span(NamedTuple):
    detector: str
    start: int
    end: int


spans = st.tuples(st.integers(0, 200), st.integers(1, 60))


@given(st.lists(spans, min_size=1, max_size=6), st.integers(0, 5))
def test_no_letter_of_a_finding_is_kept_and_little_else(found: list[tuple[int, int]], chosen: int) -> None:
    """Letters of findings are capitals here, all others small."""
    every = [Span("d", start, start + size) for start, size in found]
    text = "".join(
        "X" if any(one.start <= at < one.end for one in every) else "abcdefghij"[at % 10] for at in range(300)
    )
    finding = every[chosen % len(every)]
    kept = excerpt(text, finding, every, {"d": "#"})
    assert "X" not in kept and "[#]" in kept
    assert len(kept.replace("[#]", "")) <= 80
    bare = kept.split("[#]")
    assert all(part in text for part in bare)


def test_a_sample_reads_as_the_text_did() -> None:
    text = "x" * 50 + " le compte FR14 est à\nOdile, merci " + "y" * 50
    start = text.index("FR14")
    finding, other = (
        Span("fin.iban", start, start + 4),
        Span("person.title", text.index("Odile"), text.index("Odile") + 5),
    )
    kept = excerpt(text, finding, [finding, other], {"fin.iban": "fin.iban", "person.title": "person.title"})
    assert kept == "x" * 29 + " le compte [fin.iban] est à [person.title], merci " + "y" * 20


def test_a_value_that_is_said_again_is_masked_again() -> None:
    """The second time no word beside it tells what it is, so no detector finds it."""
    text = "İ password: Hunter2zz, and I typed HUNTER2ZZ into the form"
    start = text.index("Hunter2zz")
    finding = Span("secret.password", start, start + 9)
    kept = excerpt(text, finding, [finding], {"secret.password": "secret.password"})
    assert kept == "İ password: [secret.password], and I typed [secret.password] into the form"


def test_a_value_of_another_text_of_the_call_is_masked_too() -> None:
    text = "le compte FR14 est celui de hunter2zz"
    finding = Span("fin.iban", text.index("FR14"), text.index("FR14") + 4)
    names = {"fin.iban": "fin.iban", "secret.password": "secret.password"}
    kept = excerpt(text, finding, [finding], names, [("secret.password", "Hunter2zz")])
    assert kept == "le compte [fin.iban] est celui de [secret.password]"
