from __future__ import annotations

import pytest
from shipped_packs import documents, engine

SURE = 0.75
CASES = [
    (detector.id, kind, text)
    for detector in engine().catalogue.detectors.values()
    for kind, texts in detector.examples.items()
    for text in texts
]


NAMES = [f"{name}-{kind}-{index}" for index, (name, kind, _) in enumerate(CASES)]


@pytest.mark.parametrize("name, kind, text", CASES, ids=NAMES)
def test_a_shipped_detectors_examples(name: str, kind: str, text: str) -> None:
    sure = [one for one in engine().scan([text])[0] if one.detector == name and one.confidence >= SURE]
    assert bool(sure) == (kind == "hit"), engine().scan([text])


@pytest.mark.parametrize("document", documents(), ids=lambda document: document["id"])
def test_every_shipped_detector_has_examples_and_a_title_in_both_languages(document: dict[str, object]) -> None:
    if "index" not in document:  # what an index holds is the company's own: nothing is shipped that could be found
        examples = document["examples"]
        assert isinstance(examples, dict) and examples["hit"] and examples["miss"]
    assert set(document["title"]) == {"en", "fr"}  # type: ignore[call-overload]


def test_the_first_floor_is_there() -> None:
    assert set(engine().catalogue.detectors) >= {
        "contact.email", "contact.phone", "fin.iban", "fin.card", "fr.nir", "fr.siret", "secret.private_key",
        "secret.vendor", "secret.jwt", "net.url_creds", "secret.password", "doc.label",
    }  # fmt: skip
