"""The table of families, the accumulators, the page."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from observability.families import FAMILIES, Family
from observability.families.reference import reference
from observability.metrics import Metrics

ROOT = Path(__file__).parents[2]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def samples(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.page().decode())
        for sample in family.samples
    }


def test_the_reference_is_made_from_the_table() -> None:
    written = (ROOT / "docs/reference/metrics.md").read_text()
    assert written == reference(), "run: python -m observability.families > docs/reference/metrics.md"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_names_follow_the_conventions(family: Family) -> None:
    assert re.fullmatch(r"(ecluse|process)_[a-z][a-z_]*[a-z]", family.name)
    assert set(family.keep) <= set(family.labels)
    assert family.kind == "histogram" or not family.exemplars
    assert (family.kind == "counter") == family.name.endswith("_total")
    assert bool(family.buckets) == (family.kind == "histogram")
    assert list(family.buckets) == sorted(set(family.buckets))
    assert not {"user", "person", "key", "path", "le"} & set(family.labels)
    assert family.help.endswith(".")
    assert "milli" not in family.name


def test_names_are_unique() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


def test_every_family_is_on_the_page_from_the_start() -> None:
    page = Metrics().page().decode()
    for family in FAMILIES:
        assert f"# TYPE {family.name} {family.kind}" in page, family.name


def test_what_is_counted_is_on_the_page() -> None:
    clock = Clock()
    metrics = Metrics(clock=clock)
    metrics.inc("ecluse_attempts_total", ("alpha", "ok"))
    metrics.inc("ecluse_attempts_total", ("alpha", "ok"), 2.0)
    metrics.set("ecluse_in_flight", (), 7.0)
    metrics.observe("ecluse_overhead_seconds", ("openai_chat",), 0.0001)
    metrics.observe("ecluse_overhead_seconds", ("openai_chat",), 0.3)
    metrics.observe("ecluse_overhead_seconds", ("openai_chat",), 99.0)
    found = samples(metrics)
    assert found["ecluse_attempts_total", ("alpha", "ok")] == 3.0
    assert found["ecluse_in_flight", ()] == 7.0
    assert found["ecluse_overhead_seconds_bucket", ("openai_chat", "5e-05")] == 0.0
    assert found["ecluse_overhead_seconds_bucket", ("openai_chat", "0.0001")] == 1.0, "bounds are inclusive"
    assert found["ecluse_overhead_seconds_bucket", ("openai_chat", "1.0")] == 2.0
    assert found["ecluse_overhead_seconds_bucket", ("openai_chat", "+Inf")] == 3.0
    assert found["ecluse_overhead_seconds_count", ("openai_chat",)] == 3.0
    assert found["ecluse_overhead_seconds_sum", ("openai_chat",)] == pytest.approx(99.3001)


def test_the_page_is_a_second_old_at_most() -> None:
    clock = Clock()
    metrics = Metrics(clock=clock)
    first = metrics.page()
    metrics.set("ecluse_in_flight", (), 1.0)
    clock.now = 0.9
    assert metrics.page() is first
    clock.now = 1.0
    assert b"ecluse_in_flight 1.0" in metrics.page()


def test_of_gauges_that_fold_the_one_that_matters_is_shown() -> None:
    metrics = Metrics()
    for day in range(400):
        # The cap holds 200 of them: the first to end is neither among those nor the last that is told.
        metrics.set("ecluse_contract_expiry_timestamp_seconds", (f"c{day}",), 1.0 if day == 300 else 1_000.0 + day)
    for number in range(1_500):
        metrics.set("ecluse_breaker_state", (f"d{number}", "server", "all"), 2.0 if number == 1_200 else 0.0)
        metrics.set("ecluse_destination_in_flight", (f"d{number}",), 1.0)
    found = samples(metrics)
    assert found["ecluse_contract_expiry_timestamp_seconds", ("__other__",)] == 1.0
    assert found["ecluse_breaker_state", ("__other__",) * 3] == 2.0
    assert sum(v for (name, _), v in found.items() if name == "ecluse_destination_in_flight") == 1_500.0


def test_a_gauge_that_folded_is_shown_as_it_was_set_last() -> None:
    family = Family("ecluse_x", "gauge", "Help.", ("name",), cap=1)
    metrics = Metrics((family,), clock=(clock := Clock()))
    shown = list[float]()
    for name, value in (("a", 9.0), ("b", 3.0), ("c", 5.0), ("c", 2.0), ("b", 1.0)):
        metrics.set("ecluse_x", (name,), value)
        clock.now += 10
        shown.append(samples(metrics).get(("ecluse_x", ("__other__",)), 0.0))
    assert shown == [0.0, 3.0, 5.0, 3.0, 2.0]
    metrics.forget("ecluse_x")
    metrics.set("ecluse_x", ("a",), 1.0)
    metrics.set("ecluse_x", ("c",), 1.0)
    clock.now += 10
    assert samples(metrics)["ecluse_x", ("__other__",)] == 1.0


def test_a_family_that_is_full_folds_the_rest() -> None:
    family = Family("ecluse_x_total", "counter", "X.", ("a", "b"), cap=3)
    timing = Family("ecluse_y_seconds", "histogram", "Y.", ("a",), (1.0,), cap=2)
    metrics = Metrics((family, timing))
    for n in range(1000):
        metrics.inc("ecluse_x_total", (str(n), "b"))
        metrics.observe("ecluse_y_seconds", (str(n),), 0.5)
    metrics.inc("ecluse_x_total", ("0", "b"))
    found = samples(metrics)
    assert found["ecluse_x_total", ("__other__", "__other__")] == 997.0
    assert found["ecluse_x_total", ("0", "b")] == 2.0
    assert found["ecluse_y_seconds_count", ("__other__",)] == 998.0
    assert len([name for name, _ in found if name == "ecluse_x_total"]) == 4


def test_a_full_family_keeps_the_labels_that_totals_are_made_by() -> None:
    family = Family("ecluse_x_total", "counter", "X.", ("outcome", "team"), cap=4, keep=("outcome",))
    metrics = Metrics((family, *(f for f in FAMILIES if f.name == "ecluse_telemetry_folded_total")))
    for n in range(20):
        metrics.inc("ecluse_x_total", ("served" if n % 2 else "failed", str(n)))
    for n in range(20):
        metrics.inc("ecluse_x_total", (f"made up {n}", "a"))
    found = samples(metrics)
    assert found["ecluse_x_total", ("served", "__other__")] == 8.0
    assert found["ecluse_x_total", ("failed", "__other__")] == 8.0
    assert found["ecluse_x_total", ("__other__", "__other__")] == 20.0
    assert len([name for name, _ in found if name == "ecluse_x_total"]) == 4 + 2 + 1
    assert found["ecluse_telemetry_folded_total", ("ecluse_x_total",)] == 36.0


def test_the_page_says_how_many_series_it_has() -> None:
    metrics = Metrics()
    before = samples(metrics)["ecluse_telemetry_series", ()]
    metrics.inc("ecluse_unidentified_total", ("no_key",))
    metrics.observe("ecluse_overhead_seconds", ("openai_chat",), 0.1)
    assert metrics.series == before + 2


def test_a_watched_value_is_asked_for_with_the_page() -> None:
    clock, value = Clock(), [1.0]
    metrics = Metrics(clock=clock)
    metrics.watch("ecluse_in_flight", (), lambda: value[0])
    value[0] = 5.0
    assert samples(metrics)["ecluse_in_flight", ()] == 5.0


def test_a_revision_that_is_gone_leaves_the_page() -> None:
    metrics = Metrics()
    metrics.set("ecluse_revision_info", ("a", "b", "c"))
    metrics.forget("ecluse_revision_info")
    metrics.set("ecluse_revision_info", ("d", "b", "c"))
    assert [labels for name, labels in samples(metrics) if name == "ecluse_revision_info"] == [("d", "c", "b")], (
        "sorted by name"
    )


def test_what_the_table_does_not_have_is_an_error() -> None:
    metrics = Metrics()
    with pytest.raises(KeyError):
        metrics.inc("ecluse_no_such_total")
    with pytest.raises(ValueError, match="labels"):
        metrics.inc("ecluse_attempts_total", ("alpha",))
    with pytest.raises(ValueError, match="labels"):
        metrics.observe("ecluse_overhead_seconds", (), 1.0)


def test_labels_are_quoted_on_the_page() -> None:
    metrics = Metrics()
    metrics.inc("ecluse_unidentified_total", ('a"\n\\',))
    assert samples(metrics)["ecluse_unidentified_total", ('a"\n\\',)] == 1.0


def test_counting_is_cheap() -> None:
    """0.5 us a call on an idle machine; ten times that here, where others share the cores."""
    metrics, labels = Metrics(), ("served", "openai_chat", "gpt", "legal", "contracts")
    began = time.perf_counter()
    for _ in range(20_000):
        metrics.inc("ecluse_requests_total", labels)
        metrics.observe("ecluse_overhead_seconds", ("openai_chat",), 0.0004)
    assert (time.perf_counter() - began) / 40_000 < 5e-6
