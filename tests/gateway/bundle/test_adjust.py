"""Shipped detectors that a bundle takes something away from: words beside a value, values that are none."""

from __future__ import annotations

import pytest

from gateway.bundle.detection import read_detectors
from gateway.documents import DocumentsRefused, load_texts
from policies.detectors.engine import Engine

RANDOM = "kT5hN8pQ2rS6vX9zB3dF7gJ1lM4nP0qW"
IBAN, OTHER = "FR14 2004 1010 0505 0001 3M02 606", "FR76 3000 6000 0112 3456 7890 189"
PROSE = f"le jeton {RANDOM}, identifiant de session à citer"
ADJUST = """\
kind: Detection
adjust:
  - detector: secret.high_entropy
    not_near: [identifiant de session]
    miss: ["le jeton {value}, identifiant de session à citer"]
  - detector: fin.iban
    ignore: ["fr14 20041010050500013m02606"]
    miss: ["notre compte : {iban}"]
"""


def engine(text: str = "", **files: str) -> Engine:
    named = {f"{name}.yaml": said.encode() for name, said in files.items()}
    return Engine(read_detectors(load_texts({"a.yaml": text.encode(), **named})).catalogue)


def found(engine: Engine, text: str) -> set[str]:
    return {one.detector for one in engine.scan([text])[0] if one.confidence >= 0.75}


def test_an_adjustment_takes_away_what_it_says_and_nothing_else() -> None:
    before, after = engine(), engine(ADJUST.format(value=RANDOM, iban=IBAN))
    assert before.revision != after.revision
    assert found(before, PROSE) - found(after, PROSE) == {"secret.high_entropy"}
    assert "secret.high_entropy" in found(after, f"le jeton est {RANDOM}, à citer")
    assert found(before, f"IBAN {IBAN}") >= {"fin.iban"} and "fin.iban" not in found(after, f"IBAN {IBAN}")
    assert "fin.iban" not in found(after, f"IBAN {IBAN.lower().replace(' ', '-')}")
    assert "fin.iban" in found(after, f"IBAN {OTHER}")


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_stream_is_judged_alike(cut: int) -> None:
    adjusted, wanted = engine(ADJUST.format(value=RANDOM, iban=IBAN)), frozenset({"secret.high_entropy"})
    for text, finds in ((PROSE, False), (f"le jeton est {RANDOM}, à citer", True)):
        safe, heard = 0, []
        for end in [*range(cut, len(text), cut), len(text)]:
            safe, some = adjusted.settle(text[:end], safe, wanted, final=end == len(text))
            heard += [one for one in some if one.confidence >= 0.75]
        assert bool(heard) is finds


def test_several_documents_add_up_and_own_detectors_take_the_same_keys() -> None:
    own = (
        "kind: Detector\nid: org.file\npatterns: [{match: 'DOS-[0-9]{4}', confidence: 0.6}]\n"
        "context: {near: [dossier]}\nnot_near: [exemple]\nignore: [DOS-0000]\n"
        "examples: {hit: [dossier DOS-1234], miss: [dossier DOS-0000, exemple de dossier DOS-1234]}\n"
    )
    more = "kind: Detection\nadjust: [{detector: fin.iban, not_near: [spécimen], miss: ['spécimen " + IBAN + "']}]\n"
    both = engine(ADJUST.format(value=RANDOM, iban=IBAN), own=own, more=more)
    assert "fin.iban" not in found(both, f"notre compte : {IBAN}")
    assert "fin.iban" not in found(both, f"spécimen {OTHER}")
    assert found(both, "dossier DOS-1234") == {"org.file"}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            "detector: secret.high_entropi, not_near: [x y z], miss: [a]",
            r"no shipped detector .*mean secret.high_entropy",
        ),
        ("detector: org.own, not_near: [xyz], miss: [a]", "this bundle's own: write `not_near`"),
        ("detector: fin.bic, not_near: [xyz], miss: [a]", "detector fin.bic is switched off"),
        ("detector: doc.fingerprint, not_near: [xyz], miss: [a]", "can't be adjusted"),
        ("detector: evasion.bidi, ignore: [xyzu], miss: [a]", "can't be adjusted"),
        ("detector: fin.iban, miss: [a]", "says neither"),
        ("detector: fin.iban, not_near: [xyz]", "miss is required"),
        ("detector: fin.iban, not_near: [xyz], miss: []", "at least 1"),
        ("detector: fin.iban, not_near: [xyz], mis: [a]", r"no setting mis here \(did you mean miss\?\)"),
        (f"detector: fin.iban, not_near: [xyz], miss: ['IBAN {IBAN}']", "fin.iban still finds something in this text"),
    ],
)
def test_what_can_not_be_is_refused_at_its_place(said: str, message: str) -> None:
    own = "kind: Detector\nid: org.own\nkeywords: {any: [helios]}\n"
    with pytest.raises(DocumentsRefused, match=message) as refused:
        engine(f"kind: Detection\noff: [fin.bic]\nadjust:\n  - {{{said}}}\n", own=own)
    assert str(refused.value).startswith("a.yaml:4:")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("FR-", "is too short: 4 letters or digits"),
        ("'*'", r"is too short: 4 letters or digits at least before the \*"),
        ("'FR-*2004 1010'", r"is too short: 4 letters or digits at least before the \*"),
        ("'FR14*20*04'", r"may have one \*"),
    ],
)
def test_what_is_no_value_to_ignore_is_refused_where_it_is_written(value: str, message: str) -> None:
    own = "  - {detector: fin.iban, ignore: [abcdefg], miss: [a]}\n  - detector: fin.iban\n"
    said = f"adjust:\n{own}    ignore: [{value}]"
    with pytest.raises(DocumentsRefused, match=message) as refused:
        engine(f"kind: Detection\n{said}\n    miss: [a]\n")
    assert str(refused.value).startswith("a.yaml:5:14:") and "packs" not in str(refused.value)


BUILD = "le secret est {}kT5hN8pQ2rS6vX9zB3dF7gJ1lM4nP0qW{}"
FAMILY = """\
kind: Detection
adjust: [{{detector: secret.high_entropy, ignore: [{value}], miss: ["le secret est {miss}"]}}]
"""


@pytest.mark.parametrize(
    ("value", "gone", "stay"),
    [
        (
            '"Build-20*"',
            [("build20", ""), ("BUILD20x", "")],
            [("build2", ""), ("", "build20")],
        ),
        ('"build*end"', [("build", "end")], [("build", ""), ("", "end")]),
    ],
)
def test_a_family_of_values_is_ignored_by_how_they_begin_and_end(
    value: str, gone: list[tuple[str, str]], stay: list[tuple[str, str]]
) -> None:
    miss = BUILD.format(*gone[0]).removeprefix("le secret est ")
    before, after = engine(), engine(FAMILY.format(value=value, miss=miss))
    for texts, finds in ((gone, False), (stay, True)):
        for around in texts:
            text = BUILD.format(*around)
            assert "secret.high_entropy" in found(before, text), around
            assert ("secret.high_entropy" in found(after, text)) is finds, around


def test_no_second_value_fits_into_a_family_behind_a_sign() -> None:
    own = engine(
        "kind: Detector\nid: org.file\npatterns: [{match: 'DOS-[0-9A-Z-]{4,30}', confidence: 0.9}]\n"
        "ignore: ['DOS-0000*']\n"
        "examples: {hit: [DOS-0000-A-1234, DOS-000A], miss: [DOS-0000, DOS-0000-A12B, DOS-0000A12B]}\n"
    )
    assert found(own, "DOS-0000-A12B") == set() and found(own, "DOS-0000-A-B") == {"org.file"}


def test_a_family_may_not_hold_what_a_detector_must_find() -> None:
    said = 'adjust: [{detector: secret.high_entropy, ignore: ["kT5h*"], miss: [a]}]'
    with pytest.raises(DocumentsRefused, match="fails its own example"):
        engine(f"kind: Detection\n{said}\n")


def test_an_adjustment_may_not_take_a_true_finding_away() -> None:
    """The detector's own examples are tried with it."""
    with pytest.raises(DocumentsRefused, match=r"a.yaml:3:5: .*fails its own example in secrets.yaml \(hit 2\)"):
        engine("kind: Detection\nadjust:\n  - {detector: secret.high_entropy, not_near: [jeton], miss: [rien]}\n")
