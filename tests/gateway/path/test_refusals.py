"""Every refusal says what to do, in every dialect, before the answer or in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.bare import bare
from tests.gateway.path.test_policy import DIALECTS, PEM, ask
from tests.gateway.path.test_reports import IBAN, MAIL, lift, refused, report

ANSWERS = """\
kind: EgressPolicy
policy: stops
owner: dpo@example.org
applies_to: {directions: [response]}
rules:
  - id: no-mails-back
    when: {findings: {any_of: [contact.email]}}
    action: deny
    overridable: true
    contact: dpo@example.org
"""
SETS = """\
kind: DataClass
id: C1
level: 1
title: {en: usual, fr: usuel}
---
kind: DataClass
id: C3
level: 3
title: {en: secret, fr: secret}
findings: [{any_of: [fin.iban]}]
labels: [C3]
---
kind: EgressPolicy
policy: sets
owner: dpo@example.org
rules:
  - id: many-mails
    when: {findings: {any_of: [contact.email], count: ">=2"}, destination: {external: true}}
    action: deny
    overridable: true
  - id: class-stays
    when: {data_class: ">=C3", destination: {external: true}}
    action: deny
    overridable: true
  - id: parts-stay
    when: {findings: {any_of: [class.not_inspectable]}, destination: {external: true}}
    action: deny
    overridable: true
"""


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_refusal_names_its_command_in_every_dialect(open_house: OpenHouse, dialect: str, language: str) -> None:
    async with open_house(CONFIG.replace("control: c.sock", f"control: c.sock, language: {language}")) as house:
        path, body = ask(dialect, f"{PEM} ?")
        answer = await house.client.post(path, json=body)
        call, words = answer.headers["x-ecluse-call-id"], answer.json()["error"]["message"]
        assert answer.status_code == 400 and f"ecluse report {call} (" in words and "secret.private_key x 1" in words
        assert ("Premier endroit" in words) is (language == "fr")
        assert (await report(house, call)).status_code == 201


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", ["chat", "completions", "responses", "messages", "generate"])
async def test_an_answer_that_is_stopped_says_it_too(
    open_house: OpenHouse, tmp_path: Path, dialect: str, stream: bool
) -> None:
    bare(tmp_path / "house", stops=ANSWERS)
    async with open_house() as house:
        await house.fault("alpha", f"say=Bonjour, nous vous avons bien lu. Ecrivez a {MAIL} demain.")
        path, body = ask(dialect, "À qui écrire ?", stream=stream)
        answer = await house.client.post(path, json=body)
        call = answer.headers["x-ecluse-call-id"]
        assert MAIL not in answer.text and f"ecluse report {call} (" in json.loads(json.dumps(answer.text))
        assert "First place: in the answer" in answer.text and "--override" not in answer.text
        assert (await lift(house, call)).json()["error"]["code"] == "not_overridable"
        taken = await report(house, call)
        assert taken.status_code == 201 and taken.json()["rule"] == "no-mails-back"


@pytest.fixture
async def sets(open_house: OpenHouse, tmp_path: Path):  # type: ignore[no-untyped-def]
    bare(tmp_path / "house", sets=SETS)
    async with open_house() as house:
        yield house


async def test_a_set_of_values_is_lifted_as_that_set(sets: House) -> None:
    two, third = f"À {MAIL} et paul.legrand@exemple-sas.fr", "marie.petit@exemple-sas.fr"
    call, words = await refused(sets, two)
    assert "--override" in words and (await lift(sets, call)).status_code == 201
    assert (await sets.chat(f"{two} !")).status_code == 200
    await refused(sets, f"{two} et {third}")
    await refused(sets, f"À {third} et jean.durand@exemple-sas.fr")


async def test_a_set_of_which_some_stands_in_an_earlier_turn_is_lifted_whole(sets: House) -> None:
    turns = [{"role": "user", "content": f"À {MAIL}"}, {"role": "assistant", "content": "Oui ?"}]
    turns += [{"role": "user", "content": "et à paul.legrand@exemple-sas.fr"}]
    body = {"model": "gpt-4o-mini", "messages": turns}
    answer = await sets.client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 400 and "--override" in answer.text
    assert (await lift(sets, answer.headers["x-ecluse-call-id"])).status_code == 201
    assert (await sets.client.post("/v1/chat/completions", json=body)).status_code == 200
    assert MAIL.encode() in list(sets.received)[-1].body
    # Beside another value nothing is lifted; the passage, refused before, is redacted like earlier turns.
    turns[0]["content"] = "À marie.petit@exemple-sas.fr"
    await sets.client.post("/v1/chat/completions", json=body)
    assert b"exemple-sas" not in list(sets.received)[-1].body


async def test_a_data_class_is_lifted_for_its_finding_but_never_for_a_mark(sets: House) -> None:
    call, words = await refused(sets, f"Le compte {IBAN}")
    assert "Rule class-stays" in words and "--override" in words
    assert (await lift(sets, call)).status_code == 201
    assert (await sets.chat(f"Voici le compte {IBAN} !")).status_code == 200
    await refused(sets, "Le compte FR14 2004 1010 0505 0001 3M02 606")
    call, words = await refused(sets, "Classification : C3\n\nle dossier")
    assert "--override" not in words and (await lift(sets, call)).status_code == 400
    call, words = await refused(sets, f"Classification : C3\n\nle compte {IBAN} encore")
    assert "--override" not in words and (await lift(sets, call)).status_code == 400


async def test_what_has_no_hash_is_never_lifted(sets: House) -> None:
    picture = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]
    messages = [{"role": "user", "content": picture}]
    answer = await sets.client.post("/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": messages})
    assert answer.status_code == 400 and "--override" not in answer.text
    call = answer.headers["x-ecluse-call-id"]
    assert (await lift(sets, call)).json()["error"]["code"] == "not_overridable"
    assert (await report(sets, call)).status_code == 201
