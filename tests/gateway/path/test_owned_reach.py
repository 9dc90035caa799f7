"""What a vendor keeps stays within reach of its owner as long as rules, contract, destination and credential allow."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.conftest import House, OpenHouse
from tests.gateway.path.bare import bare
from tests.gateway.path.test_owned import KEEPS, WAYS, asked, made
from tests.gateway.path.test_policy import IBAN
from tests.gateway.path.test_reload import reloader

QUICK = KEEPS.replace("limits: {", "shared: {timeout_seconds: 200ms}\nlimits: {")
DENIED = """\
kind: EgressPolicy
policy: closing
owner: o
rules:
  - {id: alpha-is-closed, when: {destination: {vendor: alpha}}, action: deny}
"""
ANSWERS = """\
kind: EgressPolicy
policy: answers
owner: o
applies_to: {directions: [response]}
rules:
  - id: no-accounts
    when: {findings: {any_of: [fin.iban]}, dialects: [openai_responses]}
    action: redact
"""
NAMES = """\
kind: EgressPolicy
policy: names
owner: o
rules:
  - {id: accounts-by-tokens, when: {findings: {any_of: [fin.iban]}}, action: pseudonymise}
"""


@pytest.fixture
async def keeping(open_house: OpenHouse) -> AsyncIterator[House]:
    async with open_house(QUICK, use_cases=("office-assistant", "software-engineering")) as house:
        yield house


async def load(house: House, **edits: tuple[str, str]) -> None:
    """Loads the configuration (`config`) or a new document of the bundle, by its name."""
    for name, (old, new) in edits.items():
        file = house.folder / "config.yaml" if name == "config" else house.folder / "bundle" / f"{name}.yaml"
        text = file.read_text() if file.exists() else ""
        assert old in text
        file.write_text(text.replace(old, new, 1) if old else text + new)
    await reloader(house).reload()


async def code(house: House, way: str, name: str) -> tuple[int, str]:
    answer = await asked(house.client, way, name)
    return answer.status_code, answer.json()["error"]["code"] if answer.status_code >= 400 else ""


FIRST = "  gpt-4o-mini: {destinations: [alpha/gpt-4o-mini, beta"
LOADS: dict[str, tuple[dict[str, tuple[str, str]], str]] = {
    "denied": ({"closing": ("", DENIED)}, "policy_refused"),
    "no contract": ({"config": ("contract: alpha-us, keep", "contract: null, keep")}, "policy_refused"),
    "model gone": ({"config": (FIRST, FIRST.replace("gpt-4o", "gpt-5", 1))}, "object_out_of_reach"),
    "model goes elsewhere": ({"config": (FIRST, FIRST.replace("alpha/gpt-4o-mini, ", ""))}, ""),
    "nothing more is kept": ({"config": ("keep_seconds: 7d", "keep_seconds: null")}, ""),
}


@pytest.mark.parametrize("load_of", LOADS)
async def test_loads_decide_whether_it_can_still_be_reached(keeping: House, load_of: str) -> None:
    name, (edits, said) = await made(keeping), LOADS[load_of]
    await load(keeping, **edits)
    assert await code(keeping, "retrieve", name) == ((400, said) if said else (200, ""))
    assert await code(keeping, "delete", name) == ((400, said) if said else (200, ""))


async def test_a_destination_that_is_gone_is_out_of_reach(keeping: House) -> None:
    name = await made(keeping)
    text = (keeping.folder / "config.yaml").read_text().replace("alpha/gpt-4o-mini", "alpha/renamed")
    (keeping.folder / "config.yaml").write_text(text)
    await reloader(keeping).reload()
    assert await code(keeping, "retrieve", name) == (400, "object_out_of_reach")


async def test_earlier_turns_hold_only_under_the_rules_that_they_were_inspected_by(keeping: House) -> None:
    name = await made(keeping)
    assert await code(keeping, "previous_response_id", name) == (200, "")
    await load(keeping, names=("", NAMES))
    assert await code(keeping, "previous_response_id", name) == (400, "rules_changed")
    assert await code(keeping, "retrieve", name) == (200, "")


async def test_another_use_case_of_the_same_person_does_not_reach_it(keeping: House) -> None:
    name = await made(keeping)
    keeping.client.headers["x-ecluse-use-case"] = "software-engineering"
    for way in (*WAYS, "previous_response_id"):
        assert await code(keeping, way, name) == (404, "object_not_found")


async def test_where_the_table_does_not_answer_nothing_is_taken_for_granted(keeping: House) -> None:
    name = await made(keeping)
    before = len(list(keeping.received))
    with closing(sqlite3.connect(keeping.folder / "state" / "owners.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        for way in ("retrieve", "previous_response_id", "delete"):
            assert await code(keeping, way, name) == (503, "owners_unavailable")
        body = {"model": "gpt-4o-mini", "input": "Bonjour", "store": True}
        refused = await keeping.client.post("/v1/responses", json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "owners_unavailable")
        other.rollback()
    assert len(list(keeping.received)) == before, "nothing was asked of the vendor"
    assert await code(keeping, "retrieve", name) == (200, "")
    assert 'ecluse_shed_total{priority="none",reason="owners"} 4.0' in await keeping.metrics()


async def test_the_owner_is_on_record_before_the_client_has_the_name(keeping: House) -> None:
    body = {"model": "gpt-4o-mini", "input": "[[sim:words=40]] [[sim:drip=0.02]]", "store": True, "stream": True}
    async with keeping.client.stream("POST", "/v1/responses", json=body) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: ") and "response.created" in line:
                name = json.loads(line[6:])["response"]["id"]
                assert await code(keeping, "retrieve", name) == (200, "")
                break
        else:
            pytest.fail("the client was given no name")


async def test_a_stream_goes_on_where_the_client_left_it(keeping: House) -> None:
    name = await made(keeping, "Bonjour [[sim:words=30]]")
    whole = (await keeping.client.get(f"/v1/responses/{name}?stream=true")).text
    rest = (await keeping.client.get(f"/v1/responses/{name}?stream=true&starting_after=4")).text
    events = whole.split("\n\n")
    assert rest.split("\n\n") == events[5:]
    assert "starting_after" not in list(keeping.received)[-1].path, "all of it is judged, whatever is passed on"


async def test_a_finding_across_the_place_where_a_stream_goes_on_is_found(keeping: House) -> None:
    name = await made(keeping, f"[[sim:chunk=4]] [[sim:say=IBAN : {IBAN}.]]".replace("[[sim:say", "\n[[sim:say"))
    events = (await keeping.client.get(f"/v1/responses/{name}?stream=true")).text.split("\n\n")
    assert any("[redacted: fin.iban]" in event for event in events)
    for number in range(4, len(events) - 2):
        rest = await keeping.client.get(f"/v1/responses/{name}?stream=true&starting_after={number}")
        assert rest.text.split("\n\n") == events[number + 1 :]


async def test_rules_on_answers_hold_for_what_is_got_back(open_house: OpenHouse, tmp_path: Path) -> None:
    bare(tmp_path / "house", answers=ANSWERS)
    async with open_house(QUICK) as house:
        body = {"model": "gpt-4o-mini", "input": f"[[sim:say=IBAN {IBAN}.]]", "store": True}
        first = (await house.client.post("/v1/responses", json=body)).json()
        for tail in ("", "?stream=true", "?stream=true&starting_after=5"):
            again = (await house.client.get(f"/v1/responses/{first['id']}{tail}")).text
            assert IBAN not in again and "[redacted: fin.iban]" in again, tail


async def test_a_background_response_is_followed_cancelled_and_charged_as_it_was_held(keeping: House) -> None:
    body = {"model": "gpt-4o-mini", "input": "Bonjour [[sim:hold=30]]", "background": True, "max_output_tokens": 77}
    queued = await keeping.client.post("/v1/responses", json=body)
    assert queued.json()["status"] == "queued"
    name = queued.json()["id"]
    records = await keeping.records(queued.headers["x-ecluse-call-id"])
    attempt = next(r for r in records if r["record"] == "ATTEMPT")
    assert attempt["charged"][1] == 77
    following = asyncio.create_task(keeping.client.get(f"/v1/responses/{name}?stream=true"))
    seen = await keeping.client.get(f"/v1/responses/{name}")
    assert seen.json()["status"] == "in_progress"
    records = await keeping.records(seen.headers["x-ecluse-call-id"])
    assert next(r for r in records if r["record"] == "ATTEMPT")["charged"] == [0, 0]
    assert (await keeping.client.post(f"/v1/responses/{name}/cancel")).json()["status"] == "cancelled"
    assert (await keeping.client.get(f"/v1/responses/{name}")).json()["status"] == "cancelled"
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


async def test_pseudonyms_are_refused_where_they_could_not_come_back(open_house: OpenHouse, tmp_path: Path) -> None:
    bare(tmp_path / "house", names=NAMES)
    async with open_house(QUICK) as house:
        body: dict[str, Any] = {"model": "gpt-4o-mini", "input": f"Mon IBAN est {IBAN}."}
        assert (await house.client.post("/v1/responses", json=body)).status_code == 200
        refused = await house.client.post("/v1/responses", json={**body, "store": True})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "pseudonyms_kept")
        assert len(list(house.received)) == 1


async def test_no_name_bends_the_vendors_path(keeping: House) -> None:
    for name in ("resp_..%2f..%2fmodels", "..", "resp%2f1", "resp_1?x", "résp", "a" * 300):
        for way in WAYS:
            answer = await asked(keeping.client, way, name)
            assert answer.status_code in (404, 400), answer.text
    assert not list(keeping.received)


async def test_a_call_goes_with_the_credential_that_the_object_was_made_with(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    for key in "abc":
        (tmp_path / key).write_text(f"secret-{key}")
    keys = f"credentials: ['file:{tmp_path}/a', 'file:{tmp_path}/b', 'file:{tmp_path}/c']"
    config = QUICK.replace("  alpha: {kind: simulator}", f"  alpha: {{kind: simulator, {keys}}}")
    async with open_house(config) as house:
        names = [await made(house, f"Bonjour {n}") for n in range(6)]
        creating = [one.header(b"authorization") for one in house.received]
        assert len(set(creating)) > 1
        for name, credential in zip(names, creating, strict=True):
            assert await code(house, "retrieve", name) == (200, "")
            assert list(house.received)[-1].header(b"authorization") == credential
        taken = next(one for one in creating if one != "Bearer secret-c")
        await load(house, config=(keys, keys.replace(f"'file:{tmp_path}/{taken[-1]}', ", "")))
        assert {await code(house, "retrieve", n) for n, c in zip(names, creating, strict=True) if c == taken} == {
            (400, "object_out_of_reach")
        }


async def test_the_sdk_notices_nothing(keeping: House) -> None:
    async with openai.AsyncOpenAI(api_key=keeping.key, base_url=f"{keeping.url}/v1", max_retries=0) as client:
        first = await client.responses.create(model="gpt-4o-mini", input="Bonjour", store=True)
        again = await client.responses.retrieve(first.id)
        assert again.output_text == first.output_text
        second = await client.responses.create(
            model="gpt-4o-mini", input="Et puis ?", previous_response_id=first.id, background=True
        )
        assert (second.status, second.previous_response_id) == ("queued", first.id)
        text = ""
        async for event in await client.responses.retrieve(second.id, stream=True):
            text += event.delta if event.type == "response.output_text.delta" else ""
        assert text == (await client.responses.retrieve(second.id)).output_text
        page = await client.responses.input_items.list(second.id, limit=1, order="asc")
        assert [item.content[0].text for item in page.data] == ["Et puis ?"]  # type: ignore[union-attr]
        assert (await client.responses.cancel(second.id)).id == second.id
        shorter = await client.responses.compact(model="gpt-4o-mini", input="Bonjour")
        assert shorter.output[-1].type == "compaction"
        assert (await client.responses.input_tokens.count(model="gpt-4o-mini", input="Bonjour")).input_tokens > 0
        await client.responses.delete(first.id)
        with pytest.raises(openai.NotFoundError) as gone:
            await client.responses.retrieve(first.id)
        assert gone.value.code == "object_not_found"
