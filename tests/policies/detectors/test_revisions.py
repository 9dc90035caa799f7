"""What a detector finds by, as hashes: and what holds of a text where a detector can only find less than before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine

PACKS = Path(__file__).parents[3] / "policies" / "packs"
SHIPPED = [d for file in sorted(PACKS.glob("*.yaml")) for d in yaml.safe_load_all(file.read_text())]
ACCOUNT = "FR06 7314 2288 6168 8647 0334 922"


def engine(**changed: dict[str, Any]) -> Engine:
    """The shipped detectors with more keys in some."""
    more = {name.replace("__", "."): value for name, value in changed.items()}
    built = Catalogue.build([{**d, **more.get(d["id"], {})} for d in SHIPPED])
    assert isinstance(built, Catalogue), built
    return Engine(built)


BEFORE = engine()


@pytest.mark.parametrize(
    "less", [{"ignore": [ACCOUNT]}, {"not_near": ["manuel"]}, {"not_near": ["manuel", "exemple"], "ignore": [ACCOUNT]}]
)
def test_less_is_told_from_different(less: dict[str, Any]) -> None:
    after = engine(fin__iban=less)
    changed = {name for name, revision in after.revisions.items() if BEFORE.revisions[name] != revision}
    told = after.narrowed(BEFORE.revisions)
    assert told.keys() == changed > {"fin.iban"}, "those that it competes with changed for the same reason"
    assert set(told.values()) == {frozenset({"fin.iban"})}
    assert BEFORE.narrowed(after.revisions) == {}, "taken back, it can find more"
    assert after.narrowed(after.revisions) == {}


def test_anything_else_is_no_less() -> None:
    other = engine(fin__iban={"ignore": [ACCOUNT]}, fr__nir={"group": "apart"})
    assert other.narrowed(BEFORE.revisions).keys() == set()
    both = engine(fin__iban={"ignore": [ACCOUNT]}, fr__nir={"stop": ["x" * 9]})
    assert both.narrowed(BEFORE.revisions).keys() == set()
    another = "GB56HXDO88167774656119"
    grown = engine(fin__iban={"ignore": [ACCOUNT, another]})
    assert "fin.iban" in grown.narrowed(engine(fin__iban={"ignore": ACCOUNT}).revisions)
    newer = {name: revision.replace("-", "-9", 1) for name, revision in BEFORE.revisions.items()}
    assert grown.narrowed(newer) == {}, "another algorithm"


def test_a_text_in_which_it_found_nothing_holds_the_same_findings() -> None:
    words = ["manuel", "carte", "compte", "exemple"]
    after = engine(fin__iban={"not_near": words, "ignore": [ACCOUNT]})
    hits = [text for d in SHIPPED for text in (d.get("examples") or {}).get("hit", ())]
    texts = [*hits, *(f"{word} {text} {ACCOUNT[:14]}" for word in words for text in hits)]
    same = 0
    for text in texts:
        (was,), (now,) = BEFORE.scan([text]), after.scan([text])
        if all(f.detector != "fin.iban" for f in was):
            assert [(f.detector, f.start, f.end, f.confidence) for f in was] == [
                (f.detector, f.start, f.end, f.confidence) for f in now
            ], text
            same += 1
    assert same > 500
