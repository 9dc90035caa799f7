"""`ecluse policy log` and `ecluse status` of a gateway whose bundle changes hands."""

from __future__ import annotations

import json

import httpx
import pytest

from gateway.cli.main import main
from gateway.documents import DocumentsRefused
from gateway.reload import Reloader
from gateway.state.workers import Presence
from tests.conftest import House

USE_CASE = "kind: UseCase\nid: {}\ntitle: A\nowner: a@example.org\nstatus: pilot\n"


async def log(house: House, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    await house.gateway.runtime.ledger.flush()
    capsys.readouterr()
    assert main(["policy", "log", "--config", str(house.folder / "config.yaml"), *words]) == 0
    return capsys.readouterr().out


def reloader(house: House) -> Reloader:
    simulator = house.gateway.simulator
    assert simulator is not None
    return Reloader(house.gateway.runtime, house.folder / "config.yaml", {n: simulator.url(n) for n in simulator.names})


async def test_the_log_tells_what_came_into_force_and_what_was_refused(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime = house.gateway.runtime
    first = runtime.epoch.pair.bundle.revision
    extra = house.folder / "bundle" / "extra.yaml"
    extra.write_text(USE_CASE.format("extra"))
    await reloader(house).reload("watch")
    second = runtime.epoch.pair.bundle.revision
    extra.write_text("kind: UseCase\n")
    with pytest.raises(DocumentsRefused):
        await reloader(house).reload()
    out = await log(house, capsys)
    assert f"serves bundle {second} since" in out
    started, loaded, refused = out.splitlines()[-3:]
    assert "started" in started and f"bundle {first}" in started
    assert f"loaded    bundle {second}, before {first}, not signed, by watch, worker w0/" in loaded
    assert f"refused   kept {second}, by control" in refused
    assert f"{extra}:1:1: " in refused
    found = json.loads(await log(house, capsys, "--json", "-n", "1"))
    assert [one["what"] for one in found["log"]] == ["refused"]
    assert (found["log"][0]["policy"], found["log"][0]["kept"]) == (second, runtime.epoch.pair.revision)
    assert found["differing"] is None
    assert [one["policy"] for one in found["workers"]] == [second]


async def test_workers_that_differ_are_told(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    other = Presence(house.gateway.runtime.epoch.pair.settings.state_dir)
    other.tell({"worker": "w1/1", "since": "2026-11-26T10:00:00+00:00", "policy": "older", "config": "c"})
    out = await log(house, capsys)
    assert "worker w1/1 serves bundle older since 2026-11-26 10:00:00" in out
    assert "WARNING: workers serve different bundles" in out
    status = await asked(house)
    assert [one["worker"] for one in status["workers"]][1] == "w1/1"
    assert any("workers serve different bundles" in note for note in status["notes"])
    other.end()
    assert not any("different" in note for note in (await asked(house))["notes"])


async def test_status_tells_that_files_wait_to_be_loaded(house: House) -> None:
    waiting = "the configuration or the bundle was changed since it was loaded"
    assert waiting not in (await asked(house))["notes"]
    (house.folder / "bundle" / "extra.yaml").write_text(USE_CASE.format("extra"))
    assert waiting in (await asked(house))["notes"]
    await reloader(house).reload()
    assert waiting not in (await asked(house))["notes"]


async def asked(house: House) -> dict[str, list[dict[str, str]]]:
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control") as control:
        status: dict[str, list[dict[str, str]]] = (await control.get("/status")).json()
        return status


async def test_a_gateway_that_ended_serves_nothing(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.gateway.runtime.presence.end()
    assert (await log(house, capsys)).startswith("no worker serves now")
