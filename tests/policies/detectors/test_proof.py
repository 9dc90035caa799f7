from __future__ import annotations

from typing import Any

import pytest
from shipped_packs import engine, engine_of

from policies.detectors.proof import unproven


def faults(**keys: Any) -> list[tuple[str | int, ...]]:
    detector = engine_of({"id": "org.helios", "keywords": {"any": ["helios"]}, **keys}).catalogue.detectors[
        "org.helios"
    ]
    return [fault.path for fault in unproven(detector)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, []),
        ({"examples": {"hit": ["le projet Hélios"], "miss": ["heliostat", "rien"]}}, []),
        ({"examples": {"hit": ["helios", "heliostat"], "miss": ["helios"]}}, [("hit", 1), ("miss", 0)]),
        ({"examples": {"hit": ["helios et panneau"]}, "not_near": ["panneau"]}, [("hit", 0)]),
    ],
)  # fmt: skip
def test_examples_are_tried(keys: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    assert faults(**keys) == [("examples", *place) for place in expected]


def test_shipped_detectors_stand_by_themselves() -> None:
    """A company may take a shipped detector over: its examples must not lean on the rest of the catalogue."""
    alone = {name: [*unproven(one)] for name, one in engine().catalogue.detectors.items() if name.startswith("secret.")}
    assert not any(alone.values()), alone
