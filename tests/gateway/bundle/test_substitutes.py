"""Contracts that can take another's place: names that exist, and models that would have somewhere to go."""

from __future__ import annotations

import pytest

from gateway.bundle.pair import load_pair
from tests.conftest import CONFIG, configured
from tests.gateway.bundle.test_contracts import CONTRACT, papers, refused

OTHER = CONTRACT.replace(b"id: openai-us", b"id: openai-eu")


def test_the_others_are_named():
    found = papers(CONTRACT + b"substitutes: [openai-eu]\n", OTHER)
    assert found.contracts["openai-us"].substitutes == ("openai-eu",)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (b"openai-uk", "0.yaml:11:15: there is no contract openai-uk (did you mean openai-us?)"),
        (b"openai-us", "0.yaml:11:15: is the contract itself"),
    ],
)
def test_one_that_cannot_is_refused(names, message):
    assert message in refused(CONTRACT + b"substitutes: [" + names + b"]\n", OTHER)


def test_check_says_which_models_have_nowhere_to_go(tmp_path):
    path = configured(tmp_path, CONFIG)
    contracts = tmp_path / "bundle" / "contracts.yaml"
    contracts.write_text(contracts.read_text().replace("# substitutes:", "substitutes:"))
    notes = load_pair(path).notes
    said = "which can take the place of contract alpha-us"
    assert [note for note in notes if said in note] == [
        f"model {name} has no destination under beta-eu, {said}"
        for name in ("text-embedding-3-small", "claude-sonnet-5")
    ]
