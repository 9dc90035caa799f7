from __future__ import annotations

import base64

from shipped_packs import documents

from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine
from policies.detectors.steps import Steps
from policies.findings import Finding


class Words:
    """A lookup that knows one word."""

    detectors = frozenset({"person.edm"})
    revision = "r1"

    def steps(self, seen: bytes, detectors: frozenset[str]) -> Steps[list[Finding]]:
        yield
        place = seen.find(b"zanzibar")
        return [Finding("person.edm", place, place + 8, 0.9, 0, "list")] if place >= 0 else []


def made() -> Engine:
    catalogue = Catalogue.build(documents())
    assert isinstance(catalogue, Catalogue)
    return Engine(catalogue, Words())


def test_the_company_s_own_data_is_found_beside_patterns_and_in_the_order_of_the_text() -> None:
    engine = made()
    found = engine.scan(["rien", "à jean@example-corp.fr de zanzibar, jean@example-corp.fr"])
    assert [(one.detector, one.passage) for one in found[1]] == [
        ("contact.email", 1), ("person.edm", 1), ("contact.email", 1),
    ]  # fmt: skip
    assert found[1] == tuple(engine.scan(["rien", "à jean@example-corp.fr de zanzibar, jean@example-corp.fr"])[1])
    assert engine.revision.endswith("-r1")


def test_a_growing_text_is_asked_about_at_its_end_only() -> None:
    engine, wanted = made(), frozenset({"person.edm", "fin.iban"})
    assert engine.whole == {"person.edm"}
    assert engine.settle("de zanzibar ", 0, wanted)[1] == ()
    assert [one.detector for one in engine.settle("de zanzibar ", 0, wanted, final=True)[1]] == ["person.edm"]
    assert engine.settle("de zanzibar ", 0, frozenset({"fin.iban"}), final=True)[1] == ()


def test_what_is_escaped_or_encoded_is_asked_about_too() -> None:
    secret = base64.b64encode(b"le dossier de zanzibar est clos et rien ne presse").decode()
    for text in ("de z%61nzibar", "de &#122;anzibar", f"voici {secret} merci"):
        found = [one for one in made().scan([text])[0] if one.detector == "person.edm"]
        assert len(found) == 1 and "zanzibar" not in text[found[0].start : found[0].end]
        assert made().settle(text, 0, frozenset({"person.edm"}), final=True)[1] == tuple(found)
    assert len([one for one in made().scan(["zanzibar et &eacute;"])[0] if one.detector == "person.edm"]) == 1
