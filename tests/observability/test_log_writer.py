"""A reader of the log that is slow, stuck or gone, over a real pipe."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime

import orjson
import pytest

from observability.logs import Log, Writer


def test_a_reader_that_is_stuck_holds_nothing_up_and_lines_are_counted() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as stream, os.fdopen(reading, "rb") as reader:
        writer = Writer(stream, most=200_000)
        log = Log(writer, clock=lambda: datetime.now(UTC))
        begun = time.perf_counter()
        for number in range(20_000):
            log.event("reload", f"{number:036}", reason="control")
        log.flush()
        assert time.perf_counter() - begun < 20, "a pipe takes 64 kB, and nobody reads it"
        assert 10_000 < log.lost < 20_000
        came: list[bytes] = []
        thread = threading.Thread(target=lambda: came.append(reader.read()))
        thread.start()
        log.close()
        writer.close(20)
        stream.close()
        thread.join(20)
        lines = [orjson.loads(line) for line in came[0].splitlines()]
        assert len(lines) == 20_000 - log.lost, "what was taken is whole"
        assert [line["call"] for line in lines] == sorted(line["call"] for line in lines)


def test_a_reader_that_is_gone_costs_nothing_but_lines() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as stream:
        writer = Writer(stream)
        log = Log(writer, clock=lambda: datetime.now(UTC))
        for _ in range(200):
            log.event("reload.refused")
        log.close()
        writer.close(20)
        assert log.lost == 200
        log.event("reload.refused")
        assert log.lost == 201, "after the end nothing is taken"


def test_lines_that_a_full_disk_does_not_take_are_counted() -> None:
    with open("/dev/full", "wb") as stream:
        writer = Writer(stream)
        log = Log(writer, clock=lambda: datetime.now(UTC))
        for _ in range(5):
            log.event("reload.refused")
        log.close()
        writer.close(20)
        assert log.lost == 5
        with suppress(OSError):
            stream.close()


def test_the_end_waits_for_what_was_taken_but_not_for_ever() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as stream, os.fdopen(reading, "rb", buffering=0) as reader:
        writer = Writer(stream)
        writer.write(b"x" * 300_000)
        begun = time.perf_counter()
        writer.close(0.05)
        assert time.perf_counter() - begun < 5
        with pytest.raises(ValueError, match="closed"):
            writer.write(b"y")
        got = 0
        while got < 300_000:
            got += len(reader.read(1 << 16))
