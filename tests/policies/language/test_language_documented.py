"""The reference page names every key of the language, and its examples compile and hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml
from decide_cases import OPEN, VOCABULARY
from guard_cases import engine

from policies.decide import Policies
from policies.detectors.marks import LABELS
from policies.language import Doc, compile, read, run_inline_tests
from policies.language.cases import CALLER, TEST
from policies.language.classes import CLASS
from policies.language.conditions import APPLIES_TO, FINDINGS, WHEN, WHO
from policies.language.facts import DESTINATION
from policies.language.model import ACTIONS, CLASSES, ROLES
from policies.language.tables import CELL, TABLE
from policies.language.times import TIME
from policies.ruling import DIRECTIONS

PAGE = (Path(__file__).parents[3] / "docs/reference/policies.md").read_text()


def test_every_key_is_on_the_page():
    keys = {
        *read.POLICY,
        *read.RULE,
        *read.EXCEPTION,
        *TEST,
        *CALLER,
        *WHEN,
        *WHO,
        *APPLIES_TO,
        *CLASS,
        *TABLE,
        *CELL,
    }
    keys |= {*TIME, *FINDINGS, *CLASS, *TABLE, *CELL}
    values = {*LABELS, *DESTINATION, *ACTIONS, *CLASSES, *ROLES, *DIRECTIONS, "confidence", "count", "any_of", "all_of"}
    missing = [k for k in sorted(keys | values) if f"`{k}`" not in PAGE and f"{k}:" not in PAGE]
    assert not missing


def test_the_examples_of_the_how_to_hold():
    page = (Path(__file__).parents[3] / "docs/howto/security.md").read_text()
    documents = [yaml.safe_load(block.split("```")[0]) for block in page.split("```yaml\n")[1:]]
    documents = [d for d in documents if d["kind"] == "EgressPolicy"]
    vocabulary = replace(VOCABULARY, detectors=frozenset(engine().catalogue.detectors), confidential=frozenset())
    made = compile([*(Doc(d["kind"], f"block {i}", d) for i, d in enumerate(documents)), OPEN], vocabulary)
    assert isinstance(made, Policies), made
    assert made.tests and run_inline_tests(made, engine(), vocabulary) == []


def test_its_examples_compile_and_hold():
    blocks = [block.split("```")[0] for block in PAGE.split("```yaml\n")[1:]]
    tests = 0
    for index, block in enumerate(blocks):
        documents = list(yaml.safe_load_all(block))
        given = [Doc(d["kind"], f"block {index}", d) for d in documents]
        made = compile([*given, *([] if any(d.kind == "Defaults" for d in given) else [OPEN])], VOCABULARY)
        assert isinstance(made, Policies), made
        assert run_inline_tests(made, engine(), VOCABULARY) == []
        tests += len(made.tests)
    assert tests == 10
