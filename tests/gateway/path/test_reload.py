"""Reloads of a gateway that serves: beside the calls, one after the other, and each call under one revision."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest

from gateway import reload as module
from gateway.documents import DocumentsRefused
from gateway.reload import NotPrepared, Reloader
from observability.ledger import read
from tests.conftest import House

WITH_REVISION = ("INTENT", "OUTCOME")


def reloader(house: House) -> Reloader:
    assert house.gateway.simulator is not None
    simulator = house.gateway.simulator
    return Reloader(house.gateway.runtime, house.folder / "config.yaml", {n: simulator.url(n) for n in simulator.names})


def use_case(house: House, name: str) -> None:
    (house.folder / "bundle" / "extra.yaml").write_text(
        f"kind: UseCase\nid: {name}\ntitle: Extra\nowner: a@example.org\nstatus: pilot\n"
    )


async def test_a_pair_is_built_beside_the_loop_and_swapped_on_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    where: dict[str, int] = {}
    for name in ("load_pair", "warm_up", "keep", "_swap"):
        real = getattr(module, name)

        def noted(*args: object, name: str = name, real: object = real, **more: object) -> object:
            where[name] = threading.get_ident()
            return real(*args, **more)  # type: ignore[operator]

        monkeypatch.setattr(module, name, noted)
    await reloader(house).reload()
    here = threading.get_ident()
    assert where["_swap"] == here
    assert here not in (where["load_pair"], where["warm_up"], where["keep"])


async def test_the_loop_says_that_what_came_into_force_could_not_be_kept(house: House) -> None:
    place = house.gateway.runtime.epoch.pair.settings.last_good_dir
    place.with_name(f"{place.name}.new").write_text("a file where a folder should be")
    said = dict[str, int]()
    house.gateway.runtime.measure.log.heard = lambda event, _: said.update({event: threading.get_ident()})
    await reloader(house).reload()
    assert said["last_good.not_kept"] == threading.get_ident(), "no other thread may write to the log"


async def test_reloads_at_once_come_one_after_the_other(house: House) -> None:
    one = reloader(house)
    use_case(house, "first")
    begun = [asyncio.create_task(one.reload(str(i))) for i in range(5)]
    done = await asyncio.gather(*begun)
    now = house.gateway.runtime.epoch.pair
    assert "first" in now.bundle.use_cases
    assert done[0].was != done[0].revision
    assert all((d.was, d.revision) == (now.revision, now.revision) for d in done[1:])
    await house.gateway.runtime.ledger.flush()
    events = [r for r in read(now.settings.ledger_dir) if r.get("event") == "reload"]
    assert [e["detail"]["by"] for e in events] == list("01234")


async def test_a_refused_reload_lets_the_next_one_through(house: House) -> None:
    one, before = reloader(house), house.gateway.runtime.epoch
    use_case(house, "two words")
    with pytest.raises(DocumentsRefused):
        await one.reload()
    assert house.gateway.runtime.epoch is before
    use_case(house, "good")
    await one.reload()
    assert "good" in house.gateway.runtime.epoch.pair.bundle.use_cases


async def test_every_answer_to_a_call_names_the_revision_in_its_record(house: House) -> None:
    """Served, refused by a rule, refused before any rule: the header says what the record says."""
    answers = [
        await house.chat("Bonjour"),
        await house.chat("Bonjour", stream=True),
        await house.chat("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx3k2v9Qd\n-----END RSA PRIVATE KEY-----"),
        await house.chat("Bonjour", model="nobody"),
        await house.chat("Bonjour", n="x"),
    ]
    revision = house.gateway.runtime.epoch.pair.bundle.revision
    assert {a.status_code for a in answers} >= {200, 400, 404}
    for answer in answers:
        assert answer.headers["x-ecluse-policy"] == revision
        records = await house.records(answer.headers["x-ecluse-call-id"])
        intent = next(r if r["record"] == "INTENT" else r["intent"] for r in records if r["record"] in WITH_REVISION)
        assert intent["policy_revision"] == revision
    stranger = await house.client.get("/v1/models", headers={"authorization": "Bearer nobody"})
    assert stranger.status_code == 401
    assert "x-ecluse-policy" not in stranger.headers


async def test_a_call_keeps_the_revision_that_it_began_under(house: House) -> None:
    runtime = house.gateway.runtime
    old = runtime.epoch.pair.bundle.revision
    asked = asyncio.create_task(house.chat("[[sim:words=60]] [[sim:drip=0.01]]", stream=True))
    while not any(exchange.first_content for exchange in runtime.live):
        await asyncio.sleep(0)
    use_case(house, "later")
    await reloader(house).reload()
    new = runtime.epoch.pair.bundle.revision
    answer: httpx.Response = await asked
    assert answer.headers["x-ecluse-policy"] == old != new
    assert (await house.chat("Bonjour")).headers["x-ecluse-policy"] == new


async def test_what_was_prepared_comes_into_force_when_it_is_taken(house: House) -> None:
    one, runtime = reloader(house), house.gateway.runtime
    before = runtime.epoch.pair.revision
    use_case(house, "prepared")
    revision = await one.prepare()
    assert runtime.epoch.pair.revision == before != revision
    use_case(house, "later")
    done = await one.take(revision, "control")
    assert (done.was, done.revision) == (before, revision)
    assert "prepared" in runtime.epoch.pair.bundle.use_cases and "later" not in runtime.epoch.pair.bundle.use_cases


async def test_what_was_dropped_or_never_prepared_cannot_be_taken(house: House) -> None:
    one = reloader(house)
    use_case(house, "prepared")
    revision = await one.prepare()
    with pytest.raises(NotPrepared):
        await one.take("another")
    await one.prepare()
    one.drop()
    with pytest.raises(NotPrepared):
        await one.take(revision)
    assert "prepared" not in house.gateway.runtime.epoch.pair.bundle.use_cases


async def test_only_what_a_reload_leaves_as_it_was_is_said_to_need_a_restart(house: House) -> None:
    config = house.folder / "config.yaml"
    text = config.read_text()
    config.write_text(text.replace("server: {", "server: {language: fr, ", 1))
    assert (await reloader(house).reload()).later == ()
    assert "modèle" in (await house.chat("Bonjour", model="nobody")).text
    config.write_text(text.replace("server: {", "server: {language: fr, hung_seconds: 7, ", 1))
    assert (await reloader(house).reload()).later == ("server.hung_seconds",)
