"""The starter bundle: it compiles, and its own cases hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import policies
from policies.decide import Policies
from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine
from policies.language import Doc, Vocabulary, compile, run_inline_tests

STARTER = Path(policies.__file__).parent / "starter"
PACKS = Path(policies.__file__).parent / "packs"


def documents(folder: Path) -> list[tuple[str, dict]]:
    return [
        (f"{file.name}#{i}", d)
        for file in sorted(folder.glob("*.yaml"))
        for i, d in enumerate(yaml.safe_load_all(file.read_text()))
        if d
    ]


@pytest.fixture(scope="module")
def starter() -> tuple[Policies, Engine, Vocabulary]:
    given = documents(STARTER)
    detectors = [d for _, d in [*documents(PACKS), *given] if d["kind"] == "Detector"]
    catalogue = Catalogue.build(detectors)
    assert isinstance(catalogue, Catalogue), catalogue
    contracts = [d for _, d in given if d["kind"] == "Contract"]
    vocabulary = Vocabulary(
        detectors=frozenset(catalogue.detectors),
        vendors=frozenset(c["vendor"] for c in contracts),
        use_cases=frozenset(d["id"] for _, d in given if d["kind"] == "UseCase"),
        regions=frozenset(c["region"] for c in contracts),
        trusts=frozenset(c["trust"] for c in contracts),
        contracts=frozenset(c["id"] for c in contracts),
        confidential=frozenset(d["id"] for d in detectors if d.get("confidential")),
    )
    made = compile([Doc(d["kind"], name, d) for name, d in given], vocabulary)
    assert isinstance(made, Policies), made
    return made, Engine(catalogue), vocabulary


def test_its_cases_hold(starter):
    made, engine, vocabulary = starter
    assert run_inline_tests(made, engine, vocabulary) == []
    assert len(made.tests) >= 15


def test_every_rule_on_single_texts_has_a_case_that_fires_it(starter):
    made, _, _ = starter
    fired = {rule for case in made.tests for rule in case.rules or ()}
    assert {r.id for r in made.rules} - fired == {"many-contacts", "callers-stay-unknown"}
