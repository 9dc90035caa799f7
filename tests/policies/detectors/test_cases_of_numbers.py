"""People, companies, accounts, places and other countries' numbers on the cases made from their formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shipped_packs import engine

CASES = Path(__file__).parents[2] / "data" / "detection"
CHECKSUMMED = (
    "fr.siret", "fr.tva", "eu.vat", "id.lei", "fin.iban", "fin.rib", "fin.card", "fin.isin", "fin.crypto", "be.nn",
    "ch.ahv", "lu.nin", "it.codicefiscale", "fr.nir", "fr.spi", "id.mrz", "id.vin", "fr.plate", "fr.rpps", "fr.ins",
    "contact.email", "contact.phone", "net.ip", "net.mac",
)  # fmt: skip
BY_CONTEXT = (
    "fr.siren", "fr.rcs", "fr.pdl_pce", "fin.bic", "fin.cvv", "fin.salary", "de.idnr", "es.dni", "gb.nino", "gb.nhs",
    "us.ssn", "ca.sin", "fr.nir_13", "fr.cni_old", "fr.cni_new", "fr.passport", "fr.driving", "fr.titre_sejour",
    "fr.ine", "fr.matricule", "fr.adeli", "fr.finess", "fr.vitale", "health.icd10", "health.keywords",
    "contact.address_fr", "contact.address_en", "contact.dob", "contact.geo", "contact.social", "person.title",
    "person.gazetteer", "person.signature",
)  # fmt: skip
TARGETS = [*((one, 0.99) for one in CHECKSUMMED), *((one, 0.95) for one in BY_CONTEXT)]


@pytest.mark.parametrize("detector, target", TARGETS)
def test_recall_and_precision(detector: str, target: float) -> None:
    wanted = hit = made = right = 0
    for line in (CASES / f"{detector}.jsonl").read_text().splitlines():
        row = json.loads(line)
        found = [f for f in engine().scan([row["text"]])[0] if f.detector == detector and f.confidence >= 0.75]
        made += len(found)
        for start, end in row["spans"]:
            covers = [f for f in found if 2 * (min(end, f.end) - max(start, f.start)) >= end - start]
            wanted += 1
            hit += bool(covers)
            right += len(covers)
    assert hit >= target * wanted and right >= target * made, (hit, wanted, right, made)
