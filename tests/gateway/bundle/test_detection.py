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
