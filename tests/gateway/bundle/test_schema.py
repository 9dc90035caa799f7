"""The schemas of a whole bundle: what ships validates, and an editor underlines nothing that is accepted."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.bundle.bundle import KINDS, PACKS, STARTER, read_papers
from gateway.bundle.detection import read_detectors
from gateway.bundle.schema import existing, file_name, schemas, shipped
from gateway.bundle.workspace import with_configuration
from gateway.cli.init import EXAMPLE
from gateway.cli.main import main
from gateway.documents import Document, Documents, DocumentsRefused, load
from policies.detectors.catalogue import Catalogue
from policies.detectors.fields import Fields

MADE = schemas(shipped())
CHECKED = {kind: jsonschema_rs.Draft7Validator(form) for kind, form in MADE.items()}


def plain(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value))


def test_each_kind_has_a_schema() -> None:
    assert {*KINDS} <= {*MADE}
    assert file_name("EgressPolicy") == "egress-policy.schema.json"
    assert all(form["$schema"].endswith("draft-07/schema#") for form in MADE.values())


@pytest.mark.parametrize("folder", [STARTER, PACKS])
def test_what_ships_validates_by_itself_and_in_a_bundle(folder: Path) -> None:
    for document in load(folder).items:
        CHECKED[document.value["kind"]].validate(plain(document.value))
        CHECKED["Bundle"].validate(plain(document.value))


def test_the_example_configuration_validates() -> None:
    CHECKED["Config"].validate(plain(load(EXAMPLE).items[0].value))


def test_names_that_exist_are_offered_and_others_refused(tmp_path: Path) -> None:
    home = tmp_path / "ecluse"
    assert main(["init", str(home)]) == 0
    made = schemas(existing(with_configuration(home / "config.yaml").bundle))
    bundle = jsonschema_rs.Draft7Validator(made["Bundle"])
    documents = load(home / "bundle").items
    for document in documents:
        bundle.validate(plain(document.value))
    rule = {"id": "r", "when": {"findings": {"any_of": ["fr.nirr"]}}, "action": "deny"}
    policy = {"kind": "EgressPolicy", "policy": "p", "owner": "o", "rules": [rule]}
    assert not bundle.is_valid(policy)
    for name in ("fr.nir", "fr.*", "org.project-helios", "class.identity"):
        rule["when"] = {"findings": {"any_of": [name]}, "teams": ["finance"], "use_cases": ["hr-*"]}
        assert bundle.is_valid(policy)
    rule["when"] = {"teams": ["finanse"]}
    assert not bundle.is_valid(policy)


def objects(form: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], set[str]]:
    """The keys of every mapping that a schema describes, by its path; a list is `0`."""
    found = {path: set(form["properties"])} if "properties" in form else {}
    for key, inner in form.get("properties", {}).items():
        found |= objects(inner, (*path, key))
    return found | (objects(form["items"], (*path, 0)) if isinstance(form.get("items"), dict) else {})


DETECTOR: dict[str, Any] = {
    "kind": "Detector",
    "id": "org.all",
    "title": {"en": "all", "fr": "tout"},
    "confidential": True,
    "keywords": {"any": ["helios"], "fold": ["case"], "match": "word", "identifiers": True, "confidence": 0.8},
    "patterns": [
        {
            "match": "DOS-[0-9]{4}",
            "trigger": "literal",
            "boundary": "word",
            "confidence": 0.6,
            "longest": 20,
            "why": "x",
        }
    ],
    "named": [{"names": ["acme"], "what": ["key"], "value": "[a-z0-9]{20}", "check": "named_key"}],
    "numbers": [{"lengths": [14], "check": "siret", "even": False}],
    "context": {
        "near": ["dossier"],
        "against": ["facture"],
        "raise_by": 0.3,
        "lower_by": 0.2,
        "before": 50,
        "after": 20,
        "required": True,
        "nearest": True,
        "ahead": True,
    },
    "group": "g",
    "label": "C3",
    "stop": ["exemple"],
    "examples": {"hit": ["dossier helios"], "miss": ["rien"]},
}


def test_the_catalogue_and_the_schema_know_the_same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    used: dict[tuple[Any, ...], set[str]] = {}
    close = Fields.close

    def noting(self: Fields) -> None:
        used.setdefault(tuple(0 if isinstance(step, int) else step for step in self.path[1:]), set()).update(self._used)
        close(self)

    monkeypatch.setattr(Fields, "close", noting)
    assert isinstance(Catalogue.build([DETECTOR]), Catalogue)
    others = [{"kind": "Detector", "id": "org.i", "index": "exact", "not_near": ["x"]}]
    others += [{"kind": "Detector", "id": "org.c", "characters": "bidi"}]
    others += [{"kind": "Detector", "id": "org.m", "keywords": {"any": ["secret"]}, "marks": True}]
    assert isinstance(Catalogue.build(others), Catalogue)
    described = objects(MADE["Detector"])
    described[("keywords",)] -= {"file"}  # the bundle puts the words in its place
    assert used == described
    CHECKED["Detector"].validate(DETECTOR)


DOCUMENTS = [d.value for d in load(STARTER).items if d.value["kind"] in ("Contract", "UseCase", "Detector")]
DOCUMENTS += [DETECTOR, {"kind": "Detection", "off": ["fr.nir"]}]
DOCUMENTS += [{"kind": "Index", "id": "clients", "file": "clients.ecx", "primary": "name", "supporting": ["city"]}]
ODD: list[Any] = [
    None, True, 0, 3, -1, 0.5, 10**9, "", "x", "a b", "*", "fr.nir", "127.0.0.1", "external", "high", "word", "siret",
    [], {}, ["x"], ["x", "x"], [3], [{}], {"any": ["abc"]}, {"en": 3}, [{"match": "abc"}], [{"match": "abc", "x": 1}],
]  # fmt: skip
KEYS = sorted({key for one in DOCUMENTS for key in one} | {"zzz", "file", "expires", "trigger", "check", "longest"})


def accepted(value: dict[str, Any]) -> bool:
    documents = Documents((Document("f.yaml", "f.yaml", value, {(): (1, 1)}),), {})
    try:
        read_papers(documents)
        read_detectors(documents)
    except DocumentsRefused:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(DOCUMENTS), st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(ODD)), max_size=2), st.data()
)
def test_what_an_editor_underlines_is_refused(value: dict[str, Any], changes: list[Any], data: st.DataObject) -> None:
    value = copy.deepcopy(value)
    for key, odd in changes:
        inner = [value, *(v for v in value.values() if isinstance(v, dict))]
        if key != "kind":
            data.draw(st.sampled_from(inner))[key] = copy.deepcopy(odd)
    if not CHECKED["Bundle"].is_valid(plain(value)):
        assert not accepted(value)


def test_the_command_prints_one_and_writes_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECLUSE_CONFIG", raising=False)
    assert main(["policy", "schema", "Contract"]) == 0
    assert json.loads(capsys.readouterr().out) == MADE["Contract"]
    assert main(["policy", "schema", "Contrct"]) == 1
    assert capsys.readouterr().err == "there is no kind Contrct (did you mean Contract?)\n"
    assert main(["policy", "schema", "--out", "schemas"]) == 0
    assert "$schema=schemas/bundle.schema.json" in capsys.readouterr().out
    assert {p.name for p in Path("schemas").iterdir()} == {file_name(kind) for kind in MADE}


def test_a_bundle_with_faults_keeps_its_editors_help(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "ecluse"
    assert main(["init", str(home)]) == 0
    half = "kind: EgressPolicy\npolicy: own\nrules:\n  - id: half\n---\nkind: DecisionTable\ntable: half\n"
    (home / "bundle" / "own.yaml").write_text(half)
    capsys.readouterr()
    words = ["policy", "schema", "--config", str(home / "config.yaml")]
    assert main(words) == 0
    made = json.loads(capsys.readouterr().out)
    names = made["definitions"]["teams"]["anyOf"][0]["enum"]
    assert "finance" in names


@pytest.mark.parametrize("line", ["expires:", "region: ", "allowed_hosts: null"])
def test_a_contract_cut_short_is_refused(line: str) -> None:
    raw = (STARTER / "contracts.yaml").read_text().split("---")[0]
    value = {**yaml.safe_load(raw), **yaml.safe_load(line)}
    documents = Documents((Document("f.yaml", "f.yaml", value, {(): (1, 1)}),), {})
    with pytest.raises(DocumentsRefused, match="is empty: give it a value, or take it out"):
        read_papers(documents)
