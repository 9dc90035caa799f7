"""Fields that tell a vendor who asks: what leaves of them under the starter rules, and where a rule strips them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse, configured
from tests.gateway.path.test_policy import ask

CLAUDE = json.dumps({"device_id": "d-4f1c", "account_uuid": "a-77aa", "session_id": "s-1234"})
FIELDS: dict[str, dict[str, Any]] = {
    "chat": {
        "user": "anne.durand", "safety_identifier": "u-8812", "metadata": {"who": "anne"}, "prompt_cache_key": "pck-1",
    },
    "completions": {"user": "anne.durand"},
    "embeddings": {"user": "anne.durand"},
    "responses": {
        "user": "anne.durand", "safety_identifier": "u-8812", "prompt_cache_key": "pck-1",
        "client_metadata": {"session_id": "s-1234", "x-codex-installation-id": "i-9911"},
    },
    "messages": {"metadata": {"user_id": CLAUDE}},
    "count_tokens": {"metadata": {"user_id": CLAUDE}},
}  # fmt: skip
TOLD = ("anne", "u-8812", "pck-1", "s-1234", "i-9911", "d-4f1c", "a-77aa")


def leaves(value: Any) -> Any:
    return [x for v in value.values() for x in leaves(v)] if isinstance(value, dict) else [value]


async def sent(house: House, dialect: str, key: str = "", **more: Any) -> dict[str, Any]:
    """What reached the vendor."""
    path, body = ask(dialect, "Bonjour", **{**FIELDS[dialect], **more})
    headers = {"x-codex-turn-metadata": '{"who":"anne"}'} | ({"authorization": f"Bearer {key}"} if key else {})
    answer = await house.client.post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "x-ecluse-pseudonymised" not in answer.headers, "nothing of the text was replaced"
    received = list(house.received)[-1]
    told = received.body.decode() + str(received.headers)
    assert not [word for word in TOLD if word in told]
    records = await house.records(answer.headers["x-ecluse-call-id"])
    fields = {"metadata.user_id"} if "messages" in path else FIELDS[dialect].keys()
    assert records[0]["edits"]["identity"] == len(fields)
    return {k: v for k, v in json.loads(received.body).items() if k in FIELDS[dialect]}


@pytest.mark.parametrize("dialect", FIELDS)
async def test_vendors_get_a_name_that_only_we_can_follow(house: House, dialect: str) -> None:
    mine = await sent(house, dialect)
    names = leaves(mine)
    assert names and all(name.startswith("user_") and len(name) == 25 for name in names)
    assert await sent(house, dialect) == mine
    assert not set(leaves(await sent(house, dialect, house.issue(user="paul")))) & set(names)


async def test_prompts_are_cached_by_conversation(house: House) -> None:
    first, second = [await sent(house, "responses", prompt_cache_key=f"pck-{n}") for n in (10, 11)]
    assert first["prompt_cache_key"] != second["prompt_cache_key"] and first["user"] == second["user"]


async def test_the_internal_model_is_told(house: House) -> None:
    path, body = ask("chat", "Bonjour", "maison", **FIELDS["chat"])
    assert (await house.client.post(path, json=body)).status_code == 200
    assert json.loads(list(house.received)[-1].body)["user"] == "anne.durand"


@pytest.mark.parametrize("dialect", FIELDS)
async def test_a_rule_may_strip_them(open_house: OpenHouse, tmp_path: Any, dialect: str) -> None:
    configured(tmp_path / "house", CONFIG)
    file = tmp_path / "house" / "bundle" / "identity.yaml"
    file.write_text(file.read_text().replace("action: pseudonymise", "action: redact"))
    async with open_house() as house:
        assert set(leaves(await sent(house, dialect))) <= {"redacted"}


async def test_a_value_in_such_a_field_goes_with_it(house: House) -> None:
    mine = await sent(house, "responses", user="FR76 3000 6000 0112 3456 7890 189")
    assert mine["user"].startswith("user_")
