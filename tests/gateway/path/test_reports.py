"""From a refusal to its resolution: what it says, who may report it, what a lift lets pass and what it doesn't."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli.main import main
from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.bare import bare
from tests.gateway.path.test_policy import PEM

IBAN = "FR76 3000 6000 0112 3456 7890 189"
MAIL, OTHER = "odile.marchand@exemple-sas.fr", "paul.legrand@exemple-sas.fr"
RULES = """\
kind: EgressPolicy
policy: mails
owner: dpo@example.org
rules:
  - id: mails-stay
    when: {findings: {any_of: [contact.email]}, destination: {external: true}}
    action: deny
    overridable: true
    contact: dpo@example.org
    message: {en: No addresses outside., fr: Pas d'adresses dehors.}
  - id: ibans-stay
    when: {findings: {any_of: [fin.iban]}, destination: {external: true}}
    action: deny
    in_history: deny
"""


@pytest.fixture
async def strict(open_house: OpenHouse, tmp_path: Path):  # type: ignore[no-untyped-def]
    """A house whose rules refuse mail addresses (overridable) and accounts (not)."""
    bare(tmp_path / "house", mails=RULES)
    async with open_house() as house:
        yield house


async def refused(house: House, text: str) -> tuple[str, str]:
    """The id and the words of a refusal."""
    answer = await house.chat(text)
    assert answer.status_code == 400, answer.text
    return answer.headers["x-ecluse-call-id"], answer.json()["error"]["message"]


async def report(house: House, call: str, key: str = "", **said: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return await house.client.post(f"/ecluse/report/{call}", json={"kind": "false_positive", **said}, headers=headers)


async def lift(house: House, call: str, **said: str) -> httpx.Response:
    return await report(house, call, kind="override", reason="the customer asked for it", **said)


def turned(house: House, monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """The house's clock, moved."""
    real: Callable[[], Any] = house.gateway.runtime.now
    house.gateway.runtime.now = lambda: real() + by


async def test_a_refusal_says_what_to_do(strict: House) -> None:
    call, words = await refused(strict, f"Écris à {MAIL}.")
    assert words.startswith("No addresses outside. Rule mails-stay (found: contact.email x 1).")
    assert "First place: message 1, user, character 9. Questions: dpo@example.org." in words
    assert f"ecluse report {call} (or POST /ecluse/report/{call})" in words
    assert "add --override --reason WHY" in words
    assert MAIL not in words
    _, words = await refused(strict, f"{IBAN} et {MAIL}")
    assert "--override" not in words


@pytest.mark.parametrize("as_text", [True, False])
async def test_a_refusal_names_tool_and_argument_but_nothing_that_was_found(strict: House, as_text: bool) -> None:
    """OpenAI's arguments are JSON in a string, Anthropic's an object; a name that holds what was found is hidden."""
    arguments = {"x": 1, "edits": [7, {IBAN: {"new_string": f"à {IBAN}", IBAN: 2}}]}
    if as_text:
        call = {"id": "c", "type": "function", "function": {"name": "Write", "arguments": json.dumps(arguments)}}
        turns: list[Any] = [{"role": "assistant", "content": None, "tool_calls": [call]}]
        answer = await strict.client.post("/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": turns})
    else:
        block = {"type": "tool_use", "id": "t", "name": "Write", "input": arguments}
        turns = [{"role": "assistant", "content": [block]}]
        body = {"model": "claude-sonnet-5", "max_tokens": 5, "messages": turns}
        answer = await strict.client.post("/v1/messages", json=body)
    assert answer.status_code == 400, answer.text
    words = answer.json()["error"]["message"]
    assert "message 1, tool arguments of Write, at edits[1], character" in words and "3000 6000" not in words


async def test_a_key_of_an_argument_that_is_a_secret_is_not_told(house: House) -> None:
    answer = await house.chat("Bonjour", metadata={PEM: {"deep": [PEM]}})
    words = answer.json()["error"]["message"]
    assert "MIIEpAIBAAK" not in words and "First place: outside the messages" in words


async def test_a_report_is_kept_and_only_its_facts_are_recorded(strict: House) -> None:
    call, _ = await refused(strict, f"Écris à {MAIL}.")
    taken = await report(strict, call, reason=f"c'est public, voir {OTHER}", note=f"exemple : {MAIL}")
    assert taken.status_code == 201, taken.text
    assert taken.json()["rule"] == "mails-stay" and taken.json()["until"] is None
    (kept,) = strict.gateway.runtime.reports.all()
    assert kept.reason == "c'est public, voir [redacted: contact.email]" and kept.note == f"exemple : {MAIL}"
    (event,) = [r for r in await strict.records(call) if r["record"] == "EVENT"]
    assert event["event"] == "report.false_positive" and event["detail"]["report"] == kept.id
    assert "public" not in json.dumps(event) and event["actor"].startswith("p_")
    assert 'ecluse_reports_total{kind="false_positive"} 1.0' in await strict.metrics()
    folder = strict.gateway.runtime.epoch.pair.settings.reports_dir
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}


async def test_only_the_caller_can_report_and_only_what_was_judged(strict: House) -> None:
    call, _ = await refused(strict, f"Écris à {MAIL}.")
    stranger = strict.issue(user="paul")
    assert (await report(strict, call, key=stranger)).status_code == 404
    assert (await report(strict, call, key="ecl_nobody")).status_code == 401
    served = await strict.chat("Bonjour")
    assert (await report(strict, served.headers["x-ecluse-call-id"])).status_code == 404
    for wrong in ({"kind": "praise"}, {"reason": "x" * 501}, {"colour": "red"}, {"rule": "ibans-stay"}):
        assert (await report(strict, call, **wrong)).status_code == 400, wrong
    assert (await strict.client.post(f"/ecluse/report/{call}", content=b"{" * 40)).status_code == 400
    assert (await strict.client.post(f"/ecluse/report/{call}", content=b" " * 20_000)).status_code == 413
    assert not strict.gateway.runtime.reports.all()


async def test_reports_are_limited(strict: House) -> None:
    statuses = [(await report(strict, "nothing")).status_code for _ in range(31)]
    assert statuses == [404] * 30 + [429]
    assert (await report(strict, "nothing", key=strict.issue(user="paul"))).status_code == 404


async def test_a_lift_is_for_one_value_one_rule_one_person_and_an_hour(
    strict: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, _ = await refused(strict, f"Écris à {MAIL}.")
    taken = await lift(strict, call)
    assert taken.status_code == 201, taken.text
    served = await strict.chat(f"Bonjour, {MAIL.upper()} attend une réponse.")
    assert served.status_code == 200 and MAIL.upper().encode() in list(strict.received)[-1].body
    intent = (await strict.records(served.headers["x-ecluse-call-id"]))[0]
    (fired,) = [rule for rule in intent["rulings"][0]["rules"] if rule["rule"] == "mails-stay"]
    assert (fired["mode"], fired["lifted_by"]) == ("lifted", taken.json()["report"])
    assert 'action="deny",mode="lifted",rule="mails-stay"} 2.0' in await strict.metrics()
    await refused(strict, f"Écris à {OTHER}.")
    await refused(strict, f"Écris à {MAIL} et à {OTHER} !")
    paul = {"authorization": f"Bearer {strict.issue(user='paul')}"}
    ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": f"À {MAIL} ?"}]}
    assert (await strict.client.post("/v1/chat/completions", json=ask, headers=paul)).status_code == 400
    turned(strict, monkeypatch, timedelta(minutes=59))
    assert (await strict.chat(f"À {MAIL} encore.")).status_code == 200
    turned(strict, monkeypatch, timedelta(minutes=2))
    await refused(strict, f"À {MAIL} encore une fois.")
    turned(strict, monkeypatch, timedelta(hours=-5))
    await refused(strict, f"À {MAIL}, l'horloge reculée.")


async def test_what_is_not_overridable_is_never_lifted(strict: House) -> None:
    for text in (f"Mon IBAN {IBAN}", f"{MAIL} a l'IBAN {IBAN}"):
        call, words = await refused(strict, text)
        assert (await lift(strict, call)).json()["error"]["code"] == "not_overridable", words
    call, _ = await refused(strict, f"Écris à {MAIL}.")
    assert (await report(strict, call, kind="override")).json()["error"]["code"] == "no_reason"
    assert not strict.gateway.runtime.reports.all()


async def test_a_mark_is_never_lifted_for_it_is_the_same_on_every_text(open_house: OpenHouse, tmp_path: Path) -> None:
    bare(tmp_path / "house", mails=RULES.replace("findings: {any_of: [contact.email]}", "labels: [C3]", 1))
    async with open_house() as house:
        call, words = await refused(house, "[C3]\n\nLe plan de l'an prochain")
        assert "mails-stay" in words
        assert (await lift(house, call)).json()["error"]["code"] == "not_overridable"


async def test_a_lift_lasts_over_a_restart_and_falls_with_the_rule(open_house: OpenHouse, tmp_path: Path) -> None:
    file = bare(tmp_path / "house", mails=RULES) / "mails.yaml"
    async with open_house() as house:
        call, _ = await refused(house, f"Écris à {MAIL}.")
        later, _ = await refused(house, f"Écris à {OTHER}.")
        assert (await lift(house, call)).status_code == 201
    async with open_house() as house:
        assert (await house.chat(f"Écris à {MAIL}.")).status_code == 200
        assert (await lift(house, later)).status_code == 201, "a call from before a clean stop can be reported"
    file.write_text(RULES.replace("overridable: true", "overridable: false"))
    async with open_house() as house:
        await refused(house, f"Écris à {MAIL} !")


async def test_a_redaction_can_be_reported_and_lifted_too(open_house: OpenHouse, tmp_path: Path) -> None:
    bare(tmp_path / "house", mails=RULES.replace("action: deny", "action: redact", 1))
    async with open_house() as house:
        answer = await house.chat(f"Écris à {MAIL} et à {OTHER}.")
        assert answer.status_code == 200 and answer.headers["x-ecluse-redacted"] == "2"
        call = answer.headers["x-ecluse-call-id"]
        assert (await lift(house, call, rule="mails-stay")).status_code == 201
        assert (await house.chat(f"Écris à {MAIL}.")).headers.get("x-ecluse-redacted") is None


async def test_the_command_reports(strict: House, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    call, _ = await refused(strict, f"Écris à {MAIL}.")
    for name in ("ECLUSE_KEY", "ANTHROPIC_API_KEY", "ECLUSE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-one-of-ours")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{strict.url}/v1")
    assert await asyncio.to_thread(main, ["report", call]) == 2
    assert capsys.readouterr().err == "missing is your key: set $ECLUSE_KEY\n"
    monkeypatch.setenv("OPENAI_API_KEY", strict.key)
    assert await asyncio.to_thread(main, ["report", call, "--override", "--reason", "asked for"]) == 0
    assert "rule mails-stay until 20" in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["report", "unknown"]) == 1
    assert "No call of yours" in capsys.readouterr().err


async def test_a_french_house_answers_in_french(open_house: OpenHouse) -> None:
    async with open_house(CONFIG.replace("control: c.sock", "control: c.sock, language: fr")) as house:
        call, words = await refused(house, f"{PEM} ?")
        assert "Premier endroit : message 1, utilisateur, caractère 1." in words
        assert f"Dites-le : ecluse report {call}" in words
        assert (await report(house, call)).json()["message"].startswith("Merci.")


async def test_words_and_values_of_a_report_are_nowhere_else(strict: House, capsys: Any) -> None:
    """The canary of a report: reason and note in its own file, the value in none."""
    call, _ = await refused(strict, f"zygomorphe {MAIL}")
    said = {"reason": f"parce que zygote {MAIL}", "note": "exemple zymotique"}
    assert (await report(strict, call, kind="override", **said)).status_code == 201
    assert (await strict.chat(f"zygomorphe {MAIL}")).status_code == 200
    runtime = strict.gateway.runtime
    await runtime.ledger.flush()
    runtime.measure.log.flush()
    runtime.judged.save()
    runtime.lifts.save()
    own = runtime.epoch.pair.settings.reports_dir
    for file in (f for f in strict.folder.rglob("*") if f.is_file()):
        raw = file.read_bytes()
        assert b"odile.marchand" not in raw and b"zygomorphe" not in raw, file
        assert (b"zygote" in raw) is (b"zymotique" in raw) is (own in file.parents), file
    for sink in (await strict.metrics(), capsys.readouterr().err, capsys.readouterr().out):
        assert "zyg" not in sink and "zym" not in sink


BOTH = """\
kind: EgressPolicy
policy: both
owner: dpo@example.org
rules:
  - {id: a-token, when: {findings: {any_of: [contact.email, fin.iban]}}, action: pseudonymise, overridable: true}
  - {id: b-none, when: {findings: {any_of: [fin.iban]}}, action: redact, overridable: true}
"""


async def test_a_change_is_reported_as_the_rule_that_made_it_and_lifted_only_where_no_other_does(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    bare(tmp_path / "house", both=BOTH)
    async with open_house() as house:
        answer = await house.chat(f"Écris à {MAIL} pour {IBAN}.")
        call = answer.headers["x-ecluse-call-id"]
        assert b"[redacted: fin.iban]" in list(house.received)[-1].body
        assert (await report(house, call)).json()["rule"] == "b-none"
        for rule, other in (("b-none", "a-token"), ("a-token", "b-none")):
            error = (await lift(house, call, rule=rule)).json()["error"]
            assert error["code"] == "not_overridable"
            assert error["message"].startswith(f"Rule {other} changes the same place of the call too")
        mail = (await house.chat(f"Écris à {MAIL}.")).headers["x-ecluse-call-id"]
        assert (await lift(house, mail)).json()["rule"] == "a-token"
        assert (await house.chat(f"Écris à {MAIL} !")).status_code == 200
        assert MAIL.encode() in list(house.received)[-1].body


async def test_a_lift_is_offered_and_taken_only_where_the_call_would_pass(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    """Beside a value whose rule may be lifted stands a mark, of which none can be."""
    marks = "  - {id: marks-stay, when: {labels: [C3]}, action: deny, overridable: true}\n"
    bare(tmp_path / "house", mails=RULES + marks)
    async with open_house() as house:
        call, words = await refused(house, f"[C3]\n\nÉcris à {MAIL}.")
        assert "mails-stay" in words and "--override" not in words
        for rule in ("mails-stay", "marks-stay"):
            error = (await lift(house, call, rule=rule)).json()["error"]
            assert error["code"] == "not_overridable" and error["message"].startswith("Rule marks-stay ")
        assert "No mark of a document" in error["message"]
        call, _ = await refused(house, f"Mon IBAN {IBAN}")
        message = (await lift(house, call)).json()["error"]["message"]
        assert message.startswith("Rule ibans-stay doesn't let callers lift it.")


async def test_a_lift_that_the_disk_refuses_to_keep_counts_since_it_is_on_record(strict: House) -> None:
    (strict.gateway.runtime.epoch.pair.settings.state_dir / "lifts.new").mkdir()
    call, _ = await refused(strict, f"Écris à {MAIL}.")
    answer = await lift(strict, call)
    assert answer.status_code == 201, answer.text
    assert (await strict.chat(f"Écris à {MAIL}.")).status_code == 200
