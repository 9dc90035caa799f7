"""`ecluse policy explain --call`: what was ruled on a call then, and what the bundle of now makes of what was kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gateway.cli.main import main
from tests.conftest import House, OpenHouse
from tests.gateway.replay.replay_cases import DIRECTORY, IBAN, MIXED, PEM, bundle


@pytest.fixture
async def house(open_house: OpenHouse, tmp_path: Path):  # type: ignore[no-untyped-def]
    bundle(tmp_path / "house" / "bundle", MIXED)
    async with open_house(DIRECTORY) as house:
        yield house


async def explained(house: House, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    await house.gateway.runtime.ledger.flush()
    capsys.readouterr()
    config = str(house.folder / "config.yaml")
    code = await asyncio.to_thread(main, ["policy", "explain", "--config", config, *words])
    return code, *capsys.readouterr()


async def sent(house: House, text: str, **who: str) -> str:
    ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}]}
    headers = {"authorization": f"Bearer {house.issue(**who)}"}
    answer = await house.client.post("/v1/chat/completions", json=ask, headers=headers)
    return str(answer.headers["x-ecluse-call-id"])


async def test_a_refusal_is_explained_from_what_was_kept(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    call = await sent(house, f"clé {PEM}", user="anne", team="hr")
    code, out, err = await explained(house, capsys, "--call", call)
    assert (code, err) == (1, "")
    assert out.startswith(f"Call {call} at ") and "team hr" in out
    assert "then alpha/gpt-4o-mini: deny: keys-stay-home" in out
    assert "secret.private_key" in out and "message 1, user" in out and "characters" not in out
    assert "matched  mixed/keys-stay-home (deny)" in out and "MII" not in out


async def test_the_bundle_of_now_may_say_something_else(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    call = await sent(house, f"IBAN {IBAN}", user="paul", team="lab")
    rules = house.folder / "bundle" / "rules.yaml"
    rules.write_text(rules.read_text().replace("users: [paul]", "users: [maria]"))
    code, out, _ = await explained(house, capsys, "--call", call, "--json")
    told = json.loads(out)
    assert code == 0 and told["permitted"] is True
    assert [note for note in told["notes"] if "deny: " in note and "paul-stays-home" in note]
    here = {one["rule"]: one["outcome"] for one in told["destinations"][0]["rules"]}
    assert (here["paul-stays-home"], here["accounts-leave-redacted"]) == ("no", "matched")
    assert told["findings"][0]["start"] is None


async def test_people_are_known_by_the_names_that_rules_ask_for(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    call = await sent(house, "Bonjour", user="paul", team="lab")
    _, out, _ = await explained(house, capsys, "--call", call)
    assert "matched  mixed/paul-stays-home (deny)" in out


async def test_a_call_that_is_not_on_record(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = await explained(house, capsys, "--call", "019ab0c2-0000-7000-8000-000000000000")
    assert (code, out) == (1, "") and "the ledger has no call" in err
    wrong = {"model": "no-such-model", "messages": []}
    headers = {"authorization": f"Bearer {house.issue(user='anne', team='hr')}"}
    answer = await house.client.post("/v1/chat/completions", json=wrong, headers=headers)
    code, _, err = await explained(house, capsys, "--call", str(answer.headers["x-ecluse-call-id"]))
    assert code == 1 and err
