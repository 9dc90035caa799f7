"""How this month went before a start: whose part a worker reads, what it finds, and that it gets into the metrics."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.bundle.bundle import STARTER, read_papers
from gateway.documents import load
from gateway.promises import catching_up
from gateway.promises.accounts import Asked, accounts
from gateway.promises.catching_up import share
from gateway.promises.counting import Counting
from gateway.workers.station import Station
from observability.metrics import Metrics
from observability.promises.recount import Job, answer, answered, recount
from tests.conftest import OpenHouse
from tests.gateway.promises.history import replay
from tests.gateway.promises.test_calls_counted import counted

CONTRACTS = read_papers(load(STARTER)).contracts


@pytest.mark.parametrize(
    ("station", "writers", "reads"),
    [
        (Station(), {"w0": 1}, []),
        (Station(), {"w0": 3, "w1": 2}, ["w0", "w1"]),
        (Station(slot=0, of=2), {"w0": 1, "w1": 4, "w2": 4}, ["w2"]),
        (Station(slot=1, of=2), {"w0": 9, "w1": 4, "w2": 4}, ["w1"]),
        (Station(slot=1, of=2), {"w0": 9, "w1": 1}, []),
    ],
)
def test_each_segment_is_read_by_one_worker(station, writers, reads):
    assert share(station, Counter(writers)) == reads


def asked(ledger: Path, until: datetime, *workers: str) -> tuple[Counting, Job]:
    counting = Counting(Metrics())
    counting.use(CONTRACTS.values(), until.timestamp())
    return counting, Job.read(counting.asked(ledger, workers, until.timestamp()).written())


def test_what_is_found_is_what_the_account_says(tmp_path):
    ledger, until = replay(tmp_path / "ledger"), datetime(2026, 10, 20, 5, tzinfo=UTC)
    _, job = asked(ledger, until, "w0", "w1")
    found = answered(answer(recount(job)))
    (account,) = accounts(CONTRACTS, Asked((ledger,), "2026-10", until.timestamp(), frozenset({"alpha-us"})))
    # Every second attempt is the other worker's; those that ended later are for the process itself to count.
    kept = sum(hour.good for hour in account.measured.hours if hour.start < until.timestamp())
    assert found["alpha-us"]["availability", "kept"] == kept
    assert found["alpha-us"]["availability", "broken"] == 40 and found["beta-eu"]["availability", "broken"] == 240
    halves = [recount(asked(ledger, until, worker)[1])["alpha-us"] for worker in ("w0", "w1")]
    assert (halves[0] + halves[1])["availability", "kept"] == kept and all(half.total() for half in halves)


async def test_what_lies_in_the_working_directory_is_not_run(tmp_path, monkeypatch):
    ledger, until = replay(tmp_path / "ledger"), datetime(2026, 10, 20, 5, tzinfo=UTC)
    for module in ("observability/__init__", "orjson", "json"):
        planted = tmp_path / f"{module}.py"
        planted.parent.mkdir(exist_ok=True)
        planted.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    _, job = asked(ledger, until, "w0", "w1")
    assert answered(await catching_up._asked(job)) == recount(job)
    assert not (tmp_path / "ran").exists()


def test_an_answer_of_other_terms_does_not_count(tmp_path):
    until = datetime(2026, 10, 20, tzinfo=UTC)
    counting, job = asked(tmp_path, until, "w0")
    found = {name: Counter({("availability", "kept"): 7}) for name in ("alpha-us", "beta-eu", "internal")}
    counting.use([c for c in CONTRACTS.values() if c.id != "beta-eu"], datetime(2026, 11, 2, tzinfo=UTC).timestamp())
    counting.told(job, found)
    counting.use(CONTRACTS.values(), until.timestamp())
    counting.told(job, found)
    metrics = counting._metrics
    counting.look(until.timestamp())
    series = {tuple(labels): n for labels, n in metrics.snapshot()["ecluse_contract_month_requests"]}
    assert series == {("alpha-us", "availability", "kept"): 7, ("beta-eu", "availability", "kept"): 7}


async def test_a_gateway_started_again_goes_on_with_the_month(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.promises.catching_up.AFTER", 0.0)
    async with open_house() as house:
        assert (await house.chat("Bonjour")).status_code == 200
        await house.fault("alpha", "malformed=1")
        assert (await house.chat("Bonjour")).status_code == 200
        before = await counted(house, "month_requests")
        assert before["alpha-us", "availability", "broken"] == 1
    async with open_house() as house:
        assert await counted(house, "promise_total") == {}
        async with asyncio.timeout(60):
            while await counted(house, "month_requests") != before:
                await asyncio.sleep(0.05)
