"""The starter bundle: every rule of it is proven on any day, and what must hold of a beginning does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.bundle.workspace import Workspace, with_configuration
from gateway.cli.main import main
from gateway.cli.policy.proof import prove
from policies.language import overdue, run_inline_tests

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home: Path = tmp_path_factory.mktemp("starter") / "ecluse"
    assert main(["init", str(home)]) == 0
    return with_configuration(home / "config.yaml")


def test_its_cases_prove_every_rule(starter: Workspace) -> None:
    proof = prove(starter, NOW, lambda path: True, covering=True, mutating=True)
    assert [str(fault) for fault in proof.faults] == []
    assert len(proof.cases) > 150 and len(proof.fates) > 300


@pytest.mark.parametrize("years", [0, 1, 5, 50])
def test_it_is_as_good_whenever_a_newcomer_starts(starter: Workspace, years: int) -> None:
    then = NOW + timedelta(days=366 * years)
    assert overdue(starter.policies, then) == []
    assert run_inline_tests(starter.policies, starter.engine, starter.vocabulary, then) == []


def test_it_is_bilingual_and_names_whom_to_ask(starter: Workspace) -> None:
    for rule in starter.policies.rules:
        assert set(rule.message) in (set(), {"en", "fr"}), rule.id
        if rule.action in ("deny", "warn"):
            assert rule.message and rule.contact, rule.id
    for one in starter.policies.classes:
        assert set(one.title) == set(one.description) == {"en", "fr"}
    for document in starter.documents.items:
        if document.value["kind"] in ("EgressPolicy", "DecisionTable"):
            assert document.value["basis"] and document.value["owner"].endswith("@example.org"), document.name


def test_it_has_what_a_company_begins_with(starter: Workspace) -> None:
    assert [c.id for c in starter.policies.classes] == ["C4", "C3", "C2", "C1", "C0"]
    assert sorted(c.region for c in starter.bundle.contracts.values()) == ["eu", "internal", "us"]
    assert len([u for u in starter.bundle.use_cases if u != "sandbox"]) == 5
    assert any(rule.overridable for rule in starter.policies.rules)
    assert not any(rule.mode == "shadow" for rule in starter.policies.rules)
