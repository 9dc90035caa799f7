"""The views of a text: places told in the text, streams that find the same at any cut, a cost that is bounded."""

from __future__ import annotations

import base64
import gc
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

import pytest
from disguises import APART, ENCODED, WRITTEN, over_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_packs import engine
from test_streams import EVERY, LOCAL, cuts, streamed

from policies.detectors.budget import ScanBudgetExceeded
from policies.detectors.engine import Engine
from policies.detectors.views import HELD
from policies.findings import Finding

IBAN = "FR4428569990168152153589896"
NIR = "295109912611193"
MAIL = "marcel.durand@exemple.fr"
DISGUISES = {**ENCODED, **WRITTEN, **APART, "base64 over lines": over_lines}
VALUES = st.sampled_from(
    [IBAN, NIR, MAIL, "4970101122334455", "carte", "NIR 2 95 10 99 126 111 93", "été", "AKIA2OGYBAH6QL4NHZ3B", "12"]
)
WRITINGS = st.lists(st.sampled_from(sorted(DISGUISES)), max_size=2)


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """A value, or words around one, written in up to two ways."""
    text = " ".join(draw(st.lists(VALUES, min_size=1, max_size=2)))
    for name in draw(WRITINGS):
        with suppress(ValueError):
            text = DISGUISES[name](text)
    return text


PROSE = st.sampled_from(["la réunion de mardi", "commande", "password = '", "%", "&am", "\\u00", "0x", "4 9", "=", "\0",
                         "QUJD", "carte ", "\n", "/", "http://exemple.fr/?q=", "a y", "\u200b"])  # fmt: skip
TEXTS = st.lists(disguised() | PROSE, max_size=4).flatmap(
    lambda parts: st.sampled_from(["", " ", "\n"]).map(lambda gap: gap.join(parts))
)


def sure(text: str) -> list[Finding]:
    """What is found surely; that something is hidden is a finding of its own, and not looked at here."""
    found = engine().scan([text])[0]
    return [one for one in found if one.confidence >= 0.75 and not one.detector.startswith("evasion.")]


@pytest.mark.parametrize(
    "text, value, detector",
    [
        ("mon RIB : {}", "30006000011234567890189", "fin.rib"),
        ("codice fiscale {} grazie", "RSSMRA85T10A562S", "it.codicefiscale"),
        ("su DNI {} por favor", "12345678Z", "es.dni"),
    ],
)
def test_numbers_with_a_check_are_found_with_signs_between(text: str, value: str, detector: str) -> None:
    for sign in (".", " ", "-", " . "):
        assert [one.detector for one in sure(text.format(sign.join(value)))] == [detector]


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 900), max_size=12), st.sampled_from([LOCAL, EVERY]))
def test_findings_do_not_depend_on_the_cuts(text: str, places: list[int], detectors: frozenset[str]) -> None:
    whole = streamed(engine(), [text], detectors)
    assert streamed(engine(), cuts(text, places), detectors) == whole


@settings(max_examples=30, deadline=None)
@given(TEXTS)
def test_nor_on_cuts_everywhere(text: str) -> None:
    text = text[:400]
    assert streamed(engine(), list(text), LOCAL) == streamed(engine(), [text], LOCAL)


def covered(found: Iterable[Finding]) -> set[int]:
    """The characters that sure findings cover together, those in runs of base64 and hexadecimal left out."""
    places: set[int] = set()
    for one in found:
        if one.confidence >= 0.75 and "in base64" not in one.why and "in hexa" not in one.why:
            places.update(range(one.start, one.end))
    return places


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_stream_covers_what_a_scan_covers(text: str) -> None:
    """All but runs of encoded text that begin inside a word: for them every word's end would have to be held. A scan
    reads such a run from there, and may then miss one right behind it that a stream reads. Two values glued to each
    other may be cut at another place between them."""
    assert covered(streamed(engine(), [text], EVERY)) == covered(engine().scan([text])[0])


@pytest.mark.parametrize("name", ["base64", "hexadecimal"])
def test_a_stream_reads_runs_that_begin_where_a_word_does(name: str) -> None:
    run = DISGUISES[name](f"IBAN {IBAN}")
    for text, seen in ((run, True), (f"voici : {run}.", True), (f"x{run}", False)):
        found = streamed(engine(), [text], frozenset({"fin.iban"}))
        assert bool(found) == seen
        assert engine().scan([text])[0], "a request is read at any place"


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(0, 600), st.integers(0, 600), st.sampled_from([LOCAL, EVERY, frozenset(["fin.iban"])]))
def test_a_look_says_what_a_scan_says(text: str, end: int, place: int, detectors: frozenset[str]) -> None:
    seen = text[: end % (len(text) + 1)]
    start = place % (len(seen) + 1)
    safe = engine().peek(seen, start, detectors)
    assert safe is None or engine().settle(seen, start, detectors) == (safe, ())


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_texts_scanned_together_give_what_each_gives_alone(texts: list[str]) -> None:
    alone = [
        tuple(Finding(f.detector, f.start, f.end, f.confidence, index, f.why) for f in engine().scan([text])[0])
        for index, text in enumerate(texts)
    ]
    assert engine().scan(texts) == alone


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_findings_lie_in_the_text(text: str) -> None:
    for one in engine().scan([text])[0]:
        assert 0 <= one.start < one.end <= len(text)


def test_a_finding_stands_over_the_letters_that_hold_it() -> None:
    text = f"Voici {base64.b64encode(f'le compte est {IBAN}, merci'.encode()).decode()} à lire"
    [found] = sure(text)
    held = base64.b64decode(text[found.start : found.end]).decode()
    assert IBAN in held and len(held) <= len(IBAN) + 4
    assert found.why.endswith("; in base64")


def test_what_was_done_is_said() -> None:
    whys = {name: sure(f"Voici {ENCODED[name](NIR)} ici")[0].why for name in ("percent", "hexadecimal", "base64")}
    assert whys["percent"].endswith("; escaped") and whys["hexadecimal"].endswith("; in hexadecimal")
    twice = sure(f"Voici {ENCODED['base64'](ENCODED['hexadecimal'](NIR))} ici")[0].why
    assert twice.endswith("; in hexadecimal; in base64")
    assert sure(f"Voici {' '.join(NIR)} ici")[0].why.count("written apart") <= 1


def test_words_beside_a_run_judge_what_it_holds() -> None:
    encoded = ENCODED["base64"]("139 970 164 00691")
    assert [one.detector for one in sure(f"SIRET {encoded}")] == ["fr.siret"]
    assert not sure(f"commande {encoded}")


def test_a_value_partly_escaped_is_one_value() -> None:
    text = "écrire à marcel%2Edurand&#64;exemple\\u002efr, merci"
    [found] = sure(text)
    assert text[found.start : found.end] == "marcel%2Edurand&#64;exemple\\u002efr"


KEYS = random.Random(5)


@pytest.mark.parametrize("make", [
    lambda: KEYS.randbytes(20).hex(), lambda: KEYS.randbytes(32).hex(), lambda: KEYS.randbytes(64).hex(" "),
    lambda: base64.b64encode(KEYS.randbytes(32)).decode(), lambda: base64.b64encode(KEYS.randbytes(3000)).decode(),
    lambda: base64.urlsafe_b64encode(KEYS.randbytes(64)).decode(), lambda: str(KEYS.getrandbits(60)),
    lambda: " ".join(str(KEYS.randint(0, 1)) for _ in range(64)),
    lambda: " ".join(str(KEYS.randint(0, 9)) for _ in range(30)),
    lambda: ", ".join(str(KEYS.randint(10, 99)) for _ in range(40)),
    lambda: "-".join(KEYS.randbytes(n).hex() for n in (4, 2, 2, 2, 6)),
])  # fmt: skip
def test_what_is_random_holds_nothing(make: object) -> None:
    assert callable(make)
    for _ in range(60):
        decoded = [one for one in sure(f"voir {make()} ici") if "; in " in one.why or "apart" in one.why]
        assert not decoded


def test_a_table_of_figures_is_no_telephone_number() -> None:
    assert not sure("0 6 1 2 3 4 5 6 7 8")
    assert not sure("\n".join("0 1 4 2 6 8 9 1 3 0" for _ in range(20)))


def long_run(size: int) -> str:
    rng = random.Random(size)
    words = " ".join(rng.choice(["arbre", "nuage", "été", "table", "fenêtre"]) for _ in range(size // 5))
    return base64.b64encode(f"{words} {IBAN} {words}".encode()).decode()


def test_a_long_run_is_read_in_a_request() -> None:
    assert [one.detector for one in sure(long_run(60_000))] == ["fin.iban"]


@pytest.mark.parametrize("step", [60, 300, 5_000])
def test_a_stream_holds_no_more_of_a_run_than_it_says(step: int) -> None:
    text = f"Voici : {long_run(1_500)} et la suite. {ENCODED['base64'](f'compte {IBAN} ici')} fin de la réponse. "
    whole = streamed(engine(), [text], LOCAL)
    assert streamed(engine(), [text[at : at + step] for at in range(0, len(text), step)], LOCAL) == whole
    assert whole[-1].detector == "fin.iban"
    judge, released, kept = engine(), 0, ""
    for at in range(0, len(text), step):
        kept = text[: at + step]
        released, _ = judge.settle(kept, released, LOCAL)
        assert len(kept) - released <= 2 * HELD + judge.reach(LOCAL) + step


class Steps(NamedTuple):
    """count: of the pauses. total, longest: seconds of processor time. ended: scanned | budget."""

    count: int
    total: float
    longest: float
    ended: str


def in_steps(judge: Engine, text: str) -> Steps:
    """A scan taken step by step."""
    steps, count, longest, total, ended = judge.steps([text]), 0, 0.0, 0.0, ""
    while not ended:
        begun = time.thread_time()
        try:
            next(steps)
        except StopIteration:
            ended = "scanned"
        except ScanBudgetExceeded:
            ended = "budget"
        took = time.thread_time() - begun
        count, total, longest = count + 1, total + took, max(longest, took)
    return Steps(count, total, longest, ended)


def _nested(size: int) -> str:
    text = "4 9 7 0 1 0 1 1 " * (size // 40)
    for name in ("base64", "percent"):
        text = ENCODED[name](text)
    return text[:size]


# Pauses in a megabyte, fewer than in any of these. How long a step takes is printed (pytest -s); a busy host doubles it
FEWEST_STEPS = 400
HOSTILE = {
    "digits": lambda size: "1" * size,
    "groups of digits": lambda size: "12 34 56 " * (size // 9),
    "single digits": lambda size: "1 2 " * (size // 4),
    "invisible characters": lambda size: "\u200b" * size,
    "invisible characters between digits": lambda size: "4\u200b" * (size // 2),
    "marks": lambda size: "a\u0301\u0336" * (size // 3),
    "base64": lambda size: base64.b64encode(b"le numero 1234 5678 est la " * (size // 36)).decode(),
    "base64 of nothing": lambda size: base64.b64encode(random.Random(3).randbytes(size * 3 // 4)).decode(),
    "base64 of other letters": lambda size: base64.b64encode(
        "".join(random.Random(3).choices("aé 中ж\u200b", k=size * 3 // 8)).encode()
    ).decode()[:size],
    "base64 over short lines": lambda size: "bGUgbnVt\nZXJvIDEy\n" * (size // 18),
    "hexadecimal": lambda size: "49" * (size // 2),
    "hexadecimal with signs": lambda size: "49 " * (size // 3),
    "percents": lambda size: "%34" * (size // 3),
    "percents alone": lambda size: "%" * size,
    "entities": lambda size: "&#49;" * (size // 5),
    "ampersands": lambda size: "&" * size,
    "backslashes": lambda size: "\\" * size,
    "encodings in one another": _nested,
    "words that judge": lambda size: "nom " * (size // 4),
    "numbers among words": lambda size: "nom carte iban 4970101122334455 " * (size // 32),
    "headings under one another": lambda size: "nom;carte\niban;a;b\n" * (size // 19),
    "mails": lambda size: "a.b@exemple.fr " * (size // 15),
    "exotic letters": lambda size: "".join(map(chr, range(0x4E00, 0x4E00 + 20_000))) * (size // 20_000 + 1),
}


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector as the gateway sets it: what stands is left alone, what comes is looked at seldom."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_ends_clearly_and_in_short_steps(name: str) -> None:
    took = in_steps(engine(), HOSTILE[name](1_000_000))
    print(f"{name}: {took.total * 1e3:.0f} ms in all, {took.longest * 1e3:.1f} ms at most, {took.ended}")
    assert took.ended in ("scanned", "budget")
    assert took.count > FEWEST_STEPS


LETTERS = st.text("QUJDREVGR0hJ4970==\r\n \t+/-_0x,:%\\u&#;", max_size=120)


@settings(max_examples=300, deadline=None)
@given(LETTERS)
def test_any_run_is_read_to_its_end(text: str) -> None:
    engine().scan([f"QUJDREVGR0hJSktM{text}", text])


@pytest.mark.parametrize("end", ["=", "==", "=\n", "==\r\n==", "\n=\n", "\r\n\r\n"])
def test_signs_at_the_end_of_a_run(end: str) -> None:
    text = f"{ENCODED['base64'](f'compte {IBAN} ici')}{end}"
    assert [one.detector for one in sure(text)] == ["fin.iban"]
