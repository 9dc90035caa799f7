"""What a YAML language server, as editors run it, makes of the schemas: completion, hover text and errors."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import ECLUSE, ROOT, tool
from tests.e2e.language_server import Server, language_server

pytestmark = pytest.mark.e2e

PAGE = ROOT / "docs" / "howto" / "editing.md"
LINE = "# yaml-language-server: $schema=.schema/bundle.schema.json\n"
POLICY = """\
kind: EgressPolicy
policy: own
owner: dpo@example.org
rules:
  - id: papers-stay-home
    when:
      findings:
        any_of: []
      destination:
        region: [eu]
    action: deny
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle that `ecluse init` makes, with its schemas."""
    home = tmp_path_factory.mktemp("editor") / "ecluse"
    subprocess.run([ECLUSE, "init", home], check=True, capture_output=True)
    return home / "bundle"


@pytest.fixture(scope="module")
def editor(bundle: Path) -> Iterator[Server]:
    """A language server that knows of the schemas what the first line of a document says."""
    settings = {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}
    with language_server(tool("yaml-language-server"), bundle, settings) as server:
        yield server


def at(text: str, what: str, after: int = 0) -> tuple[int, int]:
    """Line and character, from 0, behind the first `what`."""
    before = text[: text.index(what) + len(what) + after]
    return before.count("\n"), len(before) - before.rfind("\n") - 1


def test_completion_offers_keys_and_the_names_that_exist(editor: Server) -> None:
    text = LINE + POLICY.replace("any_of: []", "any_of:\n          - ").replace("[eu]", "")
    text += "  - id: two\n    when:\n      \n    action: deny\n"
    editor.open("a.yaml", text)
    keys = editor.complete("a.yaml", *at(text, "two\n    when:\n      "))
    assert {"findings", "destination", "data_class", "teams"} <= set(keys)
    detectors = editor.complete("a.yaml", *at(text, "any_of:\n          - "))
    assert {"fr.nir", "secret.vendor", "org.project-helios", "class.remote_url"} <= set(detectors)
    assert {"eu", "us"} <= set(editor.complete("a.yaml", *at(text, "region: ")))
    kinds = editor.complete("a.yaml", *at(text, "kind: "))
    assert {"EgressPolicy", "Detector", "Contract", "DataClass"} <= set(kinds)


def test_hover_explains_keys_and_words(editor: Server) -> None:
    text = LINE + POLICY
    editor.open("b.yaml", text)
    assert "What detection found in the texts of the call." in editor.hover("b.yaml", *at(text, "findin"))
    said = editor.hover("b.yaml", *at(text, "acti"))
    assert "What becomes of a call that matches" in said and "`redact`: Sends a placeholder" in said


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("action: deny", "actoin: deny", "actoi", "actoin is not allowed"),
        ("action: deny", "action: dney", "dne", "Value is not accepted"),
        ("any_of: []", "any_of: [fr.nirr]", "fr.nir", "is none of the"),
        ("any_of: []", "any_of: [fr.nir]\n        count: 2", "count: ", 'Expected "string"'),
        ("[eu]", "[ue]", "[u", "is none of the"),
        ("action: deny", "action: deny\n    unless: {labels: [Public]}", "unless: {labels", "labels is not allowed"),
        ("action: deny", "action: deny\n    shadow_until: 2027-02-01", "shadow_until", "shadow_until is not allowed"),
    ],
)
def test_what_is_wrong_is_underlined_at_its_line(editor: Server, old: str, new: str, where: str, words: str) -> None:
    text = LINE + POLICY.replace("any_of: []", "any_of: [fr.nir]" if old != "any_of: []" else "any_of: []")
    text = text.replace(old, new)
    found = editor.open(f"{new.encode().hex()}.yaml", text)
    places = [(d["range"]["start"]["line"], d["message"]) for d in found]
    assert any(line == at(text, where)[0] and words in message for line, message in places), places


def test_nothing_that_ships_is_underlined(editor: Server, bundle: Path) -> None:
    files = sorted(bundle.glob("*.yaml"))
    assert len(files) > 5
    assert {f.name: editor.open(f.name, f.read_text()) for f in files} == {f.name: [] for f in files}
    config = bundle.parent / "config.yaml"
    assert editor.open("../config.yaml", config.read_text()) == []


def test_each_document_of_a_file_is_checked_as_its_kind(editor: Server) -> None:
    contract = {"kind": "Contract", "id": "a", "regoin": "eu"}
    text = f"{LINE}{POLICY}---\n{LINE}{yaml.safe_dump(contract)}"
    messages = [d["message"] for d in editor.open("two.yaml", text)]
    assert "Property regoin is not allowed." in messages
    assert any('"vendor"' in m for m in messages)


def test_the_settings_on_the_page_name_the_folder_in_place_of_a_line_in_each_file(bundle: Path) -> None:
    """Those of VS Code, for the folder that holds the bundle."""
    block = re.search("```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert block is not None
    schemas = json.loads(block.group(1))["yaml.schemas"]
    settings = {"validate": True, "schemaStore": {"enable": False}, "schemas": schemas}
    with language_server(tool("yaml-language-server"), bundle.parent, settings) as server:
        text = POLICY.replace("[]", "[fr.nir]") + "    actoin: deny\n"
        (found,) = server.open("bundle/more/c.yaml", text)
        assert found["message"] == "Property actoin is not allowed."
        assert server.open("elsewhere/c.yaml", text) == []


def test_the_line_on_the_page_is_the_one_that_init_writes(bundle: Path) -> None:
    line = (bundle / "defaults.yaml").read_text().splitlines()[0]
    assert line in PAGE.read_text().splitlines()
