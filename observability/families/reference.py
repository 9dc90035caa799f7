"""`docs/reference/metrics.md`, made from the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from observability.families import FAMILIES, SUBJECTS, Family

_HEAD = """# Metrics

Made from `observability/families/` by `python -m observability.families`; a test compares the two.

Served as Prometheus text on the metrics listener under `/metrics`; the page is at most one second old.
Labels are names from configuration and bundle or words of the code, never what a client sent. A family that
has more label sets than its cap folds the rest into one whose labels are all `__other__`.

Of several workers there is one page: counters and histograms are added up (a worker that ends takes nothing
away; what one that was killed counted since the page was last read is lost), gauges are merged as the table
says.

What to be told of: [alerts](alerts.md)."""


def reference() -> str:
    """The whole page."""
    lines = [_HEAD]
    for subject, families in SUBJECTS.items():
        lines += ["", f"## {subject}", "", *_table(families)]
    lines += ["", "## Buckets", ""]
    lines += [f"- `{f.name}`: " + ", ".join(f"{bound:g}" for bound in f.buckets) for f in FAMILIES if f.buckets]
    return "\n".join(lines) + "\n"


def _table(families: Iterable[Family]) -> Iterator[str]:
    yield "| family | kind | labels | cap | merged | meaning |"
    yield "|---|---|---|---|---|---|"
    for family in families:
        labels = ", ".join(f"`{label}`" for label in family.labels) or "none"
        cap = str(family.cap) if family.labels else ""
        merge = family.merge if family.kind == "gauge" else "sum"
        yield f"| `{family.name}` | {family.kind} | {labels} | {cap} | {merge} | {family.help} |"
