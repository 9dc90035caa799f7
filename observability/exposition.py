"""The page of metrics as text: Prometheus' own format, and OpenMetrics where it is asked for.

Written by ourselves since the page is made on the loop that relays calls: what never changes of a series (its name and
labels) is put together once, so that a page costs its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Literal, NamedTuple

from observability.families import Family

Labels = tuple[str, ...]
Format = Literal["text", "openmetrics"]

CONTENT_TYPES: dict[Format, str] = {
    "text": "text/plain; version=0.0.4; charset=utf-8",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
}
_LONGEST = 1_000  # characters of an `accept` header that are read
END: dict[Format, str] = {"text": "", "openmetrics": "# EOF\n"}


class Exemplar(NamedTuple):
    """A call that stands for the others in its bucket. trace: "" where it isn't traced. at: Unix time."""

    call: str
    trace: str
    value: float
    at: float


def format_for(accept: str) -> Format:
    """What a scraper that sends this `accept` header is given."""
    weights: dict[str, float] = {}
    for said in accept[:_LONGEST].lower().split(","):
        kind, *parameters = (part.strip() for part in said.split(";"))
        weights[kind] = max(weights.get(kind, 0.0), _weight(parameters))
    plain = max(weights.get(kind, 0.0) for kind in ("text/plain", "text/*"))
    open_ = weights.get("application/openmetrics-text", 0.0)
    return "openmetrics" if open_ > 0.0 and open_ >= plain else "text"


def _weight(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


class Writer:
    """Writes one family. Remembers the texts of its series for as long as they are on the page."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._known: dict[Labels, str] = {}
        self._buckets: dict[Labels, tuple[str, ...]] = {}
        self._heads: dict[Format, str] = {"text": _head(family, family.name), "openmetrics": _open_head(family)}

    def values(self, values: Mapping[Labels, float], format_: Format) -> str:
        """A counter or a gauge."""
        known = self._known
        if len(known) > 2 * len(values) + 16:
            known.clear()  # revisions, contracts that are gone
        lines = [self._heads[format_]]
        for labels, value in values.items():
            begin = known.get(labels)
            if begin is None:
                begin = known[labels] = f"{self._family.name}{self._written(labels)} "
            lines.append(f"{begin}{_number(value)}\n")
        return "".join(lines)

    def cells(
        self,
        series: Mapping[Labels, list[float]],
        exemplars: Mapping[Labels, Mapping[int, Exemplar]],
        format_: Format,
    ) -> str:
        """A histogram. Of each series: one cell a bucket, one for what is above all of them, and the sum."""
        lines = [self._heads[format_]]
        for labels, cells in series.items():
            begins = self._buckets.get(labels)
            if begins is None:
                begins = self._buckets[labels] = tuple(self._begins(labels))
            numbers = [*accumulate(cells[:-1])]
            numbers += numbers[-1], cells[-1]
            shown = exemplars.get(labels) if format_ == "openmetrics" else None
            if shown:
                ends = (_shown(shown[n]) if n in shown else "" for n in range(len(numbers)))
                lines += [f"{b}{n!r}{end}\n" for b, n, end in zip(begins, numbers, ends, strict=True)]
            else:
                lines += [f"{b}{n!r}\n" for b, n in zip(begins, numbers, strict=True)]
        return "".join(lines)

    def _begins(self, labels: Labels) -> Iterator[str]:
        name = self._family.name
        for bound in (*map(str, self._family.buckets), "+Inf"):
            yield f"{name}_bucket{self._written(labels, bound)} "
        yield f"{name}_count{self._written(labels)} "
        yield f"{name}_sum{self._written(labels)} "

    def _written(self, labels: Labels, bound: str = "") -> str:
        named = [*zip(self._family.labels, labels, strict=True), *([("le", bound)] if bound else [])]
        pairs = ",".join(f'{name}="{_quoted(value)}"' for name, value in sorted(named))
        return f"{{{pairs}}}" if pairs else ""


def _number(value: float) -> str:
    written = repr(value)
    return written if written[-1] != "f" else written.replace("inf", "Inf")


def _shown(exemplar: Exemplar) -> str:
    trace = f',trace_id="{_quoted(exemplar.trace)}"' if exemplar.trace else ""
    return f' # {{call_id="{_quoted(exemplar.call)}"{trace}}} {exemplar.value!r} {exemplar.at:.3f}'


def _quoted(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _head(family: Family, name: str) -> str:
    return f"# HELP {name} {_quoted(family.help)}\n# TYPE {name} {family.kind}\n"


def _open_head(family: Family) -> str:
    """OpenMetrics names a counter without the ending of its series, and knows units."""
    name = family.name.removesuffix("_total") if family.kind == "counter" else family.name
    unit = name.rpartition("_")[2]
    return _head(family, name) + (f"# UNIT {name} {unit}\n" if unit in ("seconds", "bytes", "ratio") else "")
