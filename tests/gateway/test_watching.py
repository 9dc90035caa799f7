"""The watcher, step by step on a clock of the test's own: it loads what stands still, once, and never half of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.transport import Transport
from gateway.assembly import assemble
from gateway.bundle.last_good import start_pair
from gateway.identity import Keyring
from gateway.reload import Reloader
from gateway.runtime import Runtime
from gateway.watching import Watcher
from observability.ledger import read
from tests.conftest import CONFIG, OpenHouse, configured

USE_CASE = "kind: UseCase\nid: {}\ntitle: A\nowner: a@example.org\nstatus: pilot\n"


@dataclass
class Watched:
    """A runtime without listeners, its watcher, and the clock."""

    folder: Path
    runtime: Runtime
    watcher: Watcher
    clock: float = 1000.0

    def write(self, name: str, text: str) -> None:
        (self.folder / "bundle" / name).write_text(text)

    async def after(self, seconds: float) -> bool:
        self.clock += seconds
        return await self.watcher.step()

    @property
    def use_cases(self) -> set[str]:
        return set(self.runtime.epoch.pair.bundle.use_cases)


def watched_in(folder: Path, transport: Transport) -> Watched:
    pair, _ = start_pair(folder / "config.yaml")
    runtime = assemble(pair, transport, transport)
    watcher = Watcher(runtime, Reloader(runtime, folder / "config.yaml", {}).reload, folder / "config.yaml")
    found = Watched(folder, runtime, watcher)
    runtime.monotonic = lambda: found.clock
    return found


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    path = configured(tmp_path / "house", CONFIG + "reload: {watch: true, quiet_seconds: 2}\n")
    Keyring.create(path.parent / "keyring")
    async with Transport() as transport:
        found = watched_in(path.parent, transport)
        yield found
        found.runtime.ledger.close()


async def test_nothing_is_loaded_while_nothing_changes(watched: Watched) -> None:
    before = watched.runtime.epoch
    assert [await watched.after(60) for _ in range(3)] == [False] * 3
    assert watched.runtime.epoch is before


async def test_what_changed_is_loaded_after_the_quiet_interval_and_once(watched: Watched) -> None:
    watched.write("extra.yaml", USE_CASE.format("extra"))
    assert not await watched.after(1)
    assert not await watched.after(1.9)
    assert "extra" not in watched.use_cases
    assert await watched.after(0.1)
    assert "extra" in watched.use_cases
    assert not await watched.after(60)


async def test_every_further_change_begins_the_interval_anew(watched: Watched) -> None:
    for number in range(5):
        watched.write(f"extra{number}.yaml", USE_CASE.format(f"extra-{number}"))
        assert not await watched.after(1.9)
    assert await watched.after(2)
    assert {f"extra-{number}" for number in range(5)} <= watched.use_cases


async def test_a_checkout_is_waited_for_however_long_it_stands_still(watched: Watched) -> None:
    git = watched.folder / "bundle" / ".git"
    git.mkdir()
    (git / "index.lock").touch()
    watched.write("extra.yaml", USE_CASE.format("extra"))
    assert not await watched.after(1)
    assert not await watched.after(600)
    (git / "index.lock").unlink()
    assert not await watched.after(1)
    assert await watched.after(2)
    assert "extra" in watched.use_cases


async def test_a_bad_bundle_is_refused_once_and_the_mended_one_taken(watched: Watched) -> None:
    before = watched.runtime.epoch
    watched.write("extra.yaml", "kind: UseCase\n")
    await watched.after(1)
    assert await watched.after(2)
    assert not await watched.after(600)
    assert watched.runtime.epoch is before
    watched.write("extra.yaml", USE_CASE.format("extra"))
    await watched.after(1)
    assert await watched.after(2)
    assert "extra" in watched.use_cases
    await watched.runtime.ledger.flush()
    folder = watched.runtime.epoch.pair.settings.ledger_dir
    events = [(e["event"], e["detail"]["by"]) for e in read(folder) if e.get("event", "").startswith("reload")]
    assert events == [("reload.refused", "watch"), ("reload", "watch")]


async def test_a_bundle_put_in_place_by_a_link_is_taken(watched: Watched) -> None:
    """The usual way to deploy in one move: the folder is a link to one of several releases."""
    bundle = watched.folder / "bundle"
    bundle.rename(watched.folder / "release-1")
    bundle.symlink_to("release-1")
    await watched.after(1)
    await watched.after(2)
    release = watched.folder / "release-2"
    release.mkdir()
    for file in (watched.folder / "release-1").iterdir():
        os.link(file, release / file.name)
    (release / "extra.yaml").write_text(USE_CASE.format("extra"))
    fresh = watched.folder / "fresh"
    fresh.symlink_to("release-2")
    fresh.rename(bundle)
    await watched.after(1)
    assert await watched.after(2)
    assert "extra" in watched.use_cases


async def test_a_change_before_the_first_look_is_not_missed(watched: Watched) -> None:
    """What is in force is compared with what was read, not with the first look."""
    watched.write("extra.yaml", USE_CASE.format("extra"))
    fresh = Watcher(watched.runtime, watched.watcher._reload, watched.folder / "config.yaml")
    assert not await fresh.step()
    watched.clock += 2
    assert await fresh.step()


async def test_switched_off_it_looks_at_nothing(watched: Watched) -> None:
    config = watched.folder / "config.yaml"
    config.write_text(config.read_text().replace("watch: true", "watch: false"))
    await watched.after(1)
    assert await watched.after(2)
    watched.write("extra.yaml", USE_CASE.format("extra"))
    assert not await watched.after(1)
    assert not await watched.after(600)


async def test_a_running_gateway_takes_what_was_changed(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + "reload: {watch: true, quiet_seconds: 10ms}\n") as house:
        (house.folder / "bundle" / "extra.yaml").write_text(USE_CASE.format("extra"))
        while "extra" not in house.gateway.runtime.epoch.pair.bundle.use_cases:
            assert (await house.chat("Bonjour")).status_code == 200
