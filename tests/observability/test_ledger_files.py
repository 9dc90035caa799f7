"""The form of segments: what is whole is read, what is not is never taken for a record."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.scribe.disk import Disk
from observability.scribe.frames import HEAD, Frame, Gap, frame, last, scan
from observability.scribe.recovery import sweep, unsealed
from observability.scribe.segments import Segment, seal, segments

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
payloads = st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=8)


def whole(parts: list[bytes]) -> bytes:
    return b"".join(frame(i, part) for i, part in enumerate(parts))


def records(data: bytes) -> list[bytes]:
    return [found.payload for found in scan(data) if isinstance(found, Frame)]


@given(payloads)
def test_what_was_framed_is_read_back(parts: list[bytes]) -> None:
    assert [(f.number, f.payload) for f in scan(whole(parts)) if isinstance(f, Frame)] == list(enumerate(parts))


@given(payloads, st.data())
def test_a_torn_tail_costs_only_the_record_it_tears(parts: list[bytes], data: st.DataObject) -> None:
    raw = whole(parts)
    cut = data.draw(st.integers(0, len(raw)))
    found = list(scan(raw[:cut]))
    kept = records(raw[:cut])
    assert kept == parts[: len(kept)]
    assert sum(HEAD + len(part) for part in kept) + sum(f.end - f.start for f in found if isinstance(f, Gap)) == cut


@given(payloads, st.data())
def test_a_flipped_bit_costs_only_the_record_it_is_in(parts: list[bytes], data: st.DataObject) -> None:
    raw = bytearray(whole(parts))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    kept = records(bytes(raw))
    assert len(kept) == len(parts) - 1
    assert all(part in parts for part in kept)
    assert sum(isinstance(found, Gap) for found in scan(bytes(raw))) == 1


@given(st.binary(max_size=200))
def test_noise_is_no_record(noise: bytes) -> None:
    assert records(noise) == []
    assert last(noise) is None


def test_every_single_bit_flip_of_a_segment_is_seen() -> None:
    parts = [b'{"record":"INTENT"}', b'{"record":"OUTCOME"}']
    raw = whole(parts)
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        assert records(bytes(flipped)) != parts


def segment(folder: Path) -> Segment:
    return Segment.create(Disk(), folder, worker="w0", incarnation="i", number=1, previous=None, now=NOW)


def test_a_segment_has_its_name_only_when_its_first_record_is_on_the_disk(tmp_path: Path) -> None:
    seen: list[str] = []

    class Watched(Disk):
        def sync(self, descriptor: int) -> None:
            seen.append("sync with " + ",".join(path.suffix for path in tmp_path.iterdir()))
            super().sync(descriptor)

        def sync_folder(self, folder: Path) -> None:
            seen.append("folder with " + ",".join(path.suffix for path in tmp_path.iterdir()))
            super().sync_folder(folder)

    Segment.create(Watched(), tmp_path, worker="w0", incarnation="i", number=1, previous=None, now=NOW).abandon()
    assert seen == ["sync with .new", "folder with .ecl"]


def test_two_incarnations_in_the_same_microsecond_get_two_files(tmp_path: Path) -> None:
    one, two = segment(tmp_path), segment(tmp_path)
    assert len(segments(tmp_path)) == 2
    one.abandon()
    two.abandon()


def test_a_segment_that_is_written_to_is_left_alone(tmp_path: Path) -> None:
    alive = segment(tmp_path)
    assert list(unsealed(Disk(), tmp_path)) == []
    alive.abandon()
    assert [one.records for one in unsealed(Disk(), tmp_path)] == [1]


def test_a_sealed_segment_needs_no_recovery(tmp_path: Path) -> None:
    segment(tmp_path).seal("close", NOW)
    assert list(unsealed(Disk(), tmp_path)) == []
    assert records(segments(tmp_path)[0].read_bytes())[-1] == seal(1, "close", NOW)


def test_a_segment_sealed_by_another_worker_meanwhile_is_not_recovered(tmp_path: Path) -> None:
    other = segment(tmp_path)

    class Late(Disk):
        """The other worker seals between our look and our claim."""

        def claim(self, path: Path) -> int | None:
            other.seal("close", NOW)
            return super().claim(path)

    assert list(unsealed(Late(), tmp_path)) == []
    assert records(segments(tmp_path)[0].read_bytes())[-1] == seal(1, "close", NOW)


def test_a_segment_given_up_by_another_worker_meanwhile_stops_no_start(tmp_path: Path) -> None:
    other = segment(tmp_path)

    class Late(Disk):
        def claim(self, path: Path) -> int | None:
            other.discard()
            return super().claim(path)

    assert list(unsealed(Late(), tmp_path)) == []


def test_a_new_file_swept_before_it_is_locked_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, swept = fcntl.flock, []

    def slow(descriptor: int, operation: int) -> None:
        if not swept:
            swept.append(operation)
            sweep(Disk(), tmp_path)  # another worker starts between our file's making and its lock
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", slow)
    descriptor = Disk().create(tmp_path / "one.new")
    assert os.fstat(descriptor).st_nlink == 1 and (tmp_path / "one.new").exists()
    sweep(Disk(), tmp_path)
    assert (tmp_path / "one.new").exists(), "it is locked now"
    os.close(descriptor)


def test_damage_before_whole_records_is_kept_as_it_is(tmp_path: Path) -> None:
    broken = segment(tmp_path)
    broken.append([b'{"n":1}', b'{"n":2}'])
    broken.abandon()
    path = segments(tmp_path)[0]
    data = bytearray(path.read_bytes())
    data[data.index(b'{"n":1}') + 3] ^= 1
    path.write_bytes(data)
    (found,) = unsealed(Disk(), tmp_path)
    assert (found.records, found.torn, len(found.damage)) == (2, len(data), 1)
    assert b'"damaged"' in found.event(NOW)
    found.finish(Disk(), NOW)
    assert path.read_bytes().startswith(bytes(data))
