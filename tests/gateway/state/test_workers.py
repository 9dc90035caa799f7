"""Which workers serve, told by files that the dead don't hold."""

from __future__ import annotations

import os
from pathlib import Path

from gateway.state.workers import Presence, differing, present


def told(state: Path, worker: str, policy: str) -> Presence:
    presence = Presence(state)
    presence.tell({"worker": worker, "policy": policy, "config": "c"})
    return presence


def test_the_living_are_told_and_those_who_ended_are_not(tmp_path: Path) -> None:
    one, two = told(tmp_path, "w0/1", "a"), told(tmp_path, "w1/2", "a")
    assert [w["worker"] for w in present(tmp_path)] == ["w0/1", "w1/2"]
    one.end()
    one.end()
    assert [w["worker"] for w in present(tmp_path)] == ["w1/2"]
    two.end()
    assert present(tmp_path) == []


def test_a_worker_that_was_killed_is_not_told_and_its_file_goes(tmp_path: Path) -> None:
    killed = told(tmp_path, "w0/1", "a")
    assert killed._descriptor is not None
    os.close(killed._descriptor)
    assert present(tmp_path) == []
    assert list((tmp_path / "workers").iterdir()) == []


def test_what_a_worker_serves_is_told_anew(tmp_path: Path) -> None:
    one, two = told(tmp_path, "w0/1", "a-long-revision"), told(tmp_path, "w1/2", "a-long-revision")
    assert differing(present(tmp_path)) is None
    one.tell({"worker": "w0/1", "policy": "b", "config": "c"})
    said = differing(present(tmp_path))
    assert said is not None
    assert "bundle b with configuration c at w0/1" in said
    assert "bundle a-long-revision with configuration c at w1/2" in said
    for each in (one, two):
        each.end()


def test_a_folder_that_can_not_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "workers").write_text("a file in its place")
    presence = told(tmp_path, "w0/1", "a")
    assert present(tmp_path) == []
    presence.end()
