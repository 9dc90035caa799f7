"""Keys and stops reach every worker, and outlive each of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.identity import KeyGrant, Keyring, KeyStore
from gateway.quota.overrides import Overrides
from gateway.state.follower import Follower
from gateway.state.kept import KeptFacts, KeptRefused
from gateway.state.stops import Stop, Stops
from gateway.stopping.standing import FILE, Standing
from tests.gateway.state.test_follower import Table, until_quiet

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRANT = KeyGrant(user="m.durand", team="finance")
STOP = Stop("user", "m.durand", NOW.isoformat(), "leaked", True)


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.create(tmp_path_factory.mktemp("ring"))


@dataclass
class Worker:
    standing: Standing
    follower: Follower

    @property
    def keys(self) -> KeyStore:
        return self.standing.keys

    @property
    def stops(self) -> Stops:
        return self.standing.stops


class House:
    """Workers of machines, each with a folder, around one table."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self.folder, self.keyring, self.table = folder, keyring, Table()

    def worker(self, machine: str) -> Worker:
        state = self.folder / machine
        follower, _, _ = self.table.worker(self.keyring.pepper)
        keys = KeyStore.open(state / "keys.json", self.keyring, "acme")
        return Worker(Standing.of(state, follower, keys, set(), Overrides(lambda *_: None, lambda: 0.0)), follower)

    async def quiet(self, *workers: Worker) -> None:
        for _ in range(3):
            await until_quiet(*(worker.follower for worker in workers))


@pytest.fixture
def house(tmp_path: Path, keyring: Keyring) -> House:
    return House(tmp_path, keyring)


async def test_a_key_works_wherever_it_is_heard_of_and_no_more_once_revoked(house: House) -> None:
    one, sibling, far = house.worker("a"), house.worker("a"), house.worker("b")
    record, key = one.keys.issue(GRANT, NOW)
    await house.quiet(one, sibling, far)
    assert sibling.keys.find(key) == far.keys.find(key) == record
    await far.standing.save()
    assert house.worker("b").keys.find(key) == record, "written down where it was heard of"
    far.keys.revoke(record.id)
    await house.quiet(far, one, sibling)
    assert not any(worker.keys.find(key) for worker in (one, sibling, far))


async def test_a_new_machine_learns_everything_from_the_store(house: House) -> None:
    one = house.worker("a")
    _, key = one.keys.issue(GRANT, NOW)
    gone, other = one.keys.issue(GRANT, NOW)
    one.keys.revoke(gone.id)
    one.standing.stop(STOP)
    await house.quiet(one)
    new = house.worker("new")
    await new.follower.begin()
    assert new.keys.find(key) and not new.keys.find(other)
    assert list(new.stops.all()) == [STOP]


async def test_a_machine_that_was_away_brings_no_revoked_key_back(house: House) -> None:
    one, away = house.worker("a"), house.worker("away")
    record, key = one.keys.issue(GRANT, NOW)
    await house.quiet(one, away)
    await away.standing.save()
    one.keys.revoke(record.id)
    await house.quiet(one)
    await one.standing.save()
    house.table.memory.facts.clear()
    house.table.memory.incarnation = "forgotten"
    back = house.worker("away")
    await house.quiet(back, one)
    await house.quiet(back)
    assert not back.keys.find(key) and not one.keys.find(key)
    await back.standing.save()
    assert len(house.worker("away").keys) == 0


async def test_a_stop_outlives_the_store_and_every_process(house: House) -> None:
    one = house.worker("a")
    one.standing.stop(STOP)
    await one.standing.save()
    house.table = Table()  # another store altogether
    again, far = house.worker("a"), house.worker("b")
    assert again.stops.find("user", "m.durand") == STOP
    await house.quiet(again, far)
    assert far.stops.find("user", "m.durand") == STOP
    assert far.standing.start("user", "m.durand", NOW) == STOP
    await house.quiet(far, again)
    assert not again.stops and not far.stops
    await again.standing.save()
    assert not house.worker("a").stops


async def test_a_start_that_was_missed_is_not_undone_by_an_old_file(house: House) -> None:
    one, far = house.worker("a"), house.worker("b")
    one.standing.stop(STOP)
    await house.quiet(one, far)
    await one.standing.save()
    far.standing.start("user", "m.durand", NOW)
    await house.quiet(far)
    again = house.worker("a")
    assert again.stops
    await house.quiet(again)
    assert not again.stops


async def test_what_is_stopped_for_good_is_cut_once(house: House) -> None:
    one, cut = house.worker("a"), list[Stop]()
    one.stops.on_cut = cut.append
    one.standing.stop(STOP)
    one.standing.stop(STOP._replace(cut=False, kind="use_case", name="letters"))
    await house.quiet(one)
    assert cut == [STOP]


def test_a_damaged_file_of_facts_is_refused(tmp_path: Path) -> None:
    facts = KeptFacts(tmp_path / FILE)
    facts.put("stop/user/a", 5, b"{}")
    facts.save()
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    for raw in (b"", b"[]", b'{"format": 1}', b'{"format": 1, "facts": {"a": 1}}', b'{"format": 9, "facts": {}}'):
        (tmp_path / FILE).write_bytes(raw)
        with pytest.raises(KeptRefused):
            KeptFacts(tmp_path / FILE)


def test_workers_keep_what_others_wrote_into_the_file(tmp_path: Path) -> None:
    one, other = KeptFacts(tmp_path / FILE), KeptFacts(tmp_path / FILE)
    one.put("a", 1, b"1")
    other.put("a", 2, b"2")
    other.put("b", 1, b"1")
    other.save()
    one.save()
    assert not one.waiting
    assert KeptFacts(tmp_path / FILE).all() == {"a": (2, "2"), "b": (1, "1")}


def test_what_is_of_a_kind_of_a_later_version_is_passed_over() -> None:
    stops = Stops()
    stops.hear("planet/mars", b'{"stopped": true, "at": "", "reason": "", "cut": false}')
    assert not stops
