"""A drill against a gateway that serves: what fails, for whom, and what the report says of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from gateway.drills.faults import Fault
from gateway.drills.running import Drill
from gateway.identity.keyfile import KeyGrant
from gateway.looking import Page
from observability.ledger import read
from tests.conftest import CONFIG, House, OpenHouse

TEAM = "directory: {teams: [hr, drill]}\n"
DRILLS = """\
drills: {enabled: true, users: [bo*], rate: 20, most_seconds: 30}
shared: {poll_seconds: 20ms, timeout_seconds: 10, stale_seconds: 60}
"""


@pytest.fixture
async def house(open_house: OpenHouse) -> AsyncIterator[House]:
    async with open_house(CONFIG + TEAM + DRILLS) as opened:
        yield opened


async def control(house: House, method: str, body: Any = None) -> httpx.Response:
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control") as operator:
        return await operator.request(method, "/drills", json=body)


async def drilled(house: House, **order: Any) -> dict[str, Any]:
    """Runs a drill to its end; its summary."""
    ask = {"destination": "alpha/gpt-4o-mini", "fault": "refuse", "seconds": 1.0, "usual": 0.2, **order}
    started = await control(house, "POST", ask)
    assert started.status_code == 201, started.text
    conductor = house.gateway.conductor
    async with asyncio.timeout(30):
        while conductor.drill is not None or conductor.reporting:
            await asyncio.sleep(0.05)
    return conductor.last[started.json()["id"]]


def filed(found: dict[str, Any]) -> dict[str, str]:
    """The files of a drill's folder."""
    return {file.name: file.read_text() for file in Path(found["report"]).parent.iterdir()}


@pytest.mark.parametrize("fault", ["refuse", "5xx"])
async def test_calls_go_on_elsewhere_and_the_report_says_so(house: House, fault: str) -> None:
    found = await drilled(house, fault=fault, reason="a look")
    assert found["held"], found
    assert found["met"] and not found["lost"] and not found["widened"]
    assert found["recovered_seconds"] == 0.0
    folder = filed(found)
    text = folder["report.md"]
    assert "Held: calls went on being served" in text
    assert "beta/gpt-4o-mini: " in text
    assert "Reason: a look." in text
    for picture in ("calls.svg", "times.svg", "calls.fr.svg", "times.fr.svg"):
        assert "</svg>" in folder[picture] and "<script" not in folder[picture]
    assert "Tenu" in folder["rapport.md"]


@pytest.mark.parametrize("fault", ["cut=1", "cut=3", "cut=3600"])
async def test_a_cut_answer_is_lost_and_the_report_does_not_hide_it(house: House, fault: str) -> None:
    """Also where the answer comes in fewer pieces than are let through."""
    found = await drilled(house, fault=fault)
    assert found["lost"]
    assert f"ecluse ledger show {found['lost'][0]}" in filed(found)["report.md"]


@pytest.mark.parametrize("fault", ["refuse", "throttle=1"])
async def test_other_callers_notice_nothing(house: House, fault: str) -> None:
    """Neither the fault nor a breaker that it opened is theirs."""
    drill = asyncio.create_task(drilled(house, fault=fault))
    answers = []
    while not drill.done():
        answers.append(await house.chat("Bonjour"))
        await asyncio.sleep(0.02)
    assert (await drill)["met"]
    assert len(answers) > 20
    assert {a.headers["x-ecluse-destination"] for a in answers} == {"alpha/gpt-4o-mini"}


async def test_calls_that_a_drill_slows_down_take_nobodys_place(open_house: OpenHouse) -> None:
    """Neither a slot while they wait, nor by what others would learn of how long they took."""
    config = CONFIG.replace("contract: alpha-us}", "contract: alpha-us, most_in_flight: 16}")
    async with open_house(config + TEAM + DRILLS) as house:
        drill = asyncio.create_task(drilled(house, fault="slow=1", seconds=2.0))
        went = set()
        while not drill.done():
            answer = await house.chat("Bonjour")
            went.add(answer.headers["x-ecluse-destination"])
            await asyncio.sleep(0.02)
        assert (await drill)["met"]
        assert went == {"alpha/gpt-4o-mini"}
        lane = house.gateway.runtime.capacity.slots.line.lanes.lanes["alpha/gpt-4o-mini"]
        assert (lane.taken, lane.limit.value) == (0, 16.0)
        assert lane.usual < 0.5


async def test_the_calls_of_a_user_that_the_configuration_names_may_fail(house: House) -> None:
    key = house.issue(user="boris", team="hr")
    drill = asyncio.create_task(drilled(house, users=["bo*"], probes=False, usual=0.0))
    went = set()
    while not drill.done():
        answer = await house.client.post(
            "/v1/chat/completions",
            headers={"authorization": f"Bearer {key}"},
            json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]},
        )
        went.add(answer.headers["x-ecluse-destination"])
        house.gateway.conductor.stop() if len(went) == 2 else None
        await asyncio.sleep(0.02)
    assert went == {"alpha/gpt-4o-mini", "beta/gpt-4o-mini"}


async def test_further_attempts_of_a_drill_in_vain_are_no_debt_of_others(house: House) -> None:
    await house.fault("beta", "status=500")
    drill = asyncio.create_task(drilled(house))
    while not drill.done():
        assert house.gateway.runtime.retries.allows(1, "gpt-4o-mini")
        await asyncio.sleep(0.01)
    assert (await drill)["lost"]


async def test_a_slow_call_whose_client_left_is_not_sent(open_house: OpenHouse) -> None:
    """Also where the vendor is to be read to its end."""
    config = CONFIG.replace("alpha: {kind: simulator}", "alpha: {kind: simulator, on_abort: drain}")
    async with open_house(config + TEAM + DRILLS) as house:
        runtime, live = house.gateway.runtime, house.gateway.runtime.live
        key = house.issue(user="boris", team="hr")
        order = {"destination": "alpha/gpt-4o-mini", "fault": "slow=0.5", "seconds": 20, "usual": 0, "probes": False}
        assert (await control(house, "POST", {**order, "users": ["bo*"]})).status_code == 201
        (drill,) = runtime.drills.now()
        while runtime.drills.fault(drill, drill.destination) is None:
            await asyncio.sleep(0.01)
        body = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]})
        _, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
        writer.write(
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}".encode()
        )
        async with asyncio.timeout(10):
            while not any(exchange.reads_on for exchange in live):
                await asyncio.sleep(0.01)
            writer.close()
            while live:
                await asyncio.sleep(0.01)
        assert not house.received.total
        await control(house, "DELETE")


async def test_the_record_says_which_failures_were_made_up(house: House) -> None:
    found = await drilled(house)
    await house.gateway.runtime.ledger.flush()
    folder = house.gateway.runtime.epoch.pair.settings.ledger_dir
    records = [r for r in read(folder) if r["record"] == "ATTEMPT"]
    made_up = [r for r in records if r["drill"] == found["drill"]["id"]]
    assert made_up and all(r["destination"] == "alpha/gpt-4o-mini" and r["error"] == "connect" for r in made_up)
    assert not any(r["drill"] for r in records if r["destination"] != "alpha/gpt-4o-mini")
    events = [r["event"] for r in read(folder) if r["record"] == "EVENT"]
    assert {"drill.started", "drill.ended"} <= set(events)


async def test_it_ends_at_once_when_somebody_says_so(house: House) -> None:
    assert (await control(house, "DELETE")).status_code == 404
    drill = asyncio.create_task(drilled(house, seconds=25))
    while house.gateway.conductor.probes is None or not house.gateway.conductor.probes.answered:
        await asyncio.sleep(0.01)
    assert (await control(house, "POST", {"destination": "alpha/gpt-4o-mini", "fault": "refuse"})).status_code == 422
    assert (await control(house, "DELETE")).status_code == 200
    async with asyncio.timeout(10):
        await drill
    assert not house.gateway.runtime.drills.now()
    assert not [k for k in house.gateway.runtime.keys.records() if k.caller.user == "drill"]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"destination": "alpha/gpt-4o-minj"}, "did you mean alpha/gpt-4o-mini?"),
        ({"fault": "explode"}, "must be one of: refuse"),
        ({"seconds": 31}, "from 1 to 30 seconds"),
        ({"users": ["anne"]}, "doesn't permit a drill to touch the calls of anne"),
        ({"destination": "beta/gpt-4o-mini"}, "no model asks beta/gpt-4o-mini first"),
        ({"probes": False}, "nobody's calls would fail"),
    ],
)
async def test_what_may_not_be_drilled_is_refused(house: House, order: dict[str, Any], said: str) -> None:
    ask = {"destination": "alpha/gpt-4o-mini", "fault": "refuse", "seconds": 1, **order}
    refused = await control(house, "POST", ask)
    assert refused.status_code == 422
    assert said in refused.json()["refused"]


async def test_drills_are_off_unless_configured(open_house: OpenHouse) -> None:
    async with open_house() as house:
        refused = await control(house, "POST", {"destination": "alpha/gpt-4o-mini", "fault": "refuse"})
        assert refused.status_code == 422
        assert "drills are off" in refused.json()["refused"]
        assert json.loads((await control(house, "GET")).text)["enabled"] is False


async def test_the_metrics_tell_how_long_ago_it_was(house: House) -> None:
    before = await house.metrics()
    assert 'ecluse_drill_last_timestamp_seconds{destination="alpha/gpt-4o-mini"} 0.0' in before
    found = await drilled(house)
    runtime = house.gateway.runtime  # asked itself: the page may be a second old
    shown = (await Page(runtime).snapshot())["ecluse_drill_last_timestamp_seconds"]
    assert {tuple(labels): value for labels, value, *_ in shown}["alpha/gpt-4o-mini",] == pytest.approx(found["ended"])


async def test_the_key_of_a_drill_whose_gateway_was_killed_is_revoked_by_the_next_one(house: House) -> None:
    keys, now = house.gateway.runtime.keys, house.gateway.runtime.now()
    left = [
        keys.issue(KeyGrant(user="drill", team="drill", label=label), now - timedelta(hours=hours))[0].id
        for label, hours in (("drill d-20260101-0500-ab", 1), ("drill d-20260101-0600-cd", 0), ("of a person", 1))
    ]
    house.gateway.conductor.sweep()
    assert [keys.holds(one) for one in left] == [False, True, True]


async def test_a_scheduled_drill_that_cannot_be_filed_is_not_begun_again_and_again(open_house: OpenHouse) -> None:
    one = f"{{destination: alpha/gpt-4o-mini, fault: refuse, seconds: 1, hour: {datetime.now(UTC).hour}}}"
    config = CONFIG + TEAM + DRILLS.replace("enabled: true", f"enabled: true, schedule: {{one: {one}}}")
    async with open_house(config) as house:
        house.gateway.runtime.epoch.pair.settings.drills_dir.write_text("in the way")
        conductor = house.gateway.conductor
        if conductor.drill is None:
            conductor.start_due()
        assert conductor.stop()
        async with asyncio.timeout(30):
            while conductor.reporting:
                await asyncio.sleep(0.05)
        conductor.start_due()
        assert conductor.drill is None


async def test_a_drill_of_another_worker_is_the_only_one_and_can_be_ended_here(house: House) -> None:
    """Calls of its user belong to one drill: those of a second would fail as the first one says."""
    runtime, now = house.gateway.runtime, time.time()
    other = Drill("d-other", "beta/gpt-4o-mini", "maison", Fault("refuse"), ("drill",), now, now, now + 60, now + 90)
    runtime.follower.say(f"drill/{other.id}", orjson.dumps(other.plain()), 90.0)
    ask = {"destination": "alpha/gpt-4o-mini", "fault": "refuse", "seconds": 1.0}
    refused = await control(house, "POST", ask)
    assert (refused.status_code, refused.json()["refused"]) == (422, "a drill runs already")
    assert (await control(house, "DELETE")).status_code == 200
    assert not runtime.drills.now()
    assert (await control(house, "POST", ask)).status_code == 201
    assert (await control(house, "DELETE")).status_code == 200


async def test_one_of_the_users_that_a_pattern_names_may_be_named_alone(house: House) -> None:
    found = await drilled(house, users=["boris"], usual=0.0)
    assert tuple(found["drill"]["users"]) == ("boris", "drill")
    assert "Only calls of these users were touched: boris, drill." in filed(found)["report.md"]


async def test_a_drill_that_the_gateways_end_cuts_off_is_reported_and_says_so(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + TEAM + DRILLS) as house:
        ask = {"destination": "alpha/gpt-4o-mini", "fault": "refuse", "seconds": 20, "usual": 0.1}
        id_ = (await control(house, "POST", ask)).json()["id"]
        while (probes := house.gateway.conductor.probes) is None or probes.last != "beta/gpt-4o-mini":
            await asyncio.sleep(0.02)
        assert id_ in str((await control(house, "GET")).json()["running"])
        folder = house.folder / "state" / "drills" / id_
    assert "It was ended early: it was to last 20 seconds." in (folder / "report.md").read_text()
