from __future__ import annotations

from pathlib import Path

import pytest
from shipped_packs import engine

from policies.detectors.checks import CHECKS
from policies.findings import PART_CLASSES, class_detector

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "detectors.md").read_text()
NAMES = [*engine().catalogue.detectors, *CHECKS, *map(class_detector, PART_CLASSES)]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_names_it(name: str) -> None:
    assert f"`{name}`" in PAGE
