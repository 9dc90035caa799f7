"""What a metric family is, and the buckets that histograms share."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["counter", "gauge", "histogram"]
Rule = Literal["sum", "max", "min"]

FAST = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
CALL = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
GAP = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
SIZE = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0)


class Family(NamedTuple):
    """One metric family. cap: label sets above this many fold into one whose labels are all `__other__`.

    merge: what the page of several workers shows of a gauge; counters and histograms are added up. keep: labels that
    aren't folded, while half as many label sets as the cap are enough for that: totals by these stay right.
    exemplars: whether its buckets name a call each, where the page is OpenMetrics.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    cap: int = 200
    merge: Rule = "max"
    keep: tuple[str, ...] = ()
    exemplars: bool = False
