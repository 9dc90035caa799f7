from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent / "detectors"))

from shipped_packs import engine, engine_of

from policies.classify import Classification, Classifier, Memo
from policies.findings import Finding, class_detector

SECRET = b"s" * 32
IBAN = "FR4428569990168152153589896"
MAIL = "marcel.durand@exemple.fr"


@dataclass(frozen=True)
class Text:
    text: str
    part: str = "text"
    role: str = "user"
    message: int | None = 0


def classifier(**more: Any) -> Classifier:
    return Classifier(engine(), secret=SECRET, **more)


def places(result: Classification, name: str) -> list[tuple[int, int, int]]:
    return [(f.passage, f.start, f.end) for f in result.findings if f.detector == name]


def test_findings_name_their_passage_and_carry_a_keyed_digest() -> None:
    result = classifier().classify("acme", [Text("bonjour"), Text(f"IBAN {IBAN}", message=1), Text(MAIL, message=2)])
    assert places(result, "fin.iban") == [(1, 5, 32)]
    assert places(result, "contact.email") == [(2, 0, len(MAIL))]
    assert all(len(f.digest) == 16 for f in result.findings)
    assert result.failed is None
    assert result.counts == {"fin.iban": 1, "contact.email": 1}
    assert (result.memo_hits, result.memo_misses) == (0, 3)


def test_the_same_value_has_the_same_digest_within_an_organisation_only() -> None:
    spaced = "FR44 2856 9990 1681 5215 3589 896"
    one = classifier().classify("acme", [Text(IBAN), Text(f"et {spaced.lower()}", message=1)])
    other = classifier().classify("other", [Text(IBAN)])
    keyed = Classifier(engine(), secret=b"t" * 32).classify("acme", [Text(IBAN)])
    digests = {f.digest for f in one.findings if f.detector == "fin.iban"}
    assert len(digests) == 1
    assert not digests & {f.digest for f in (*other.findings, *keyed.findings)}


def test_signs_alone_have_no_digest_for_all_of_them_would_share_it() -> None:
    result = classifier().classify("acme", [Text("bon\u200b\u200bjour"), Text("à \u202egauche", message=1)])
    hidden = [f.digest for f in result.findings if f.detector.startswith("evasion.")]
    assert hidden and set(hidden) == {b""}


def test_what_was_scanned_once_is_remembered() -> None:
    ours = classifier()
    history = [Text(f"tour {i} : {MAIL}", message=i) for i in range(5)]
    first = ours.classify("acme", history)
    again = ours.classify("acme", [*history, Text(IBAN, message=9)])
    assert (again.memo_hits, again.memo_misses) == (5, 1)
    assert again.findings[:5] == first.findings
    assert ours.classify("other", history).memo_hits == 0


def test_memory_is_bounded_in_bytes() -> None:
    ours = classifier(memo_bytes=10_000)
    for index in range(500):
        ours.classify("acme", [Text(f"message {index} de {MAIL}")])
    assert 0 < ours.memo.size <= 10_000


def test_the_least_recently_used_goes_first() -> None:
    memo = Memo(450)
    memo.put(b"a", ())
    memo.put(b"b", ())
    assert memo.get(b"a") == ()
    memo.put(b"c", ())
    assert memo.get(b"b") is None and memo.get(b"a") == () and memo.get(b"c") == ()


def test_another_revision_is_scanned_anew() -> None:
    word = {"id": "org.word", "keywords": {"any": "helios"}}
    one, two = engine_of(word), engine_of({**word, "keywords": {"any": "selene"}})
    first = Classifier(one, secret=SECRET)
    second = Classifier(two, secret=SECRET)
    second.memo = first.memo
    assert first.classify("acme", [Text("helios et selene")]).findings[0].start == 0
    result = second.classify("acme", [Text("helios et selene")])
    assert (result.memo_hits, result.findings[0].start) == (0, 10)


@pytest.mark.parametrize("part", ["not_inspectable", "remote_url", "server_tool", "vendor_state"])
def test_parts_that_are_not_text_are_found_by_their_class(part: str) -> None:
    result = classifier().classify("acme", [Text("bonjour"), Text("", part=part)])
    assert result.findings == (Finding(class_detector(part), 0, 0, 1.0, 1, "part of this class"),)


@pytest.mark.parametrize("cut", range(1, len(IBAN)))
def test_a_value_split_over_two_parts_is_found_in_both(cut: int) -> None:
    head, tail = f"Mon compte {IBAN[:cut]}", f"{IBAN[cut:]}, merci"
    result = classifier().classify("acme", [Text(head), Text(tail)])
    assert places(result, "fin.iban") == [(0, 11, 11 + cut), (1, 0, len(IBAN) - cut)]


def test_a_value_split_over_many_parts_and_long_ones() -> None:
    long = "La réunion de mardi est reportée. " * 20
    parts = [f"{long}{IBAN[:9]}", IBAN[9:14], IBAN[14:20], f"{IBAN[20:]} {long}"]
    result = classifier().classify("acme", [Text(part) for part in parts])
    start = len(long)
    assert places(result, "fin.iban") == [(0, start, start + 9), (1, 0, 5), (2, 0, 6), (3, 0, 7)]


@pytest.mark.parametrize("between", [[], [Text("Bien reçu.", role="assistant", message=1)]])
@pytest.mark.parametrize("cut", [1, 9, 20, 26])
def test_a_value_split_over_turns_is_found_in_both(cut: int, between: list[Text]) -> None:
    long = "La réunion de mardi est reportée. " * 20
    head, tail = f"{long}Mon compte {IBAN[:cut]}", f"{IBAN[cut:]} {long}"
    result = classifier().classify("acme", [Text(head), *between, Text(tail, message=2)])
    last = 1 + len(between)
    assert places(result, "fin.iban") == [(0, len(head) - cut, len(head)), (last, 0, len(IBAN) - cut)]
    assert {f.why for f in result.findings} == {"checksum ok; over several turns"}


def test_a_value_split_over_many_short_turns() -> None:
    turns = [Text(IBAN[at : at + 4], message=at) for at in range(0, len(IBAN), 4)]
    assert [passage for passage, _, _ in places(classifier().classify("acme", turns), "fin.iban")] == list(range(7))


def test_a_value_split_over_a_list_of_strings() -> None:
    text = "\0".join(["model", IBAN[:10], IBAN[10:], "x y"])
    result = classifier().classify("acme", [Text("model\0autre", role="other"), Text(text, role="other", message=None)])
    assert places(result, "fin.iban") in ([], [(1, 6, 16), (1, 17, 34)])
    text = "\0".join(["", IBAN[:10], IBAN[10:]])
    result = classifier().classify("acme", [Text(text, role="other", message=None)])
    assert places(result, "fin.iban") == [(0, 1, 11), (0, 12, 29)]


def test_only_parts_and_turns_of_the_same_role_are_joined() -> None:
    for other in (Text(IBAN[9:], role="tool", message=1), Text(IBAN[9:], role="tool"), Text(IBAN[9:], message=None)):
        assert not places(classifier().classify("acme", [Text(IBAN[:9]), other]), "fin.iban")


def test_a_joint_does_not_lengthen_what_a_part_holds_by_itself() -> None:
    result = classifier().classify("acme", [Text(f"De {MAIL}"), Text("Bonjour")])
    assert places(result, "contact.email") == [(0, 3, 3 + len(MAIL))]


def test_the_rest_of_a_key_in_the_next_part_is_found_too() -> None:
    key = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0" * 4
    result = classifier().classify("acme", [Text(f"clé {key[:60]}"), Text(key[60:])])
    assert places(result, "secret.vendor") == [(0, 4, 64), (1, 0, len(key) - 60)]


def test_a_text_built_to_be_expensive_fails_the_classification() -> None:
    result = classifier().classify("acme", [Text("1 2 " * 20_000)])
    assert (result.failed, result.findings) == ("budget", ())


def test_whatever_breaks_fails_the_classification_without_its_words() -> None:
    ours = classifier()
    wrong = [Text("bonjour"), Text(3)]  # type: ignore[arg-type]
    result = ours.classify("acme", wrong)
    assert result.failed is not None and result.failed.startswith("crash: ") and IBAN not in result.failed


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([IBAN, MAIL, "06 12 34 56 78", "bonjour", IBAN[:9], IBAN[9:], ""]), max_size=6))
def test_a_remembered_answer_is_the_fresh_one(texts: list[str]) -> None:
    ours = classifier()
    passages = [Text(text, message=index // 2) for index, text in enumerate(texts)]
    fresh = ours.classify("acme", passages)
    again = ours.classify("acme", passages)
    assert again.findings == fresh.findings
    assert again.memo_misses == 0
    assert all(f.end <= len(texts[f.passage]) for f in fresh.findings)


def test_no_passages_no_findings() -> None:
    assert classifier().classify("acme", []) == Classification(counts={})
