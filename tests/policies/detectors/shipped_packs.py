"""The shipped catalogue, read as the roof would read it. For tests of this wing only."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine

PACKS = Path(__file__).parents[3] / "policies" / "packs"
SHARED = Path(__file__).parents[3] / ".." / "shared" / "data" / "detection"


def documents() -> list[dict[str, Any]]:
    """Every document of every pack, in the order of the files."""
    texts = [path.read_text() for path in sorted(PACKS.glob("*.yaml"))]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


@cache
def engine() -> Engine:
    """An engine over the shipped packs."""
    built = Catalogue.build(documents())
    assert isinstance(built, Catalogue), built
    return Engine(built)


def engine_of(*own: dict[str, Any]) -> Engine:
    """An engine over a few detectors made up for a test."""
    built = Catalogue.build([{"kind": "Detector", **document} for document in own])
    assert isinstance(built, Catalogue), built
    return Engine(built)
