"""The queue of review samples, written from several threads."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from gateway.identity.sealing import Sealer
from gateway.state.samples import MOST_WAITING, Sample, Samples, until

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def short_turns():  # type: ignore[no-untyped-def]
    """Threads that take turns as often as the interpreter lets them."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("short_turns")
def test_no_sample_is_lost_where_a_review_and_the_housekeeping_write_at_once(tmp_path: Path) -> None:
    samples = Samples(tmp_path / "samples", Sealer(b"k" * 32, "k"), TODAY)
    turns, both = 250, Barrier(2)

    def write() -> None:
        both.wait()
        samples.write()

    with ThreadPoolExecutor(2) as threads:
        for _ in range(turns):
            for number in range(MOST_WAITING):
                samples.take(Sample("rule", str(number), NOW, until(TODAY, 1), "a text"), b"value")
            for writing in [threads.submit(write) for _ in range(2)]:
                writing.result()
    (file,) = (tmp_path / "samples").iterdir()
    assert file.read_bytes().count(b"\n") == turns * MOST_WAITING


def test_two_workers_together_keep_no_more_of_a_day_than_one(tmp_path: Path) -> None:
    workers = [Samples(tmp_path / "samples", Sealer(b"k" * 32, "k"), TODAY) for _ in range(2)]
    for turn in range(4):
        for number, worker in enumerate(workers):
            value = b"%d of %d" % (turn, number)
            if worker.wants("rule", value, 3, TODAY):
                worker.take(Sample("rule", f"{turn}.{number}", NOW, until(TODAY, 1), "a text"), value)
        for worker in workers:
            worker.write()
    assert len(workers[0].read("rule", TODAY)) == 3
    assert not any(worker.wants("rule", b"new", 3, TODAY) for worker in workers)
