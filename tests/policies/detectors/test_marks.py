"""Marks on documents are told apart by name, and a company's own detectors may find marks of its own."""

from __future__ import annotations

from typing import Any

import pytest

from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine
from policies.detectors.marks import LABELS, label_of


@pytest.mark.parametrize(
    ("mark", "label"),
    [
        (b"Classification : C3", "C3"),
        (b"C2 Restreint", "C2"),
        (b"[C4]", "C4"),
        (b"niveau de confidentialite : C 1", "C1"),
        (b"diffusion restreinte", "Diffusion Restreinte"),
        (b"CONFIDENTIEL DEFENSE", "Confidentiel"),
        (b"strictly confidential", "Confidentiel"),
        (b"Attorney-client privileged", "Confidentiel"),
        (b"TOP SECRET", "Secret"),
        (b"secret des affaires", "Secret"),
        (b"tlp : amber", "TLP:AMBER"),
        (b"TLP:AMBER+STRICT", "TLP:AMBER+STRICT"),
        (b"TLP:WHITE", "TLP:CLEAR"),
        (b"for internal use only", "Interne"),
        (b"do not distribute", "Interne"),
        (b"classification: public", "Public"),
        (b"NATO UNCLASSIFIED", "Public"),
        (b"NATO RESTRICTED", "Restreint"),
        (b"NOFORN", "Restreint"),
        (b"msip_label_00000000-0000-0000-0000-000000000000_enabled", "MSIP"),
    ],
)
def test_a_mark_has_a_name(mark, label):
    assert label_of(mark) == label and label in LABELS


def test_no_word_of_the_text_is_ever_a_name():
    for mark in (b"", b"c", b"c9", b"mac3", b"c35", b"\xff" * 40, b"tlp", b"projet helios"):
        assert label_of(mark) in LABELS


def built(**more: Any) -> Catalogue | list:
    value = {"kind": "Detector", "id": "org.mark", "keywords": {"any": ["Ne pas sortir"]}, **more}
    return Catalogue.build([value])


def test_a_detector_of_ones_own_may_be_a_mark():
    made = built(label="ORANGE")
    assert isinstance(made, Catalogue)
    ((found,),) = Engine(made).scan(["Dossier ne pas sortir"])
    assert found.label == "ORANGE" and made.detectors["org.mark"].labels == {"ORANGE"}


def test_a_mark_is_of_one_name_or_told_apart():
    assert isinstance(built(label="ORANGE", marks=True), list)
    assert isinstance(built(keywords=None, index="exact", label="ORANGE"), list)
