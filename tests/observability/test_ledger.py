"""The ledger as the pipeline uses it: real files, a real scribe; faults come from a disk that fails."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socket

import pytest
import uvloop

from observability.ledger import Event, Intent, Ledger, LedgerFailed, Outcome, Who, read, show, tail, uuid7
from observability.ledger.link import Child
from observability.scribe.disk import Disk
from observability.scribe.frames import Gap, scan
from observability.scribe.scribe import Durability, Scribe, Settings
from observability.scribe.segments import segments

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHO = Who("acme", "legal", ("jurists",), "p_1f", "k_1", "contracts")


def clock() -> datetime:
    return NOW


def intent(call: str | None = None) -> Intent:
    return Intent(
        call=call or uuid7(),
        at=NOW,
        who=WHO,
        dialect="openai_chat",
        operation="chat",
        model="gpt",
        stream=False,
        bytes_in=10,
        destination="alpha",
    )


def outcome(call: str) -> Outcome:
    return Outcome(call=call, at=NOW, outcome="served", status=200)


class Faulty(Disk):
    """The real disk until a switch is thrown."""

    def __init__(self) -> None:
        self.sync_error = self.append_error = self.create_error = 0
        self.room: int | None = None

    def create(self, path: Path) -> int:
        _raise(self.create_error)
        return super().create(path)

    def append(self, descriptor: int, data: bytes, offset: int) -> None:
        if self.append_error:
            super().append(descriptor, data[: len(data) // 2], offset)
        _raise(self.append_error)
        super().append(descriptor, data, offset)

    def sync(self, descriptor: int) -> None:
        _raise(self.sync_error)
        super().sync(descriptor)

    def free(self, folder: Path) -> int:
        return super().free(folder) if self.room is None else self.room


def _raise(number: int) -> None:
    if number:
        raise OSError(number, os.strerror(number))


class InThread:
    """A scribe in a thread of the test, so that its disk and its clock can be the test's."""

    def __init__(self, disk: Disk, clock: Callable[[], datetime] = clock) -> None:
        self.disk, self.clock = disk, clock

    def __call__(self, end: socket, settings: Settings) -> Child:
        thread = threading.Thread(target=Scribe(end.dup(), settings, disk=self.disk, clock=self.clock).run)
        thread.start()
        return _Thread(thread)


class _Thread:
    def __init__(self, thread: threading.Thread) -> None:
        self.thread = thread

    def wait(self, timeout: float | None = None) -> object:
        self.thread.join(timeout)
        return None


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def kinds(folder: Path) -> list[str]:
    return [one.get("event", one["record"]) for one in read(folder)]


async def test_what_was_awaited_is_in_the_file_before_close(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger", clock=clock)
    call = uuid7()
    await ledger.write(intent(call))
    assert [one["call"] for one in read(tmp_path / "ledger")] == [call]
    ledger.post(outcome(call))
    await ledger.flush()
    assert [one["record"] for one in show(tmp_path / "ledger", call)] == ["INTENT", "OUTCOME"]
    ledger.close()
    assert not ledger.ready


async def test_a_call_is_found_in_its_order_though_the_clock_was_set_back(tmp_path: Path) -> None:
    """The times of its records, and of the files, then lie before its beginning."""
    times = iter(datetime(2026, 11, 23, 12 - hours, tzinfo=UTC) for hours in range(9))
    ledger = Ledger.open(tmp_path, clock=clock)
    call = uuid7()
    await ledger.write(replace(intent(call), at=next(times)))
    ledger.post(replace(outcome(call), at=next(times)))
    ledger.close()
    for path in segments(tmp_path):
        os.utime(path, (0, 0))
    assert [one["record"] for one in show(tmp_path, call)] == ["INTENT", "OUTCOME"]


@pytest.mark.parametrize("durability", ["fsync", "write", "async"])
async def test_concurrent_writers_share_commits(tmp_path: Path, durability: Durability) -> None:
    ledger = Ledger.open(tmp_path, clock=clock, durability=durability)
    calls = [uuid7() for _ in range(300)]
    await asyncio.gather(*(ledger.write(intent(call)) for call in calls))
    await ledger.flush()
    assert [one["call"] for one in read(tmp_path)] == calls
    commits = ledger.summary()["commits"]
    assert isinstance(commits, int)
    assert commits < 60
    ledger.close()


async def test_a_posted_record_needs_no_later_write(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock)
    ledger.post(outcome("c"))
    assert ledger.pending == 1
    await until(lambda: ledger.pending == 0)
    assert [one["call"] for one in read(tmp_path)] == ["c"]
    ledger.close()


def test_records_posted_while_no_loop_runs_are_written(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock)
    ledger.post(Event(at=NOW, event="start"))
    ledger.close()
    ledger.close()
    ledger.post(Event(at=NOW, event="late"))
    assert kinds(tmp_path) == ["start"]
    assert ledger.lost == 1


async def test_a_record_that_is_no_json_is_refused_and_never_quoted(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock)
    bad = Event(at=NOW, event="x", detail={"k": b"canary"})  # type: ignore[dict-item]
    with pytest.raises(LedgerFailed) as refused:
        await ledger.write(bad)
    assert "canary" not in repr(refused.value.__context__) + str(refused.value)
    ledger.post(bad)
    assert ledger.lost == 1
    await ledger.write(intent())
    ledger.close()


async def test_a_cancelled_writer_leaves_its_record_and_the_others_alone(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock)
    first = asyncio.create_task(ledger.write(intent("gone")))
    second = asyncio.create_task(ledger.write(intent("stays")))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert [one["call"] for one in read(tmp_path)] == ["gone", "stays"]
    ledger.close()


async def test_a_sync_error_poisons_the_segment_and_refuses_those_who_wait(tmp_path: Path) -> None:
    disk = Faulty()
    ledger = Ledger.open(tmp_path, clock=clock, tick_seconds=0.02, launch=InThread(disk))
    await ledger.write(intent("before"))
    disk.sync_error = errno.EIO
    ledger.post(outcome("kept"))
    with pytest.raises(LedgerFailed, match="EIO"):
        await ledger.write(intent("refused"))
    assert not ledger.ready
    with pytest.raises(LedgerFailed):
        await ledger.write(intent("refused at once"))
    ledger.post(outcome("kept too"))
    disk.sync_error = 0
    await until(lambda: ledger.ready)
    await ledger.write(intent("after"))
    ledger.close()
    assert len(segments(tmp_path)) == 2
    second = segments(tmp_path)[1].read_bytes()
    assert [n in second for n in (b"before", b"kept", b"kept too", b"after", b'"refused')] == [
        False,
        *[True] * 3,
        False,
    ]
    poisoned = next(one for one in read(tmp_path) if one.get("event") == "ledger.poisoned")
    assert poisoned["detail"]["error"] == "EIO"
    assert poisoned["detail"]["segment"] == segments(tmp_path)[0].name
    assert len(show(tmp_path, "kept")) == 1, "written twice, shown once"


async def test_a_poisoned_segment_is_never_synced_again(tmp_path: Path) -> None:
    synced: list[int] = []

    class Once(Disk):
        def sync(self, descriptor: int) -> None:
            synced.append(os.fstat(descriptor).st_ino)
            if len(synced) == 2:
                raise OSError(errno.EIO, "lost")
            super().sync(descriptor)

    ledger = Ledger.open(tmp_path, clock=clock, launch=InThread(Once()))
    with pytest.raises(LedgerFailed):
        await ledger.write(intent())
    await until(lambda: ledger.ready)
    await ledger.write(intent())
    ledger.close()
    assert synced[0] == synced[1]
    assert synced[1] not in synced[2:]


async def test_a_full_disk_in_mid_record_tears_nothing_that_was_promised(tmp_path: Path) -> None:
    disk = Faulty()
    ledger = Ledger.open(tmp_path, clock=clock, tick_seconds=0.02, launch=InThread(disk))
    await ledger.write(intent("promised"))
    disk.append_error = errno.ENOSPC
    with pytest.raises(LedgerFailed, match="ENOSPC"):
        await ledger.write(intent("torn"))
    await until(lambda: ledger.failures > 3)
    assert len(os.listdir(tmp_path)) == 1, "the tries leave no files behind"
    disk.append_error = 0
    await until(lambda: ledger.ready)
    ledger.close()
    assert [one["call"] for one in read(tmp_path) if one["call"]] == ["promised"]
    Ledger.open(tmp_path, clock=clock).close()
    assert "ledger.recovery" in kinds(tmp_path)


async def test_room_runs_low_before_it_runs_out(tmp_path: Path) -> None:
    disk = Faulty()
    ledger = Ledger.open(tmp_path, clock=clock, reserve_bytes=1000, tick_seconds=0.01, launch=InThread(disk))
    disk.room = 2500
    await until(lambda: ledger.free <= 2500)
    assert ledger.ready
    disk.room = 1900
    await until(lambda: not ledger.ready)
    await ledger.write(intent("still admitted"))
    disk.room = 900
    await until(lambda: ledger.free <= 900)
    with pytest.raises(LedgerFailed, match="nearly full"):
        await ledger.write(intent())
    ledger.post(outcome("still admitted"))
    await ledger.flush()
    assert ledger.summary()["refused"] == 1
    disk.room = None
    await until(lambda: ledger.ready)
    ledger.close()
    assert len(show(tmp_path, "still admitted")) == 2


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A file system of 1 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a tmpfs here")
    yield folder  # type: ignore[misc]
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_disk_that_is_really_full(small: Path) -> None:
    ledger = Ledger.open(small, clock=clock, reserve_bytes=100_000, tick_seconds=0.01)
    written, ready_at_last = [], True
    with pytest.raises(LedgerFailed):
        while True:
            ready_at_last = ledger.ready
            call = uuid7()
            await ledger.write(intent(call))
            written.append(call)
            if len(written) % 50 == 0:
                await asyncio.sleep(0.02)
    assert not ready_at_last, "readiness went before the first refusal"
    for call in written:
        ledger.post(outcome(call))
        if len(written) > 2000:
            break
    (small / "filler").write_bytes(b"x" * max(0, os.statvfs(small).f_bavail * 4096 - 8192))
    ledger.close()
    found = {one["call"] for one in read(small) if one["record"] == "INTENT"}
    assert found >= set(written)


async def test_segments_rotate_by_size_and_each_names_the_one_before(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock, segment_bytes=2000)
    for _ in range(20):
        await ledger.write(intent())
    ledger.close()
    files = segments(tmp_path)
    assert len(files) > 5
    firsts = [json.loads(next(iter(scan(path.read_bytes()))).payload) for path in files]  # type: ignore[union-attr]
    assert [first["previous"] for first in firsts] == [None, *(path.name for path in files[:-1])]
    assert len(list(read(tmp_path))) == 20


async def test_segments_rotate_by_age(tmp_path: Path) -> None:
    time = [NOW]
    ledger = Ledger.open(
        tmp_path, clock=clock, segment_seconds=60, tick_seconds=0.01, launch=InThread(Disk(), lambda: time[0])
    )
    await ledger.write(intent())
    time[0] += timedelta(seconds=61)
    await until(lambda: len(segments(tmp_path)) == 2)
    ledger.close()


async def test_the_scribe_dies_and_another_goes_on(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock, tick_seconds=0.05)
    await ledger.write(intent("before"))
    os.kill(_scribe(ledger), signal.SIGKILL)
    ledger.post(outcome("before"))
    with pytest.raises(LedgerFailed):
        for _ in range(1000):
            await ledger.write(intent())
    assert not ledger.ready
    await until(lambda: ledger.ready)
    await ledger.write(intent("after"))
    assert ledger.summary()["restarts"] == 1
    ledger.close()
    assert len(show(tmp_path, "before")) == 2
    assert len(show(tmp_path, "after")) == 1
    assert {"ledger.scribe_restarted", "ledger.recovery"} <= set(kinds(tmp_path))


def _scribe(ledger: Ledger) -> int:
    link = ledger._line._link
    assert link is not None
    assert isinstance(link._child, subprocess.Popen)
    return link._child.pid


def test_a_folder_that_can_not_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerFailed, match=r"ENOTDIR|EEXIST"):
        Ledger.open(tmp_path / "file" / "ledger", clock=clock)


def test_a_torn_tail_is_written_down_and_cut(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock)
    ledger.post(Event(at=NOW, event="start"))
    ledger.close()
    path = segments(tmp_path)[0]
    data = path.read_bytes()
    path.write_bytes(data[:-20])
    again = Ledger.open(tmp_path, clock=clock)
    again.close()
    assert not any(isinstance(found, Gap) for found in scan(path.read_bytes()))
    event = next(one for one in read(tmp_path) if one.get("event") == "ledger.recovery")
    assert event["detail"]["segment"] == path.name
    assert event["detail"]["cut_at"] + event["detail"]["cut_bytes"] == len(data) - 20
    assert again.summary()["recovered"] == 1
    Ledger.open(tmp_path, clock=clock).close()
    assert kinds(tmp_path).count("ledger.recovery") == 1


CHILD = """
import asyncio, sys
from datetime import datetime, UTC
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from observability.ledger import Event, Ledger, uuid7
async def one(ledger):
    while True:
        call = uuid7()
        await ledger.write(Event(at=datetime.now(UTC), event="x", call=call))
        sys.stdout.write(call + "\\n")
        sys.stdout.flush()
async def main():
    ledger = Ledger.open(Path(sys.argv[1]), clock=lambda: datetime.now(UTC), worker=sys.argv[3])
    await asyncio.gather(*(one(ledger) for _ in range(8)))
asyncio.run(main())
"""


@pytest.mark.parametrize("whom", ["gateway", "both"])
def test_kill_9_loses_nothing_that_was_promised(tmp_path: Path, whom: str) -> None:
    root = str(Path(__file__).parents[2])
    promised: set[str] = set()
    for round_ in range(10):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), root, f"w{round_ % 2}"], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(20 + 37 * round_ % 100):
            promised.add(child.stdout.readline().strip())
        scribes = _children(child.pid) if whom == "both" else []
        for pid in [child.pid, *scribes]:
            os.kill(pid, signal.SIGKILL)
        promised.update(line.strip() for line in child.stdout if line.endswith("\n"))
        child.wait()
        child.stdout.close()
    Ledger.open(tmp_path, clock=clock).close()
    assert promised <= {one["call"] for one in read(tmp_path)}
    if whom == "both":
        assert "ledger.recovery" in kinds(tmp_path)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def test_more_than_the_socket_holds_at_once(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock)
    calls = [uuid7() for _ in range(3000)]
    await asyncio.gather(*(ledger.write(intent(call)) for call in calls))
    ledger.close()
    assert [one["call"] for one in read(tmp_path)] == calls


def test_all_of_it_on_the_loop_that_serves(tmp_path: Path) -> None:
    uvloop.run(test_the_scribe_dies_and_another_goes_on(tmp_path / "1"))
    uvloop.run(test_more_than_the_socket_holds_at_once(tmp_path / "2"))
    uvloop.run(test_a_cancelled_writer_leaves_its_record_and_the_others_alone(tmp_path / "3"))


async def test_a_disk_that_hangs_is_noticed(tmp_path: Path) -> None:
    class Hanging(Disk):
        go = threading.Event()

        def sync(self, descriptor: int) -> None:
            self.go.wait(20)
            super().sync(descriptor)

    disk = Hanging()
    disk.go.set()
    ledger = Ledger.open(tmp_path, clock=clock, stall_seconds=0.05, launch=InThread(disk))
    disk.go.clear()
    waits = asyncio.create_task(ledger.write(intent()))
    await asyncio.sleep(0)
    assert ledger.ready
    await until(lambda: not ledger.ready)
    ledger.post(outcome("x"))
    assert not waits.done()
    disk.go.set()
    await waits
    assert ledger.ready
    ledger.close()


async def test_posted_records_are_bounded_while_the_disk_hangs(tmp_path: Path) -> None:
    go = threading.Event()

    class Hanging(Disk):
        def append(self, descriptor: int, data: bytes, offset: int) -> None:
            if offset:
                go.wait(20)
            super().append(descriptor, data, offset)

    ledger = Ledger.open(tmp_path, clock=clock, launch=InThread(Hanging()))
    big = Event(at=NOW, event="x", detail={"k": "v" * 4_000_000})
    for _ in range(20):
        ledger.post(big)
    assert 8 <= ledger.lost <= 12
    go.set()
    ledger.close()
    assert len(kinds(tmp_path)) + ledger.lost == 20


def test_a_worker_s_name_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="letters"):
        Ledger.open(tmp_path, clock=clock, worker="../x")


async def test_tail_follows_all_workers(tmp_path: Path) -> None:
    old = Ledger.open(tmp_path, clock=clock, worker="w0")
    new = Ledger.open(tmp_path, clock=clock, worker="w1")
    for n in range(5):
        await new.write(replace(outcome(f"new {n}"), at=datetime.now(UTC)))
    await old.write(replace(outcome("last"), at=datetime.now(UTC)))
    old.close()
    new.close()
    assert [one["call"] for one in tail(tmp_path, 2)] == ["new 4", "last"]


async def test_tail_shows_how_calls_ended(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, clock=clock, segment_bytes=1000)
    for n in range(10):
        await ledger.write(intent(f"c{n}"))
        await ledger.write(outcome(f"c{n}"))
    ledger.close()
    assert [one["call"] for one in tail(tmp_path, 3)] == ["c7", "c8", "c9"]
