from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from tests.conftest import CONFIG, OpenHouse

USE_CASES = """\
kind: UseCase
id: letters
title: Letters to customers
owner: a@example.org
status: production
---
kind: UseCase
id: paused
title: Paused
owner: a@example.org
status: suspended
---
kind: UseCase
id: gone
title: Gone
owner: a@example.org
status: retired
"""


async def test_requests_a_minute(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: user, unit: requests, window: day, limit: 3}\n"
    async with open_house(CONFIG + quota) as house:
        answers = [await house.chat("Bonjour") for _ in range(4)]
        assert [a.status_code for a in answers] == [200, 200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert answers[-1].headers["x-should-retry"] == "false"
        assert len(list(house.received)) == 3
        body = {"model": "claude-sonnet-5", "messages": [{"role": "user", "content": "x"}]}
        counted = [await house.client.post("/v1/messages/count_tokens", json=body) for _ in range(5)]
        assert {a.status_code for a in counted} == {200}, "counting tokens isn't counted"
        assert "ecluse_quota_refusals_total" in await house.metrics()


async def test_tokens_are_settled_to_what_was_used(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: team, unit: tokens, window: day, limit: 6000}\n"
    async with open_house(CONFIG + quota) as house:
        for _ in range(5):  # each reserves more than 4,096
            assert (await house.chat("Bonjour")).status_code == 200
        (use,) = house.gateway.runtime.quotas.used()
        assert 0 < use.ratio < 0.2
        assert (await house.chat("Bonjour", max_tokens=7000)).status_code == 429


async def test_concurrent_calls(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: use_case, unit: concurrent, limit: 1}\n"
    async with open_house(CONFIG + quota) as house:
        answers = await asyncio.gather(*(house.chat("[[sim:delay=0.3]] Bonjour") for _ in range(4)))
        assert sorted(a.status_code for a in answers) == [200, 429, 429, 429]
        assert (await house.chat("Bonjour")).status_code == 200


async def test_what_was_used_outlives_a_restart(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: team, unit: requests, window: month, limit: 3}\n"
    async with open_house(CONFIG + quota) as house:
        assert [(await house.chat("Bonjour")).status_code for _ in range(2)] == [200, 200]
    async with open_house(CONFIG + quota) as house:
        assert [(await house.chat("Bonjour")).status_code for _ in range(2)] == [200, 429]


async def test_a_store_that_is_locked_refuses_what_is_not_known_to_fit(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: team, unit: tokens, window: month, limit: 20000}\nshared: {timeout_seconds: 200ms}\n"
    async with open_house(CONFIG.replace("control: c.sock", "control: c.sock, language: fr") + quota) as house:
        assert (await house.chat("Bonjour")).status_code == 200
        with closing(sqlite3.connect(house.folder / "state" / "shared.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            refused = await house.chat("Bonjour", max_tokens=9000)
            other.execute("ROLLBACK")
        assert refused.status_code == 503 and refused.json()["error"]["code"] == "quota_unknown"
        assert "Impossible de savoir" in refused.text and int(refused.headers["retry-after"]) > 0
        assert len(list(house.received)) == 1, "nothing was sent"
        page = await house.metrics()
        assert 'ecluse_quota_unknown_total{scope="team",unit="tokens"} 1.0' in page
        assert 'ecluse_quota_words_total{result="lost"}' in page


async def test_a_destination_without_room_leaves_the_call_to_the_next(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: destination, match: alpha/*, unit: requests, window: day, limit: 1}\n"
    async with open_house(CONFIG + quota) as house:
        answers = [await house.chat("Bonjour") for _ in range(2)]
        went = [a.headers["x-ecluse-destination"] for a in answers]
        assert went == ["alpha/gpt-4o-mini", "beta/gpt-4o-mini"]
        assert [a.status_code for a in answers] == [200, 200]


async def test_contracts_without_room_refuse_the_call(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: contract, unit: tokens, window: month, limit: 6000}\n"
    async with open_house(CONFIG + quota) as house:
        answers = [await house.chat("Bonjour", model="maison", max_tokens=n) for n in (5000, 5000, 7000)]
        assert [a.status_code for a in answers] == [200, 200, 429], "an attempt settles to what it used"
        assert "contract" in answers[-1].text


async def test_a_failed_attempt_gives_back_what_it_held_at_its_contract(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: contract, unit: tokens, window: day, limit: 6000}\n"
    async with open_house(CONFIG + quota) as house:
        await house.fault("alpha", "status=500")
        for _ in range(3):
            assert (await house.chat("Bonjour")).status_code == 200
        used = {use.account.name: use.used for use in house.gateway.runtime.quotas.used()}
        assert used["alpha-us"] == 0 < used["beta-eu"]


async def test_the_status_of_a_use_case_is_enforced(open_house: OpenHouse, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from tests.conftest import configured

    configured(tmp_path / "house")
    (tmp_path / "house" / "bundle" / "mine.yaml").write_text(USE_CASES)
    async with open_house(use_cases=("letters", "paused", "gone")) as house:
        for header, status in (("letters", 200), ("paused", 400), ("gone", 400), ("other", 400)):
            house.client.headers["x-ecluse-use-case"] = header
            answer = await house.chat("Bonjour")
            assert answer.status_code == status, header
        del house.client.headers["x-ecluse-use-case"]
        answer = await house.chat("Bonjour")
        records = await house.records(answer.headers["x-ecluse-call-id"])
        assert records[0]["who"]["use_case"] == "letters"
