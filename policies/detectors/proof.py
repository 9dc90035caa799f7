"""A detector's own examples, tried: it must find each `hit` and no `miss`."""

from __future__ import annotations

from collections.abc import Iterator

from policies.detectors.budget import ScanBudgetExceeded
from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine
from policies.detectors.model import Detector, Problem

# As sure as rules ask for unless they say otherwise.
_SURE = 0.75
_SAID = {
    "hit": "the detector doesn't find this example (with a confidence of 0.75 or more)",
    "miss": "the detector finds something in this example",
}


def unproven(detector: Detector) -> Iterator[Problem]:
    """The examples that the detector, alone, judges otherwise than they say. Nothing of their words is repeated."""
    if detector.index or not any(detector.examples.values()):
        return
    engine = Engine(Catalogue({detector.id: detector}, ""))
    for kind, texts in detector.examples.items():
        for index, text in enumerate(texts):
            try:
                found = any(one.confidence >= _SURE for one in engine.scan([text])[0])
            except ScanBudgetExceeded:
                yield Problem(("examples", kind, index), "this example costs more to scan than its length allows")
                continue
            if found != (kind == "hit"):
                yield Problem(("examples", kind, index), _SAID[kind])
