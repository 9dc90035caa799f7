"""The switch that leaves shipped detectors out."""

import pytest

from gateway.bundle.detection import read_detectors
from gateway.documents import DocumentsRefused, load_texts

OWN = "kind: Detector\nid: {id}\nkeywords: {{any: [helios]}}\nexamples: {{hit: [helios], miss: [un]}}\n"


def read(**files: str):
    return read_detectors(load_texts({f"{name}.yaml": text.encode() for name, text in files.items()}))


def test_nothing_is_off_unless_a_document_says_so():
    whole = read()
    assert "fin.iban" in whole.catalogue.detectors and not whole.off
    assert read(a="kind: Detection\n").catalogue.revision == whole.catalogue.revision


def test_what_is_off_is_gone_and_the_revision_says_so():
    whole = read()
    some = read(a="kind: Detection\noff: [fin.iban]\n---\nkind: Detection\noff: [fin.card, fin.iban]\n")
    assert set(whole.catalogue.detectors) - set(some.catalogue.detectors) == {"fin.iban", "fin.card"}
    assert some.catalogue.revision != whole.catalogue.revision
    assert some.off == {"fin.iban": ("a.yaml", "off", 0), "fin.card": ("a.yaml#2", "off", 0)}


def test_the_id_of_one_that_is_off_is_free():
    detector = OWN.format(id="fin.iban")
    with pytest.raises(DocumentsRefused, match="defined twice"):
        read(own=detector)
    found = read(own=detector, switch="kind: Detection\noff: [fin.iban]\n")
    assert found.catalogue.detectors["fin.iban"].rules[0].why == "keyword"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "off: [fin.card, fin.ibam]",
            r"a.yaml:2:17: there is no shipped detector fin.ibam \(did you mean fin.iban\?\)",
        ),
        ("off: [org.helios]", "a.yaml:2:7: there is no shipped detector org.helios"),
        ("of: [fin.iban]", r"a.yaml:2:1: there is no setting of here \(did you mean off\?\)"),
        ("off: [3]", "a.yaml:2:1: off must be a name"),
        ("off: fin.iban", "a.yaml:2:1: off must be"),
    ],
)
def test_a_typo_is_refused_with_its_place(text, message):
    with pytest.raises(DocumentsRefused, match=message):
        read(a=f"kind: Detection\n{text}\n", own=OWN.format(id="org.helios"))


HELIOS = (
    "kind: Detector\nid: org.helios\nconfidential: true\n"
    "keywords: {{{words}, fold: [case, accents, separators], identifiers: true}}\nnot_near: [panneau]\n"
    "examples:\n  hit: [{hit}]\n  miss: [{miss}]\n"
)


def helios(words="any: [projet hélios]", hit="PROJET-HELIOS", miss="les panneaux", **files):
    text = HELIOS.format(words=words, hit=hit, miss=miss)
    return read_detectors(load_texts({"own.yaml": text.encode(), **files}))


@pytest.mark.parametrize("hit", ["le ProjetHelios", "projet_helios_v2", "Projet  Hélios !", "le projet.helios"])
def test_a_detector_finds_its_examples(hit):
    assert helios(hit=f'"{hit}"').catalogue.detectors["org.helios"].confidential


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ({"hit": "projet, le projet helios"}, "own.yaml:7:9: the detector doesn't find this example"),
        ({"miss": "rien, projet helios"}, "own.yaml:8:16: the detector finds something in this example"),
        ({"hit": "projet helios sur un panneau"}, "own.yaml:7:9: the detector doesn't find this example"),
    ],
)
def test_a_detector_that_its_examples_belie_is_refused(examples, message):
    with pytest.raises(DocumentsRefused) as refused:
        helios(**examples)
    (fault,) = refused.value.problems
    assert str(fault).startswith(message)
    assert "helios" not in fault.message


def test_keywords_from_a_list():
    words = "# noms de code\nprojet hélios\n\n  Opération Boréal \n".encode()
    found = helios("file: words/names.txt", "operation boreal, projet helios", **{"words/names.txt": words})
    other = helios("file: words/names.txt", "projet helios", **{"words/names.txt": b"projet helios\n"})
    assert len(found.catalogue.detectors["org.helios"].rules) == 2
    assert found.catalogue.revision != other.catalogue.revision


@pytest.mark.parametrize(
    ("words", "raw", "message"),
    [
        ("file: words/nams.txt", b"helios", r"own.yaml:4:12: is no list .* \(did you mean words/names.txt\?\)"),
        ("file: words/names.txt", b"# nothing\n", "lists no word"),
        ("file: words/names.txt", b"helios\nab\n", "line 2: a keyword needs three letters"),
        ("file: words/names.txt", b"h\xe9lios", "is not UTF-8"),
        ("file: words/names.txt, any: [helios]", b"helios", "goes instead of `any`"),
        ("file: 3", b"helios", "is no list of this bundle"),
    ],
)
def test_a_list_that_is_not_one_is_refused(words, raw, message):
    with pytest.raises(DocumentsRefused, match=message):
        helios(words, **{"words/names.txt": raw})
