from __future__ import annotations

from typing import Any

import pytest
from shipped_packs import documents

from policies.detectors.catalogue import Catalogue
from policies.detectors.model import Problem


def problems(**document: Any) -> list[Problem]:
    built = Catalogue.build([{"kind": "Detector", "id": "org.test", **document}])
    assert isinstance(built, list)
    return built


def test_problems_name_their_place_and_the_nearest_name() -> None:
    built = Catalogue.build([*documents(), {"kind": "Detector", "id": "org.x", "patterns": [{"mtch": "abc"}]}])
    assert isinstance(built, list)
    assert built[0].path == (len(documents()), "patterns", 0)
    assert built[1] == Problem((len(documents()), "patterns", 0, "mtch"), "`mtch` is not known here", "match")


@pytest.mark.parametrize(
    "document, path, nearest",
    [
        ({"patterns": [{"match": "abc", "check": "ibann"}]}, (0, "patterns", 0, "check"), "iban"),
        ({"patterns": [{"match": "abc+"}]}, (0, "patterns", 0, "match"), None),
        ({"patterns": [{"match": "[0-9]{4}"}]}, (0, "patterns", 0, "match"), None),
        ({"patterns": [{"match": "(?=a)bcd"}]}, (0, "patterns", 0, "match"), None),
        ({"patterns": [{"match": "é{3}"}]}, (0, "patterns", 0, "match"), None),
        ({"patterns": [{"match": 3}]}, (0, "patterns", 0, "match"), None),
        ({"patterns": "abc"}, (0, "patterns"), None),
        ({"patterns": [{"match": "abc", "boundary": "words"}]}, (0, "patterns", 0, "boundary"), "word"),
        ({"patterns": [{"match": "abc", "confidence": 2}]}, (0, "patterns", 0, "confidence"), None),
        ({"numbers": [{"lengths": [14], "check": "sirette"}]}, (0, "numbers", 0, "check"), "siret"),
        ({"numbers": [{"lengths": [40], "check": "siret"}]}, (0, "numbers", 0, "lengths"), None),
        ({"keywords": {"any": []}}, (0, "keywords", "any"), None),
        ({"index": "exakt"}, (0, "index"), "exact"),
        ({"index": "exact", "patterns": [{"match": "abc"}]}, (0,), None),
        ({"keywords": {"any": ["ab"]}}, (0, "keywords", "any", 0), None),
        ({"keywords": {"any": ["abc"], "fold": ["cas"]}}, (0, "keywords", "fold", 0), "case"),
        ({"keywords": ["abc"]}, (0, "keywords"), None),
        ({"keywords": {"any": ["abc"]}, "not_near": None}, (0, "not_near"), None),
        ({"id": None, "keywords": {"any": ["abc"]}}, (0, "id"), None),
        ({"id": "", "keywords": {"any": ["abc"]}}, (0, "id"), None),
        ({"id": "org.*", "keywords": {"any": ["abc"]}}, (0, "id"), None),
        ({"keywords": {"any": ["abc"]}, "confidential": "yes"}, (0, "confidential"), None),
        ({"keywords": {"any": ["abc"]}, "context": {"near": [1]}}, (0, "context", "near"), None),
        ({}, (0,), None),
    ],
)
def test_what_is_wrong_with_a_detector(document: dict[str, Any], path: tuple[Any, ...], nearest: str | None) -> None:
    found = problems(**document)
    assert (path, nearest) in [(problem.path, problem.nearest) for problem in found], found


def test_an_id_is_used_once_and_class_is_reserved() -> None:
    one = {"kind": "Detector", "id": "org.a", "keywords": {"any": "abc"}}
    built = Catalogue.build([one, one])
    assert isinstance(built, list) and built[0].path == (1, "id")
    assert problems(id="class.remote_url", keywords={"any": "abc"})[0].path == (0, "id")


def test_what_a_detector_finds_depends_on_those_that_compete_with_it() -> None:
    def revisions(*documents: dict[str, Any]) -> dict[str, str]:
        built = Catalogue.build([{"kind": "Detector", **one} for one in documents])
        assert isinstance(built, Catalogue)
        return dict(built.revisions)

    one: dict[str, Any] = {"id": "org.a", "keywords": {"any": ["abc"]}, "group": "words"}
    other: dict[str, Any] = {"id": "org.b", "keywords": {"any": ["abcd"]}, "group": "words"}
    alone: dict[str, Any] = {"id": "org.c", "keywords": {"any": ["abc"]}}
    before = revisions(one, other, alone)
    assert revisions({**one, "title": {"en": "x"}}, other, alone) == before
    changed = revisions(one, {**other, "not_near": ["xyz"]}, alone)
    assert changed["org.a"] != before["org.a"] and changed["org.c"] == before["org.c"]
    assert revisions(one, alone)["org.a"] != before["org.a"]
