"""Routes over real sockets: who is asked first, and what is said of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from gateway.bundle.pair import load_pair
from gateway.documents import DocumentsRefused
from observability.ledger import read
from tests.conftest import CONFIG, OpenHouse, configured

SPLIT = """
routes:
  default:
    splits: [{name: canary, to: ["beta/*"], percent: 40}]
    cases:
      - {name: long, when: {min_bytes: 2KiB}, to: ["beta/*"]}
      - {name: home, when: {use_cases: [sandbox], operations: [embeddings]}, to: ["internal/*"], only: true}
"""


async def test_a_split_takes_callers_as_a_whole_and_is_on_record(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + SPLIT) as house:
        went: dict[str, set[str]] = {}
        for n in range(24):
            headers = {"authorization": f"Bearer {house.issue(user=f'u{n % 12}')}"}
            answer = await house.client.post("/v1/chat/completions", json=ASK, headers=headers)
            assert answer.status_code == 200, answer.text
            went.setdefault(f"u{n % 12}", set()).add(answer.headers["x-ecluse-destination"])
            intent = (await house.records(answer.headers["x-ecluse-call-id"]))[0]
            canary = answer.headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
            assert (intent["route"], intent["split"], intent["why"]) == ("default", "canary" * canary, "written")
            assert answer.headers["x-ecluse-route"] == "default" + ", split canary" * canary + ", written"
        page = await house.metrics()
        assert 'ecluse_route_requests_total{outcome="served",route="default",split="canary"}' in page
        assert 'ecluse_route_first_token_seconds_count{route="default",split="none"}' in page
        assert all(len(places) == 1 for places in went.values())
        assert len(Counter(place for places in went.values() for place in places)) == 2


async def test_a_case_goes_another_way_and_fails_over_to_the_rest(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + SPLIT.replace("percent: 40", "percent: 0")) as house:
        answer = await house.chat("Bonjour " * 300)
        assert answer.headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
        assert answer.headers["x-ecluse-route"] == "default, case long, written"
        await house.fault("beta", "status=503")
        assert (await house.chat("Bonjour " * 301)).headers["x-ecluse-destination"] == "alpha/gpt-4o-mini"


async def test_a_route_that_lets_a_call_go_nowhere_is_a_refusal_on_record(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + SPLIT) as house:
        ask = {"model": "text-embedding-3-small", "input": "Bonjour"}
        answer = await house.client.post("/v1/embeddings", json=ask)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "route_closed")
        assert (await house.records(answer.headers["x-ecluse-call-id"]))[0]["code"] == "route_closed"
        assert not house.received.total


def test_names_of_the_bundle_are_looked_up_in_it(tmp_path: Path) -> None:
    wrong = SPLIT.replace("[sandbox]", "[sandbx], data_classes: [C1, C9]")
    with pytest.raises(DocumentsRefused) as refused:
        load_pair(configured(tmp_path, CONFIG + wrong))
    assert "there is no use case sandbx in" in str(refused.value) and "(did you mean sandbox?)" in str(refused.value)
    assert "there is no data class C9 in" in str(refused.value) and "data class C1 " not in str(refused.value)


ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}


async def test_the_deadline_of_a_route_ends_a_call(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + "\nroutes: {default: {deadline_seconds: 300ms}}\n") as house:
        await house.fault("alpha", "delay=5")
        await house.fault("beta", "delay=5")
        answer = await house.chat("Bonjour")
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "deadline")


PROMISE = """
routes:
  default:
    objectives: {first_token_seconds: 200ms, least: 3}
"""


async def test_a_slow_destination_is_demoted_on_record_and_in_metrics(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + PROMISE) as house:
        await house.fault("alpha", "delay=0.3")
        went = [(await house.chat(f"Bonjour {n}", stream=True)).headers["x-ecluse-destination"] for n in range(8)]
        assert went.count("alpha/gpt-4o-mini") < 6 and went[:3] == ["alpha/gpt-4o-mini"] * 3
        last = await house.chat("Bonsoir", stream=True)
        assert (
            "demoted alpha/gpt-4o-mini" in last.headers["x-ecluse-route"] or "tries" in last.headers["x-ecluse-route"]
        )
        page = await house.metrics()
        labels = 'destination="alpha/gpt-4o-mini",objective="first_token",route="default"'
        assert f"ecluse_route_demotions_total{{{labels}}} 1.0" in page
        assert 'ecluse_route_demoted{destination="alpha/gpt-4o-mini",route="default"} 1.0' in page
        assert 'ecluse_route_requests_total{outcome="served",route="default",split="none"} 9.0' in page
        transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://control") as operator:
            (row,) = [
                r for r in (await operator.get("/status")).json()["routes"] if r["destination"].startswith("alpha")
            ]
        assert (row["route"], row["demoted"]) == ("default", "breaks first_token") and "burns" in row["first_token"]
        await house.gateway.runtime.ledger.flush()
        events = [r for r in read(house.folder / "state/ledger") if r.get("event") == "route.demoted"]
        assert {"route": "default", "destination": "alpha/gpt-4o-mini", "objective": "first_token"} in [
            one["detail"] for one in events
        ]


async def test_a_reload_forgets_what_is_no_longer_promised(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + PROMISE) as house:
        await house.chat("Bonjour")
        router = house.gateway.runtime.router
        assert {one.route for one in router.shown(0.0)} == {"default"} and router.paces
        router.use(replace(house.gateway.runtime.epoch.pair.settings, destinations={}))
        assert not [*router.shown(0.0)] and not router.paces


async def test_counts_of_tokens_say_nothing_of_how_soon_answers_begin(open_house: OpenHouse) -> None:
    async with open_house() as house:
        ask = {"model": "claude-sonnet-5", "messages": [{"role": "user", "content": "Bonjour"}]}
        counted = await house.client.post("/v1/messages/count_tokens", json=ask)
        assert counted.status_code == 200, counted.text
        assert not house.gateway.runtime.router.paces
