"""The page as scrapers read it: the parsers of prometheus_client stand for them."""

from __future__ import annotations

import asyncio
import math
import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_text

from observability.exposition import Exemplar, Format, format_for
from observability.families import FAMILIES, Family
from observability.metrics import Metrics
from observability.processes import _most_files, _open_files, show, taken

TABLE = (
    Family("x_total", "counter", 'Says \\ and "so".\nTwice.', ("b", "a")),
    Family("y_seconds", "histogram", "Y.", ("z",), (0.00005, 0.1, 1.0), exemplars=True),
    Family("w_bytes", "gauge", "W.", ("v",)),
)
labels = st.text(max_size=8).filter(lambda text: ("\r" not in text and text.isprintable()) or text in ("\n", "\\", '"'))
numbers = st.floats(allow_nan=False, min_value=0.0) | st.just(math.inf)
CALL = "0190a0b0-0000-7000-8000-000000000000"


def read(metrics: Metrics, format_: Format) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    parse = read_open if format_ == "openmetrics" else read_text
    families = parse(metrics.page(format_).decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


@pytest.mark.parametrize("format_", ["text", "openmetrics"])
@given(
    st.dictionaries(st.tuples(labels, labels), numbers, max_size=5), st.lists(st.tuples(labels, numbers), max_size=8)
)
def test_what_is_counted_is_read(
    format_: Format, counts: dict[tuple[str, str], float], waits: list[tuple[str, float]]
) -> None:
    metrics = Metrics(TABLE)
    for key, amount in counts.items():
        metrics.inc("x_total", key, amount)
        metrics.set("w_bytes", (key[0],), amount)
    for label, wait in waits:
        metrics.observe("y_seconds", (label,), wait, Exemplar(CALL, "", wait, 1.5))
    found = read(metrics, format_)
    for (b, a), amount in counts.items():
        assert found["x_total", frozenset({("a", a), ("b", b)})] == amount
    for label in {label for label, _ in waits}:
        series = [wait for other, wait in waits if other == label]
        for bound in (0.00005, 0.1, 1.0):
            bucket = ("y_seconds_bucket", frozenset({("z", label), ("le", str(bound))}))
            assert found[bucket] == sum(wait <= bound for wait in series)
        assert found["y_seconds_count", frozenset({("z", label)})] == len(series)
        assert found["y_seconds_sum", frozenset({("z", label)})] == pytest.approx(sum(series))


def test_the_whole_table_is_openmetrics() -> None:
    """Every family with a series: the parser refuses wrong names, units, orders, and a missing end."""
    metrics = Metrics()
    for family in FAMILIES:
        given_labels = tuple("a" for _ in family.labels)
        if family.kind == "histogram":
            exemplar = Exemplar(CALL, "ab" * 16, 0.2, 1.7e9) if family.exemplars else None
            metrics.observe(family.name, given_labels, 0.2, exemplar)
        else:
            metrics.set(family.name, given_labels, 1.0)
    found = {family.name: family for family in read_open(metrics.page("openmetrics").decode())}
    assert len(found) == len(FAMILIES)
    assert found["ecluse_request_seconds"].unit == "seconds"
    shown = [s.exemplar for s in found["ecluse_request_seconds"].samples if s.exemplar is not None]
    assert [(one.labels, one.value, float(one.timestamp)) for one in shown] == [
        ({"call_id": CALL, "trace_id": "ab" * 16}, 0.2, 1.7e9)
    ]
    assert b"call_id" not in metrics.page("text")


def test_the_newest_call_stands_for_its_bucket() -> None:
    metrics = Metrics(TABLE)
    for call in ("first", "second"):
        metrics.observe("y_seconds", ("a",), 0.05, Exemplar(call, "", 0.05, 1.0))
    page = metrics.page("openmetrics").decode()
    assert 'le="0.1",z="a"} 2.0 # {call_id="second"} 0.05 1.000' in page
    assert "first" not in page


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "text"),
        ("*/*", "text"),
        ("text/plain", "text"),
        ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.9", "text"),
        ("application/openmetrics-text;q=0", "text"),
        ("application/openmetrics-text;q=nonsense", "text"),
        ("application/openmetrics-text", "openmetrics"),
        # What Prometheus 2.42 sends.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
            "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            "openmetrics",
        ),
    ],
)
def test_a_scraper_is_given_what_it_prefers(accept: str, expected: str) -> None:
    assert format_for(accept) == expected


@given(st.text(max_size=60))
def test_any_accept_header_is_answered(accept: str) -> None:
    assert format_for(accept) in ("text", "openmetrics")


async def test_a_page_lets_others_have_their_turn() -> None:
    metrics = Metrics((Family("x_total", "counter", "X.", ("a",), cap=5000), *TABLE[1:]), clock=lambda: 0.0)
    for n in range(5000):
        metrics.inc("x_total", (str(n),))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    page = await metrics.paced_page()
    assert turns > 0
    beside.cancel()
    assert page is metrics.page(), "kept for a second"
    assert page.count(b"\nx_total{") == 5000


def test_what_this_process_takes() -> None:
    found = taken(os.getpid())
    assert found is not None
    assert found.cpu > 0 and found.memory > 1 << 20 and 0 < found.open_files <= (found.most_files or 1 << 30)
    assert found.started > 1.6e9
    assert taken(0) is None, "there is no such process"


def test_open_files_are_counted_whether_the_kernel_tells_or_not() -> None:
    own = Path("/proc/self")
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(open(os.devnull))
        assert 0 <= len(os.listdir(own / "fd")) - _open_files(own / "fd") <= 1, "a list opens the folder itself"
    assert (own / "task").stat().st_size == 0, "as of all folders there before Linux 6.2"
    assert _open_files(own / "task") == len(os.listdir(own / "task"))


def test_processes_that_are_gone_leave_the_page() -> None:
    metrics = Metrics()
    show(metrics, {"w0": os.getpid(), "bridge": None})
    assert [labels for labels, _ in metrics.snapshot()["process_open_fds"]] == [["w0"]]
    show(metrics, {"w1": os.getpid()})
    assert [labels for labels, _ in metrics.snapshot()["process_open_fds"]] == [["w1"]]


def test_what_nothing_bounds_has_no_bound() -> None:
    assert _most_files("Max open files            unlimited            unlimited            files\n") is None
    assert _most_files("Max open files            1024                 4096                 files\n") == 1024
