"""Recorded calls of a real gateway, judged anew."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main
from observability.ledger import read
from tests.conftest import House, OpenHouse
from tests.gateway.replay.replay_cases import (
    DIRECTORY,
    IBAN,
    MIXED,
    PEM,
    bundle,
    conversations,
    edited,
    mixed_traffic,
    replayed,
)


def hits(house: House, rule: str) -> list[dict[str, Any]]:
    """What the ledger says of a rule."""
    found = read(house.gateway.runtime.epoch.pair.settings.ledger_dir)
    intents = [one if one["record"] == "INTENT" else one.get("intent") or {} for one in found]
    return [h for one in intents for ruled in one.get("rulings", ()) for h in ruled["rules"] if h["rule"] == rule]


async def test_the_bundle_in_force_reproduces_every_ruling(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = bundle(tmp_path / "house" / "bundle", MIXED)
    async with open_house(DIRECTORY) as house:
        calls = await mixed_traffic(house)
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"
        said = replayed(capsys, config, str(same), str(same), "--calls")
        assert (said["calls"], said["not_kept"], said["changed"]) == (calls, 0, 0)
        assert said["reproduced"] == {"of": calls, "same": calls}
        assert said["unknown"] == []
        live = replayed(capsys, config, "live", str(same), "--calls")
        assert (live["reproduced"], live["changed_calls"]) == ({"of": calls, "same": calls}, [])
        matched = {row["rule"]: row["was"] for row in live["rules"]}
        assert {row["rule"]: row["was"] for row in said["rules"]} == matched
        rules = [line.split("id: ")[1].split(",")[0] for line in MIXED.splitlines() if "- {id: " in line]
        assert set(rules[:-1]) - matched.keys() == {"not-since-then"}, "the traffic meets every rule"
        assert {h["mode"] for h in hits(house, "profiles-stay-home")} == {"enforce", "lifted"}


async def test_the_starter_bundle_reproduces_its_rulings(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    read_key = [
        {"role": "user", "content": f"IBAN {IBAN}, x.y@exemple-sas.fr"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "Read", "input": {"path": "x"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": f"clé:\n{PEM}"}]},
    ]
    agent = {"model": "claude-sonnet-5", "max_tokens": 9, "metadata": {"user_id": "u_1"}, "messages": read_key}
    await house.client.post("/v1/messages", json=agent)
    for model, messages, more in conversations():
        await house.client.post("/v1/chat/completions", json={"model": model, "messages": messages, **more})
    await house.gateway.runtime.ledger.flush()
    said = replayed(capsys, house.folder / "config.yaml", "live", str(house.folder / "bundle"))
    assert said["reproduced"] == {"of": said["calls"], "same": said["calls"]}
    assert (said["changed"], said["unknown"]) == (0, [])
    assert "callers-stay-unknown" in {row["rule"] for row in said["rules"]}


ACCOUNTS = """\
kind: EgressPolicy
policy: accounts
owner: security@example.org
rules:
  - {id: many-accounts, when: {findings: {any_of: [fin.iban], count: ">=3"}, destination: {external: true}},
     action: deny}
"""
ANSWERS = """\
kind: EgressPolicy
policy: answers
owner: security@example.org
applies_to: {directions: [response]}
rules:
  - {id: accounts-stay-out, when: {findings: {any_of: [fin.iban]}, destination: {external: true}}, action: redact}
"""
HELIOS = """\
kind: Detector
id: org.helios
keywords: {any: [helios]}
examples: {hit: [helios], miss: [soleil]}
---
kind: EgressPolicy
policy: helios
owner: security@example.org
rules:
  - {id: helios-stays-home, when: {findings: {any_of: [org.helios]}, destination: {external: true}}, action: deny}
"""
IBANS = (IBAN, "FR14 2004 1010 0505 0001 3M02 606", "BE68 5390 0754 7034", "DE89 3704 0044 0532 0130 00")


async def test_an_edit_shows_exactly_the_calls_that_it_would_have_changed(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """1,000 calls, 7 of which name two accounts; the edited rule asks for two instead of three."""
    before = bundle(tmp_path / "house" / "bundle", ACCOUNTS)
    two = {100 + 120 * n for n in range(7)}
    async with open_house(DIRECTORY, user="anne", team="hr") as house:
        finance = {"authorization": f"Bearer {house.issue(user='jean', team='finance')}"}

        async def ask(number: int) -> str:
            accounts = 2 if number in two else 3 if number % 50 == 1 else number % 2
            text = f"Virement {number}: " + ", puis ".join(IBANS[:accounts])
            body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}]}
            more = {"headers": finance} if number in two and number > 500 else {}
            answer = await house.client.post("/v1/chat/completions", json=body, **more)
            return str(answer.headers["x-ecluse-call-id"])

        ids = [i for n in range(0, 1000, 20) for i in await asyncio.gather(*map(ask, range(n, n + 20)))]
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"

    after = edited(before, tmp_path / "after", ">=3", ">=2")
    said = replayed(capsys, config, str(before), str(after), "--calls")
    assert (said["calls"], said["changed"]) == (1000, 7)
    assert said["reproduced"] == {"of": 1000, "same": 1000}
    assert {row["call"] for row in said["changed_calls"]} == {ids[n] for n in two}
    assert {(row["was"], row["now"], *row["rules"]) for row in said["changed_calls"]} == {
        ("allow", "deny", "many-accounts")
    }
    assert said["by_team"] == {"hr": 4, "finance": 3}
    assert said["ends"]["refused"] == 7 == sum(said["ends"].values())
    (rule,) = said["rules"]
    assert (rule["rule"], rule["was"], rule["now"], rule["changed"], rule["unknown"]) == ("many-accounts", 20, 27, 7, 0)

    (after / "helios.yaml").write_text(HELIOS)
    new = replayed(capsys, config, "live", str(after))
    assert new["changed"] == 7, "what is known is told beside what isn't"
    assert new["unknown"] == [{"rule": "helios-stays-home", "calls": 1000, "why": "detector org.helios is new since"}]
    assert {row["rule"]: row["now"] for row in new["rules"]} == {"helios-stays-home": None, "many-accounts": 27}

    assert main(["policy", "replay", "live", str(after), "--config", str(config), "--calls"]) == 0
    page = capsys.readouterr().out
    assert "7 of 1,000 calls would be decided otherwise at some destination. As a whole, of these" in page
    assert "        7 would be refused\n" in page
    assert "        0 would be served by another destination\n" in page
    assert "helios-stays-home: unknown (1,000 calls): detector org.helios is new since" in page
    assert page.count("refused     many-accounts\n") == 14, "each changed call at each destination"


async def test_a_denied_region_sends_calls_elsewhere_and_refuses_none(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bundle(tmp_path / "house" / "bundle", ACCOUNTS)
    async with open_house(DIRECTORY, user="anne", team="hr") as house:
        assert (await house.chat(IBAN)).status_code == 200
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"
    after = edited(
        before, tmp_path / "after", 'count: ">=3"}, destination: {external: true}', "}, destination: {region: us}"
    )
    for old in ("live", str(before)):
        said = replayed(capsys, config, old, str(after), "--calls")
        assert said["by_change"] == {"allow -> deny": 1}
        assert (said["ends"]["elsewhere"], sum(said["ends"].values())) == (1, 1)
        assert [row["end"] for row in said["changed_calls"]] == ["elsewhere"]


async def test_what_cannot_be_told_is_unknown_and_never_nothing(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bundle(tmp_path / "house" / "bundle", MIXED)
    async with open_house(DIRECTORY) as house:
        await mixed_traffic(house)
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"
        folder = house.gateway.runtime.epoch.pair.settings.ledger_dir
    went = [one["destination"] for one in read(folder) if one["record"] == "INTENT"]
    answered = sum(destination != "internal/maison" for destination in went)

    def unknown(old: str, new: str) -> dict[str, int]:
        after = edited(before, tmp_path / f"after-{abs(hash(new))}", old, new)
        said = replayed(capsys, config, str(before), str(after))
        assert all(row["why"] and row["calls"] for row in said["unknown"])
        return {row["rule"]: row["calls"] for row in said["unknown"]}

    assert unknown('"intern-*"', '"trainee-*"') == {"interns-are-warned": 87}, (
        "whoever it is, if they ask an outside model"
    )
    assert unknown("[Bash, ", "[Read, ") == {"no-shell": 10}, "calls with tools that were not asked for then"
    assert unknown("*.example.org", "*.example.net") == {"pictures": 10}
    assert unknown('confidence: ">=0.2"', 'confidence: ">=0.3"') == {}
    assert unknown("users: [paul]", "users: [anne]") == {}, "people that are named match by pseudonym"
    assert unknown("kind: EgressPolicy", f"{ANSWERS}---\nkind: EgressPolicy") == {"accounts-stay-out": answered}


async def test_what_a_rule_in_force_matched_is_known_whatever_it_reads_and_whatever_it_does_now(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bundle(tmp_path / "house" / "bundle", MIXED)
    async with open_house(DIRECTORY) as house:
        await mixed_traffic(house)
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"
    warned = 'interns-are-warned, when: {users: ["intern-*"], destination: {external: true}}, action: '
    after = edited(before, tmp_path / "after", f"{warned}warn", f"{warned}deny")
    for old in ("live", str(before)):
        said = replayed(capsys, config, old, str(after), "--calls")
        assert (said["unknown"], said["undecided"]) == ([], 0)
        assert {row["team"] for row in said["changed_calls"]} == {"hr"}
        assert {rule for row in said["changed_calls"] for rule in row["rules"]} == {"interns-are-warned"}
    lifted = edited(before, tmp_path / "lifted", "action: redact,", "action: deny,")
    by_exception = replayed(capsys, config, "live", str(lifted))
    assert by_exception["unknown"] == [], "the exception lifted it for whom it lifts it now"
    assert "maria" not in str(by_exception)


async def test_a_call_that_an_unknown_rule_decided_is_told_apart(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bundle(tmp_path / "house" / "bundle", HELIOS)
    async with open_house(DIRECTORY) as house:
        await house.chat("helios")
        await house.chat("soleil")
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"
    after = edited(before, tmp_path / "after", "{any: [helios]}", "{any: [helios, lune]}")
    said = replayed(capsys, config, "live", str(after))
    assert (said["changed"], said["undecided"]) == (0, 1)
    assert [(row["rule"], row["was"], row["now"], row["unknown"]) for row in said["rules"]] == [
        ("helios-stays-home", 1, None, 2)
    ]


async def test_a_detector_that_changed_is_unknown(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bundle(tmp_path / "house" / "bundle", HELIOS)
    async with open_house(DIRECTORY) as house:
        await house.chat("helios")
        await house.chat("soleil")
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"
    after = edited(before, tmp_path / "after", "[helios]}\nex", "[helios, soleil]}\nex")
    rules = (after / "rules.yaml").read_text().replace(", miss: [soleil]", ", miss: [lune]")
    (after / "rules.yaml").write_text(rules)
    said = replayed(capsys, config, str(before), str(after))
    assert said["unknown"] == [{"rule": "helios-stays-home", "calls": 2, "why": "detector org.helios changed since"}]
    titled = edited(before, tmp_path / "titled", "id: org.helios\n", "id: org.helios\ntitle: {en: Helios}\n")
    assert replayed(capsys, config, str(before), str(titled))["unknown"] == []


ADJUSTED = """\
kind: Detection
adjust:
  - {detector: secret.vendor, ignore: [glpat-Xk2vQ9Qd7Rz1Yf0uWm5T], miss: ["Jeton : glpat-Xk2vQ9Qd7Rz1Yf0uWm5T"]}
"""


async def test_an_adjustment_leaves_unknown_only_the_calls_in_which_it_may_find_less(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = ACCOUNTS.replace("[fin.iban], count", '["secret.*"], count').replace('">=3"', '">=1"')
    before = bundle(tmp_path / "house" / "bundle", rule)
    async with open_house(DIRECTORY) as house:
        for text in ("Bonjour", IBAN, f"clé {PEM}", "Jeton : glpat-Xk2vQ9Qd7Rz1Yf0uWm5T"):
            await house.chat(text)
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"
    after = edited(before, tmp_path / "after", "accounts", "accounts")
    (after / "detection.yaml").write_text(ADJUSTED)
    for old in ("live", str(before)):
        said = replayed(capsys, config, old, str(after))
        unknown = {row["rule"]: (row["calls"], row["why"]) for row in said["unknown"]}
        assert unknown == {"many-accounts": (1, "detector secret.vendor was adjusted since")}
        assert (said["changed"], said["reproduced"] is not None) == (0, True)
    edited(after, tmp_path / "watched", "action: deny", "action: warn")
    told = replayed(capsys, config, "live", str(tmp_path / "watched"))
    assert (told["changed"], told["undecided"]) == (1, 1), "the other key is told, the adjusted one isn't"


async def test_who_asks_was_never_refused(open_house: OpenHouse, tmp_path: Path) -> None:
    bundle(tmp_path / "house" / "bundle", ACCOUNTS.replace('">=3"', '">=1"'))
    async with open_house(DIRECTORY) as house:
        for text in (IBAN, IBAN, "Bonjour"):
            body = {"model": "gpt-4o-mini", "user": "odile", "messages": [{"role": "user", "content": text}]}
            await house.client.post("/v1/chat/completions", json=body)
        await house.gateway.runtime.ledger.flush()
        folder = house.gateway.runtime.epoch.pair.settings.ledger_dir
    intents = [one if one["record"] == "INTENT" else one.get("intent") or {} for one in read(folder)]
    found = [(f["detector"], f["refused"]) for one in intents for f in one.get("findings", ())]
    assert ("fin.iban", True) in found
    assert ("class.identity", False) in found and ("class.identity", True) not in found


def test_a_folder_that_isn_t_there_is_said_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("state_dir: state\n")
    (tmp_path / "state" / "ledger").mkdir(parents=True)
    assert main(["policy", "replay", "lve", "edited", "--config", str(tmp_path / "config.yaml")]) == 1
    assert "there is no such folder (did you mean live?)" in capsys.readouterr().err


async def test_other_terms_of_a_contract_are_judged(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = ACCOUNTS.replace("external: true", "region: us").replace('">=3"', '">=1"')
    before = bundle(tmp_path / "house" / "bundle", rule)
    async with open_house(DIRECTORY) as house:
        await house.chat(IBAN)
        await house.gateway.runtime.ledger.flush()
        config = house.folder / "config.yaml"
    after = edited(before, tmp_path / "after", "accounts\nowner", "accounts\nowner")
    contracts = (after / "contracts.yaml").read_text().replace("region: us", "region: eu", 1)
    (after / "contracts.yaml").write_text(contracts)
    said = replayed(capsys, config, str(before), str(after))
    live = replayed(capsys, config, "live", str(after))
    for report in (said, live):
        assert report["by_destination"] == {"alpha/gpt-4o-mini": 1}
        assert report["by_change"] == {"deny -> allow": 1}
    assert replayed(capsys, config, str(config), str(after))["by_change"] == {"deny -> allow": 1}
