"""Files that several workers write."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alone import alone, replace


def test_one_at_a_time_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "state" / "some.json"
    with alone(file):
        with pytest.raises(BlockingIOError), alone(file, 0.02):
            raise AssertionError("two at once")
        with alone(tmp_path / "another.json", 0.02):
            replace(file, b"1")
    with alone(file, 0.02):
        replace(file, b"2")
    assert file.read_bytes() == b"2"
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in file.parent.iterdir()) == ["some.json", "some.json.lock"]


def test_what_cannot_be_replaced_stays(tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    replace(file, b"1")
    (tmp_path / "some.json.new").mkdir()
    with pytest.raises(OSError):
        replace(file, b"2")
    assert file.read_bytes() == b"1"
