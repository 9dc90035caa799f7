"""`docs/reference/metrics.md`, made from the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from observability.families import FAMILIES, SUBJECTS, Family

_HEAD = """# Metrics

Made from `observability/families/` by `python -m observability.families`; a test compares the two.

Served as Prometheus text on the metrics listener under `/metrics`; the page is at most one second old.
Labels are names from configuration and bundle or words of the code, never what a client sent. A family that
has more label sets than its cap folds the rest into one whose labels are all `__other__`; the labels named
after "keeps" are folded last, so that totals by them stay right. `ecluse_telemetry_folded_total` counts that.

A scraper that asks for OpenMetrics (Prometheus does) gets it, and with it exemplars: each bucket of a histogram
marked "calls" names the last call that fell into it (`call_id`, for `ecluse ledger show`) and its trace where
one is kept (`trace_id`). Prometheus keeps them with `--enable-feature=exemplar-storage`.

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
        if family.keep:
            cap += ", keeps " + ", ".join(f"`{label}`" for label in family.keep)
        kind = f"{family.kind}, calls" if family.exemplars else family.kind
        merge = family.merge if family.kind == "gauge" else "sum"
        yield f"| `{family.name}` | {kind} | {labels} | {cap} | {merge} | {family.help} |"
