"""The client's names for a place: told back to it, without anything that was found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.registry import DIALECTS
from adapters.wire.body import Document
from adapters.wire.paths import path_at
from gateway.bundle.bundle import PACKS
from gateway.documents import load
from gateway.places import Spot, spot, words
from policies.classify import Classifier
from policies.decide import Place
from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine

IBAN = "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    catalogue = Catalogue.build([d.value for d in load(PACKS).items if d.value["id"] == "fin.iban"])
    assert isinstance(catalogue, Catalogue)
    return Classifier(Engine(catalogue), secret=b"x" * 32)


def spots(classifier: Classifier, dialect: str, body: dict[str, Any]) -> list[tuple[Spot, str]]:
    ask = DIALECTS[dialect].parse(Document.parse(json.dumps(body).encode()))
    found = classifier.classify("acme", ask.passages)
    told = []
    for one in found.findings:
        passage = ask.passages[one.passage]
        place = Place(passage.message, passage.role, passage.direction, one.start, passage.file, one.passage)
        where = spot(ask, found, place)
        told.append((where, words(place, where)["fr"]))
    return told


def arguments(value: Any, name: str = "Write") -> dict[str, Any]:
    call = {"id": "c", "type": "function", "function": {"name": name, "arguments": json.dumps(value)}}
    return {"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}


def test_arguments_in_a_string(classifier: Classifier) -> None:
    (one,) = spots(classifier, "openai_chat", arguments({"a": [0, {"new_string": f"x {IBAN}"}]}))
    assert one[0] == Spot("Write", "a[1].new_string")
    assert one[1].startswith("Premier endroit : message 1, arguments d'outil de Write, à a[1].new_string, caractère")


def test_arguments_with_escapes_are_told_alike(classifier: Classifier) -> None:
    value = {"command": f'echo\n"{IBAN}"'}
    assert {where for where, _ in spots(classifier, "openai_chat", arguments(value))} == {Spot("Write", "command")}


def test_arguments_of_an_object(classifier: Classifier) -> None:
    block = {"type": "tool_use", "id": "t", "name": "Edit", "input": {"edits": [{"old": IBAN}]}}
    body = {"model": "m", "max_tokens": 1, "messages": [{"role": "assistant", "content": [block]}]}
    assert [where for where, _ in spots(classifier, "anthropic_messages", body)] == [Spot("Edit", "edits[0].old")]


def test_names_that_hold_a_value_are_hidden(classifier: Classifier) -> None:
    bare = IBAN.replace(" ", "")
    told = spots(classifier, "openai_chat", arguments({IBAN: {"x": IBAN}, f"of {bare}": [IBAN]}, name=bare))
    assert {where for where, _ in told} == {
        Spot("", ""),
        Spot("", "*.x"),
        Spot("", "*[0]"),
        Spot("", "tool_calls[0].function.name"),
    }
    assert not any("3000" in sentence for _, sentence in told)


def test_a_field_that_nobody_knows_is_told_from_the_root(classifier: Classifier) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "extra": {"deep": [[IBAN]]}}
    assert [where for where, _ in spots(classifier, "openai_chat", body)] == [Spot("", "extra.deep[0][0]")]


def test_an_answer_has_a_place_of_its_own() -> None:
    place = Place(None, "tool_arguments", "response", 4)
    assert words(place, Spot())["en"] == "First place: in the answer (tool arguments), character 5."


@pytest.mark.parametrize(
    ("text", "mark", "path"),
    [
        ('{"a": [1, {"b": "X"}], "c": 2}', "X", ("a", 1, "b")),
        ('[[], {}, "X"]', "X", (2,)),
        ('{"a": {"X": 1}}', "X", ("a",)),
        ('{"a, [": "}", "b": ["{", "X"]}', "X", ("b", 1)),
        ('"X"', "X", ()),
        ('{"a": X', "X", None),
    ],
)
def test_the_path_of_a_character(text: str, mark: str, path: Any) -> None:
    assert path_at(text, text.index(mark)) == path
